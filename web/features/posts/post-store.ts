// Every post that a page has shown, once: a like in one list is a like in all, and news reaches each copy.
import { signal, type Signal } from '@preact/signals';
import type { Poll, Status } from '#web/lib/wire/posts.ts';

/** A post that changes in place; null once it is deleted. */
export type PostSignal = Signal<Status | null>;

const known = new Map<string, PostSignal>();

/**
 * Keeps a post (never the wrapper of a boost) and gives the signal of all its copies. What a public stream leaves out,
 * such as whether the reader likes it, stays as it was; so does what it quotes where that is only named.
 */
export function keepPost(status: Status): PostSignal {
  if (status.quote?.quoted_status) keepPost(status.quote.quoted_status);
  const kept = known.get(status.id);
  if (!kept) {
    const made: PostSignal = signal(status);
    known.set(status.id, made);
    return made;
  }
  const before = kept.peek();
  kept.value = {
    ...status,
    favourited: status.favourited ?? before?.favourited,
    reblogged: status.reblogged ?? before?.reblogged,
    bookmarked: status.bookmarked ?? before?.bookmarked,
    muted: status.muted ?? before?.muted,
    pinned: status.pinned ?? before?.pinned,
    filtered: status.filtered ?? before?.filtered,
    // Inside a quoted post it is only named; what is known of it already says more.
    quote: status.quote && status.quote.quoted_status === undefined ? (before?.quote ?? status.quote) : status.quote,
    poll: status.poll && mergePoll(status.poll, before?.poll),
  };
  return kept;
}

/** What a public stream cannot know, the reader's own votes, stays while the poll asks the same. */
function mergePoll(poll: Poll, before: Poll | null | undefined): Poll {
  const isSame =
    before?.options.map(({ title }) => title).join('\n') === poll.options.map(({ title }) => title).join('\n');
  if (poll.voted !== undefined || !isSame) return poll;
  return { ...poll, voted: before?.voted, own_votes: before?.own_votes };
}

/** The signal of a post that was kept before. */
export const findPost = (id: string): PostSignal | undefined => known.get(id);

/** Takes a deleted post off every page. */
export function dropPost(id: string): void {
  const kept = known.get(id);
  if (kept) kept.value = null;
}

/** Changes a kept post in place. */
export function changePost(id: string, change: (status: Status) => Partial<Status>): void {
  const kept = known.get(id);
  if (kept?.value) kept.value = { ...kept.value, ...change(kept.value) };
}

/** How a post came: in the home stream, by a notification, or by being written in this page. */
export type Arrival = 'home' | 'mention' | 'written';

type Listener = (status: Status, how: Arrival) => void;
const listeners = new Set<Listener>();

/** Hears of every post that arrives by itself or was just written here: wrappers of boosts too. */
export function onPostArrival(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells all who listen that a post came. */
export function tellArrival(status: Status, how: Arrival): void {
  for (const listener of listeners) listener(status, how);
}
