// A timeline on the page: the posts, the button with the new ones, and the way to older ones.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { Place } from '#web/features/posts/filtering.ts';
import { Post } from '#web/features/posts/Post.tsx';
import { t } from '#web/lib/i18n.ts';
import type { FilterPlace } from '#web/lib/wire/posts.ts';
import { NewEntries, useListOnPage } from '#web/ui/NewEntries.tsx';
import { LoadMore } from '#web/ui/LoadMore.tsx';
import { FailureNote, Skeleton } from '#web/ui/Notes.tsx';
import type { Entry, Timeline } from './timeline.ts';
import styles from './Feed.module.css';

function FeedPost({ entry, position }: { entry: Entry; position: number }) {
  // The same element for the same entry: a new post at the top leaves the others alone but for their number.
  return useMemo(
    () => <Post post={entry.post} booster={entry.booster} placeKey={entry.key} position={position} />,
    [entry, position],
  );
}

interface Props {
  timeline: Timeline;
  /** The list's name for screen readers. */
  label: string;
  empty: ComponentChildren;
  /** Which of the reader's filters apply; without it none do. */
  place?: FilterPlace;
}

export function Feed({ timeline, label, empty, place }: Props) {
  const { entries, isLoading, failure, isComplete } = timeline;
  useListOnPage(timeline);
  if (!entries.value.length && !timeline.waiting.value.length) {
    if (failure.value) return <FailureNote cause={failure.value} onRetry={() => void timeline.more()} />;
    if (isComplete.value === null || isLoading.value) return <Skeleton />;
    if (isComplete.value) return <>{empty}</>;
  }
  return (
    <>
      <NewEntries list={timeline} label={(count) => t('feed.newPosts', { count })} />
      <div role="feed" aria-label={label} aria-busy={isLoading.value}>
        <Place.Provider value={place ?? null}>
          {entries.value.map((entry, index) => (
            <FeedPost key={entry.key} entry={entry} position={index + 1} />
          ))}
        </Place.Provider>
      </div>
      {isComplete.value ? (
        <p class={styles.end}>{t('feed.end')}</p>
      ) : (
        <LoadMore onMore={() => void timeline.more()} isLoading={isLoading.value} failure={failure.value} />
      )}
    </>
  );
}
