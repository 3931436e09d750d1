// Lists of posts, kept while one walks through the app, so that Back finds them as they were.
import { keepPost, type PostSignal } from '#web/features/posts/post-store.ts';
import type { Query } from '#web/lib/api.ts';
import { createLiveList, type LiveList } from '#web/lib/live-list.ts';
import type { Account } from '#web/lib/wire/accounts.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { newOnes } from './entries.ts';

export interface Entry {
  /** The id in the list: of the post, or of its boost. */
  key: string;
  postId: string;
  post: PostSignal;
  booster: Account | null;
}

export type Timeline = LiveList<Entry>;

/** A post of the API as an entry; a boost becomes its original with who boosted it. */
export function entryOf(status: Status): Entry {
  const original = status.reblog ?? status;
  return {
    key: status.id,
    postId: original.id,
    post: keepPost(original),
    booster: status.reblog ? status.account : null,
  };
}

const MOST_KEPT = 24;
const kept = new Map<string, Timeline>();

/** The timeline over a list of the API, kept for the way back. The longest unused are forgotten. */
export function keptTimeline(path: string, query: Query = {}): Timeline {
  const name = `${path} ${JSON.stringify(query)}`;
  const timeline = kept.get(name) ?? createLiveList<Status, Entry>({ path, query, toEntry: entryOf, newOnes });
  kept.delete(name);
  kept.set(name, timeline);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return timeline;
}

/** The same, loaded afresh: for lists whose order is not that of the posts' ids. */
export function renewedTimeline(path: string, query: Query = {}): Timeline {
  kept.delete(`${path} ${JSON.stringify(query)}`);
  return keptTimeline(path, query);
}

/** Takes everything by an account, and what it boosted, out of the shared timelines; its own page stays as it is. */
export function hideAccount(accountId: string): void {
  for (const [name, timeline] of kept) {
    if (!name.startsWith('/api/v1/timelines/')) continue;
    timeline.keepOnly(({ post, booster }) => post.peek()?.account.id !== accountId && booster?.id !== accountId);
  }
}

/** Takes a deleted post out of every kept timeline, its boosts included. */
export function removeEverywhere(postId: string): void {
  for (const timeline of kept.values()) timeline.keepOnly((entry) => entry.key !== postId && entry.postId !== postId);
}
