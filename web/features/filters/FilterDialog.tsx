// One filter, made or changed: words, places, what happens, and until when.
import { useSignal } from '@preact/signals';
import { Plus, X } from 'lucide-preact';
import { useRef } from 'preact/hooks';
import { useForm } from '#web/features/auth/use-form.ts';
import { locale, t } from '#web/lib/i18n.ts';
import { fullTime, lengthInWords } from '#web/lib/time.ts';
import { Button, IconButton } from '#web/ui/Button.tsx';
import { CheckChoice, RadioChoice, Select } from '#web/ui/Choice.tsx';
import { Dialog } from '#web/ui/Dialog.tsx';
import { Problem } from '#web/ui/Notes.tsx';
import { Buttons } from '#web/ui/Section.tsx';
import { TextField } from '#web/ui/TextField.tsx';
import { ACTIONS, formOf, LENGTHS, PLACES, saveFilter, type Filter, type FilterForm, type Length } from './filters.ts';
import styles from './Filters.module.css';

interface PartProps {
  form: FilterForm;
  change: (changes: Partial<FilterForm>) => void;
}

function Keywords({ form, change }: PartProps) {
  const list = useRef<HTMLUListElement>(null);
  const { keywords } = form;
  const set = (at: number, changes: Partial<FilterForm['keywords'][number]>) =>
    change({ keywords: keywords.map((one, index) => (index === at ? { ...one, ...changes } : one)) });
  const focusLast = () =>
    requestAnimationFrame(() =>
      [...(list.current?.querySelectorAll<HTMLElement>('[data-word]') ?? [])].at(-1)?.focus(),
    );
  const add = () => {
    change({ keywords: [...keywords, { keyword: '', isWhole: true }] });
    focusLast();
  };
  return (
    <fieldset class={styles.keywords}>
      <legend>{t('filters.keywords')}</legend>
      <p class={styles.hint}>{t('filters.keywordsHint')}</p>
      <ul ref={list}>
        {keywords.map(({ keyword, isWhole }, index) => (
          <li key={index} class={styles.keyword}>
            <input
              data-word
              class={styles.word}
              value={keyword}
              maxLength={200}
              aria-label={t('filters.keyword', { number: index + 1 })}
              onInput={(event) => set(index, { keyword: event.currentTarget.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
                event.preventDefault();
                if (keyword.trim()) add();
              }}
            />
            <label class={styles.whole}>
              <input
                type="checkbox"
                checked={isWhole}
                onChange={(event) => set(index, { isWhole: event.currentTarget.checked })}
              />
              {t('filters.whole')}
            </label>
            <IconButton
              label={t('filters.removeKeyword', { keyword: keyword || String(index + 1) })}
              onClick={() => {
                change({ keywords: keywords.filter((_, at) => at !== index) });
                focusLast();
              }}
            >
              <X size={18} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <Buttons>
        <Button size="small" onClick={add}>
          <Plus size={16} aria-hidden /> {t('filters.addKeyword')}
        </Button>
      </Buttons>
    </fieldset>
  );
}

function Expiry({ form, change, filter }: PartProps & { filter: Filter | null }) {
  const until = filter?.expires_at;
  const options: { value: Length; label: string }[] = [
    ...(until ? [{ value: 'same' as const, label: t('filters.until', { time: fullTime(until, locale.value) }) }] : []),
    { value: 'never', label: t('filters.never') },
    ...LENGTHS.map((value) => ({
      value,
      label: t('filters.for', { length: lengthInWords(Number(value) * 1000, locale.value) }),
    })),
  ];
  return (
    <Select
      label={t('filters.lasts')}
      options={options}
      chosen={form.length}
      onChoose={(length) => change({ length })}
    />
  );
}

/** Null makes a new one. */
export function FilterDialog({
  filter,
  onSaved,
  onClose,
}: {
  filter: Filter | null;
  onSaved: () => void;
  onClose: () => void;
}) {
  const form = useSignal(formOf(filter));
  const change = (changes: Partial<FilterForm>) => (form.value = { ...form.peek(), ...changes });
  const sending = useForm(async () => {
    await saveFilter(filter, form.peek());
    onSaved();
  });
  const { title, places, action } = form.value;
  return (
    <Dialog title={t(filter ? 'filters.change' : 'filters.new')} shape="sheet" onClose={onClose}>
      <form class={styles.form} onSubmit={sending.send}>
        <TextField
          label={t('filters.title')}
          hint={t('filters.titleHint')}
          value={title}
          onValue={(value) => change({ title: value })}
          problem={sending.fields.value['title']}
          maxLength={200}
          required
          autofocus
        />
        <Keywords form={form.value} change={change} />
        <CheckChoice
          legend={t('filters.places')}
          options={PLACES.map((value) => ({ value, label: t(`filters.in.${value}`) }))}
          chosen={places}
          onChoose={(chosen) => change({ places: chosen })}
          {...(places.length ? {} : { problem: t('filters.noPlace') })}
        />
        <RadioChoice
          legend={t('filters.action')}
          options={ACTIONS.map((value) => ({
            value,
            label: t(`filters.${value}`),
            hint: t(`filters.${value}Hint`),
          }))}
          chosen={action}
          onChoose={(value) => change({ action: value })}
        />
        <Expiry form={form.value} change={change} filter={filter} />
        <Problem text={sending.problem.value} />
        <Button
          type="submit"
          look="filled"
          size="wide"
          disabled={!title.trim() || !places.length}
          isBusy={sending.isBusy.value}
        >
          {t('filters.save')}
        </Button>
      </form>
    </Dialog>
  );
}
