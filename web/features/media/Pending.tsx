// What is not there yet, or could not be made: for everybody a quiet word, for its author how far it is, why it failed, and another try.
import { useSignal } from '@preact/signals';
import { Clapperboard, TriangleAlert } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { t } from '#web/lib/i18n.ts';
import { failureText } from '#web/lib/failure.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { Button } from '#web/ui/Button.tsx';
import { followProcessing, retryProcessing } from './processing.ts';
import styles from './Pending.module.css';

/** Whether there is nothing to show of it yet. */
export const isPending = ({ url, remote_url: remote, type }: MediaAttachment): boolean =>
  url === null && remote === null && type !== 'unknown';

/** Fills the nearest positioned element around it. Its post arrives anew when it is ready. */
export function Pending({ media, isOwn }: { media: MediaAttachment; isOwn: boolean }) {
  const now = useSignal(media);
  const isTrying = useSignal(false);
  const { failure, meta } = now.value;
  useEffect(() => {
    now.value = media;
    if (!isOwn || media.failure !== undefined) return;
    const end = new AbortController();
    followProcessing(media.id, (next) => (now.value = next), end.signal).catch(() => {});
    return () => end.abort();
  }, [media, isOwn, isTrying.value]);
  const retry = async () => {
    isTrying.value = true;
    try {
      now.value = await retryProcessing(media.id);
    } catch (cause) {
      now.value = { ...now.peek(), failure: failureText(cause) };
    }
    isTrying.value = false;
  };
  if (failure !== undefined) {
    return (
      <div class={styles.pending}>
        <TriangleAlert size={22} aria-hidden class={styles.sign} />
        <p>{isOwn ? failure : t('media.failedForOthers')}</p>
        {isOwn && (
          <Button size="small" isBusy={isTrying.value} onClick={() => void retry()}>
            {t('common.retry')}
          </Button>
        )}
      </div>
    );
  }
  const percent = meta?.progress ?? 0;
  return (
    <div class={styles.pending}>
      <Clapperboard size={22} aria-hidden />
      <p>{t('media.processing')}</p>
      {isOwn && <progress class={styles.bar} max={100} value={percent} aria-label={t('media.processing')} />}
    </div>
  );
}
