// What a post said before: its versions, newest first.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Gallery } from '#web/features/media/Gallery.tsx';
import { get } from '#web/lib/api.ts';
import { t } from '#web/lib/i18n.ts';
import type { Status, StatusEdit } from '#web/lib/wire/posts.ts';
import { Dialog } from '#web/ui/Dialog.tsx';
import { EmojiText, Html } from '#web/ui/Html.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import { Time } from '#web/ui/Time.tsx';
import styles from './EditHistory.module.css';

const shown = signal<Status | null>(null);

/** Puts the history of a post on the screen. */
export function openHistory(status: Status): void {
  shown.value = status;
}

function Versions({ status }: { status: Status }) {
  const versions = useSignal<StatusEdit[] | null>(null);
  const failure = useSignal<unknown>(null);
  const load = () => {
    failure.value = null;
    get<StatusEdit[]>(`/api/v1/statuses/${status.id}/history`)
      .then((found) => (versions.value = found.reverse()))
      .catch((cause) => (failure.value = cause));
  };
  useEffect(load, []);
  if (failure.value) return <FailureNote cause={failure.value} onRetry={load} />;
  if (!versions.value) return <Spinner />;
  const last = versions.value.length - 1;
  return (
    <ol class={styles.list}>
      {versions.value.map((version, index) => (
        <li key={version.created_at} class={styles.version}>
          <p class={styles.when}>
            {index === last ? t('post.written') : index === 0 ? t('post.latestVersion') : t('post.editedAt')}{' '}
            <Time at={version.created_at} isFull />
          </p>
          {version.spoiler_text && (
            <p class={styles.warning}>
              <EmojiText text={version.spoiler_text} emojis={version.emojis} />
            </p>
          )}
          <Html
            html={version.content}
            emojis={version.emojis}
            mentions={status.mentions}
            tags={status.tags}
            lang={status.language}
          />
          <Gallery attachments={version.media_attachments ?? []} isSensitive={version.sensitive ?? false} />
          {version.poll && (
            <ul class={styles.answers} dir="auto">
              {version.poll.options.map(({ title }) => (
                <li key={title}>
                  <EmojiText text={title} emojis={version.emojis} />
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Where the history appears; once in the app. */
export function EditHistoryHost() {
  if (!shown.value) return null;
  return (
    <Dialog title={t('post.history')} onClose={() => (shown.value = null)}>
      <Versions status={shown.value} />
    </Dialog>
  );
}
