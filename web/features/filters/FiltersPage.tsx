// Settings → filters: what somebody does not want to read, where, and until when.
import { useSignal } from '@preact/signals';
import { Funnel, Plus } from 'lucide-preact';
import { locale, t } from '#web/lib/i18n.ts';
import { fullTime, now } from '#web/lib/time.ts';
import { tell, tellFailure } from '#web/lib/toasts.ts';
import { ask } from '#web/ui/Ask.tsx';
import { Button } from '#web/ui/Button.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { EmptyNote } from '#web/ui/Notes.tsx';
import { Row, RowText } from '#web/ui/Row.tsx';
import { Buttons } from '#web/ui/Section.tsx';
import { FilterDialog } from './FilterDialog.tsx';
import { loadFilters, removeFilter, type Filter } from './filters.ts';
import styles from './Filters.module.css';

function facts(filter: Filter): string[] {
  const { context, expires_at: until, filter_action: action } = filter;
  const places = new Intl.ListFormat(locale.value).format(context.map((place) => t(`filters.in.${place}`)));
  const isOver = until !== null && new Date(until).getTime() <= now.value;
  return [
    t(`filters.${action}`),
    places,
    ...(filter.statuses.length ? [t('filters.posts', { count: filter.statuses.length })] : []),
    ...(until ? [t(isOver ? 'filters.over' : 'filters.until', { time: fullTime(until, locale.value) })] : []),
  ];
}

function FilterRow({ filter, onChange, onRemove }: { filter: Filter; onChange: () => void; onRemove: () => void }) {
  const { title, keywords } = filter;
  return (
    <Row
      title={title}
      facts={facts(filter)}
      actions={
        <>
          <Button size="small" aria-label={t('filters.changeName', { title })} onClick={onChange}>
            {t('filters.edit')}
          </Button>
          <Button size="small" aria-label={t('filters.removeName', { title })} onClick={onRemove}>
            {t('filters.remove')}
          </Button>
        </>
      }
    >
      {keywords.length > 0 && <RowText>{keywords.map(({ keyword }) => keyword).join(', ')}</RowText>}
    </Row>
  );
}

/** All filters, and the dialog for one of them. */
export function FiltersPage() {
  const loaded = useLoaded(loadFilters);
  const { load } = loaded;
  const open = useSignal<Filter | 'new' | null>(null);
  const remove = async (filter: Filter) => {
    const isSure = await ask({
      title: t('filters.removeTitle', { title: filter.title }),
      text: t('filters.removeText'),
      yes: t('filters.remove'),
      isDangerous: true,
    });
    if (!isSure) return;
    await removeFilter(filter).then(load, tellFailure);
  };
  const saved = () => {
    open.value = null;
    tell(t('filters.saved'));
    load();
  };
  const filters = loaded.value.value;
  if (!filters) return <Waiting of={loaded} />;
  return (
    <>
      <Buttons>
        <Button look="filled" onClick={() => (open.value = 'new')}>
          <Plus size={18} aria-hidden /> {t('filters.new')}
        </Button>
      </Buttons>
      {filters.length === 0 && (
        <EmptyNote title={t('filters.none')} icon={<Funnel size={28} aria-hidden />}>
          {t('filters.noneHint')}
        </EmptyNote>
      )}
      <ul aria-label={t('settings.filters')} class={styles.list}>
        {filters.map((filter) => (
          <FilterRow
            key={filter.id}
            filter={filter}
            onChange={() => (open.value = filter)}
            onRemove={() => void remove(filter)}
          />
        ))}
      </ul>
      {open.value && (
        <FilterDialog
          filter={open.value === 'new' ? null : open.value}
          onSaved={saved}
          onClose={() => (open.value = null)}
        />
      )}
    </>
  );
}
