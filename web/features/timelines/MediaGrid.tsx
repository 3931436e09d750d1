// What somebody showed, as a grid: a square for each of their posts that has something to see.
import { useLocation } from 'preact-iso/router';
import { AudioLines, EyeOff, Film as FilmSign, Images } from 'lucide-preact';
import { Picture } from '#web/features/media/Picture.tsx';
import { Placeholder } from '#web/features/media/Placeholder.tsx';
import { mediaPreferences } from '#web/features/media/preferences.ts';
import { openViewer } from '#web/features/media/viewer.ts';
import { t } from '#web/lib/i18n.ts';
import { postPath } from '#web/lib/links.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { NewEntries, useListOnPage } from '#web/ui/NewEntries.tsx';
import { LoadMore } from '#web/ui/LoadMore.tsx';
import { FailureNote, Spinner } from '#web/ui/Notes.tsx';
import type { ComponentChildren } from 'preact';
import type { Entry, Timeline } from './timeline.ts';
import styles from './MediaGrid.module.css';

const isCovered = ({ sensitive, spoiler_text: warning }: Status): boolean => {
  const { show } = mediaPreferences();
  return show === 'hide_all' || (show === 'default' && (sensitive || warning !== ''));
};

const isSeen = ({ type, url }: MediaAttachment): boolean => type !== 'unknown' && type !== 'audio' && url !== null;

function Inside({ media, covered }: { media: MediaAttachment; covered: boolean }) {
  if (covered) {
    return (
      <>
        <Placeholder hash={media.blurhash} />
        <span class={styles.sign}>
          <EyeOff size={22} aria-hidden />
        </span>
      </>
    );
  }
  if (media.type === 'audio' && !media.preview_url) {
    return (
      <span class={styles.sign}>
        <AudioLines size={26} aria-hidden />
      </span>
    );
  }
  return <Picture media={media} src={media.preview_url} alt="" />;
}

function Square({ entry }: { entry: Entry }) {
  const { route } = useLocation();
  const status = entry.post.value;
  const [first] = status?.media_attachments ?? [];
  if (!status || !first) return null;
  const { media_attachments: all } = status;
  const covered = isCovered(status);
  const path = postPath(status);
  const seen = all.filter(isSeen);
  const Corner = all.length > 1 ? Images : first.type === 'video' || first.type === 'gifv' ? FilmSign : null;
  return (
    <li class={styles.cell}>
      <a
        class={styles.square}
        href={path}
        data-post={entry.key}
        aria-label={t('accounts.openPost', {
          count: all.length,
          text: (covered ? '' : first.description) || t(`media.undescribed.${first.type}`),
        })}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          // What is covered is uncovered in its post, where its author's words stand.
          if (covered || !seen.length) return route(path);
          openViewer({ attachments: seen, place: 0, post: { path, by: `@${status.account.acct}` } });
        }}
      >
        <Inside media={first} covered={covered} />
        {Corner && (
          <span class={styles.corner} aria-hidden>
            <Corner size={16} />
          </span>
        )}
      </a>
    </li>
  );
}

interface Props {
  timeline: Timeline;
  label: string;
  empty: ComponentChildren;
}

/** The grid, growing as one scrolls. */
export function MediaGrid({ timeline, label, empty }: Props) {
  const { entries, isLoading, failure, isComplete } = timeline;
  useListOnPage(timeline);
  if (!entries.value.length && !timeline.waiting.value.length) {
    if (failure.value) return <FailureNote cause={failure.value} onRetry={() => void timeline.more()} />;
    if (isComplete.value === null || isLoading.value) return <Spinner />;
    if (isComplete.value) return <>{empty}</>;
  }
  return (
    <>
      <NewEntries list={timeline} label={(count) => t('feed.newPosts', { count })} />
      <ul class={styles.grid} aria-label={label}>
        {entries.value.map((entry) => (
          <Square key={entry.key} entry={entry} />
        ))}
      </ul>
      {!isComplete.value && (
        <LoadMore onMore={() => void timeline.more()} isLoading={isLoading.value} failure={failure.value} />
      )}
    </>
  );
}
