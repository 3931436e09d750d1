// A list that goes on by pages, with what stands there when it waits, failed or has nothing.
import type { ComponentChildren } from 'preact';
import type { PagedList } from '#web/lib/paged-list.ts';
import { LoadMore } from './LoadMore.tsx';
import { FailureNote, Spinner } from './Notes.tsx';

interface Props<T> {
  list: PagedList<T>;
  /** Its name for screen readers. */
  label: string;
  empty: ComponentChildren;
  /** Draws one as an `li`. */
  row: (item: T) => ComponentChildren;
}

/** Loads further pages as the reader comes to them; the first is asked for by whoever has the list. */
export function Pages<T>({ list, label, empty, row }: Props<T>) {
  const items = list.items.value;
  const failure = list.failure.value;
  const more = () => void list.more();
  if (!items) return failure ? <FailureNote cause={failure} onRetry={more} /> : <Spinner />;
  if (!items.length && !list.hasMore.value) return <>{empty}</>;
  return (
    <>
      <ul aria-label={label}>{items.map(row)}</ul>
      {list.hasMore.value && <LoadMore onMore={more} isLoading={list.isLoading.value} failure={failure} />}
    </>
  );
}
