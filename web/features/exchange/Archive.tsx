// The archive of one's account: asked for here, waited for, fetched.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, post } from '#web/lib/api.ts';
import { locale, t } from '#web/lib/i18n.ts';
import { fullTime } from '#web/lib/time.ts';
import { tellFailure } from '#web/lib/toasts.ts';
import { Button, ButtonLink } from '#web/ui/Button.tsx';
import { useLoaded, Waiting } from '#web/ui/Loaded.tsx';
import { Buttons, Section } from '#web/ui/Section.tsx';

interface ArchiveState {
  state: 'none' | 'waiting' | 'ready' | 'failed';
  requested_at: string | null;
  expires_at: string | null;
  /** Bytes. */
  size: number | null;
  url: string | null;
  next_at: string | null;
}

const LOOK_AGAIN_MS = 3000;
const MEGABYTE = 1_000_000;

const sizeInWords = (bytes: number): string =>
  new Intl.NumberFormat(locale.value, {
    style: 'unit',
    unit: bytes < MEGABYTE ? 'kilobyte' : 'megabyte',
    maximumFractionDigits: 1,
  }).format(bytes / (bytes < MEGABYTE ? 1000 : MEGABYTE));

function words({ state, expires_at: expires, size, next_at: next }: ArchiveState): string | null {
  if (state === 'waiting') return t('archive.waiting');
  if (state === 'failed') return t('archive.failed');
  if (state === 'ready' && expires)
    return t('archive.ready', { time: fullTime(expires, locale.value), size: sizeInWords(size ?? 0) });
  return next ? t('archive.next', { time: fullTime(next, locale.value) }) : null;
}

function Present({ archive, onAsk, isBusy }: { archive: ArchiveState; onAsk: () => void; isBusy: boolean }) {
  const text = words(archive);
  const mayAsk = archive.next_at === null && archive.state !== 'waiting';
  return (
    <>
      {/* Its words change while somebody waits. */}
      <p role="status" class={text ? undefined : 'only-read'}>
        {text}
      </p>
      <Buttons>
        {archive.url && (
          <ButtonLink href={archive.url} look="filled">
            {t('archive.fetch')}
          </ButtonLink>
        )}
        {mayAsk && (
          <Button isBusy={isBusy} onClick={onAsk}>
            {t('archive.ask')}
          </Button>
        )}
      </Buttons>
    </>
  );
}

/** The section of the account's settings. While the archive is written it looks again by itself. */
export function Archive() {
  const loaded = useLoaded(() => get<ArchiveState>('/api/exports/archive'));
  const { value: archive, failure, load } = loaded;
  const isBusy = useSignal(false);
  useEffect(() => {
    if (archive.value?.state !== 'waiting' || failure.value) return;
    const timer = setTimeout(load, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [archive.value, failure.value]);
  const ask = async () => {
    isBusy.value = true;
    await post<ArchiveState>('/api/exports/archive').then((found) => (archive.value = found), tellFailure);
    isBusy.value = false;
  };
  return (
    <Section title={t('archive.title')} lead={t('archive.lead')}>
      {archive.value && <Present archive={archive.value} onAsk={() => void ask()} isBusy={isBusy.value} />}
      {!archive.value || failure.value ? <Waiting of={loaded} /> : null}
    </Section>
  );
}
