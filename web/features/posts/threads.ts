// The threads that pages have shown: loaded once, kept for the way back, and grown by replies as they arrive.
import { signal, type Signal } from '@preact/signals';
import { get, getWithHeader, token } from '#web/lib/api.ts';
import type { Context, Status } from '#web/lib/wire/posts.ts';
import { keepPost, onPostArrival, type PostSignal } from './post-store.ts';

export interface Thread {
  ancestors: PostSignal[];
  descendants: Status[];
}

const known = new Map<string, Signal<Thread | null>>();

/** The thread around a post; null until it is loaded. */
export function threadOf(id: string): Signal<Thread | null> {
  let kept = known.get(id);
  if (!kept) known.set(id, (kept = signal<Thread | null>(null)));
  return kept;
}

/** Loads the post and what surrounds it. @throws {ApiError} 404 when it is gone or not for this reader. */
export async function loadThread(id: string): Promise<void> {
  const [status, { body, header }] = await Promise.all([
    get<Status>(`/api/v1/statuses/${id}`),
    getWithHeader<Context>(`/api/v1/statuses/${id}/context`, 'Mastodon-Async-Refresh'),
  ]);
  keepPost(status);
  take(id, body);
  const refresh = token.peek() ? readRefresh(header) : null;
  if (refresh) void follow(id, refresh);
}

function take(id: string, { ancestors, descendants }: Context): void {
  descendants.forEach(keepPost);
  threadOf(id).value = { ancestors: ancestors.map(keepPost), descendants };
}

/** Threads for which the server asks others just now what they know. */
export const searched = signal<ReadonlySet<string>>(new Set());

const change = (id: string, isSearched: boolean) => {
  const others = [...searched.peek()].filter((one) => one !== id);
  searched.value = new Set(isSearched ? [...others, id] : others);
};

interface Refresh {
  id: string;
  /** Seconds. */
  retry: number;
}

/** What the header says: `id="…", retry=3, result_count=0`. @see https://docs.joinmastodon.org/methods/async_refreshes/ */
export function readRefresh(header: string | null): Refresh | null {
  const id = /\bid="([^"]+)"/.exec(header ?? '')?.[1];
  const retry = Number(/\bretry=(\d+)/.exec(header ?? '')?.[1] ?? 3);
  return id ? { id, retry: Math.min(30, Math.max(1, retry)) } : null;
}

/** A search that takes longer is not waited for. */
const MOST_ROUNDS = 20;

/** Looks again until the search has ended, and takes in what it found. Failures end it: the thread stands without. */
async function follow(id: string, { id: searchId, retry }: Refresh): Promise<void> {
  if (searched.peek().has(id)) return;
  change(id, true);
  try {
    let known = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await new Promise((resolve) => setTimeout(resolve, retry * 1000));
      const { async_refresh: found } = await get<{ async_refresh: { status: string; result_count: number } }>(
        `/api/v1_alpha/async_refreshes/${encodeURIComponent(searchId)}`,
      );
      if (found.result_count > known) {
        known = found.result_count;
        take(id, await get<Context>(`/api/v1/statuses/${id}/context`));
      }
      if (found.status === 'finished') break;
    }
  } catch {
    // What is shown stays; opening the thread again asks again.
  }
  change(id, false);
}

function grow(id: string, thread: Thread, reply: Status): Thread | null {
  const parent = reply.in_reply_to_id;
  const belongs = parent === id || thread.descendants.some((one) => one.id === parent);
  if (!belongs || thread.descendants.some((one) => one.id === reply.id)) return null;
  return { ...thread, descendants: [...thread.descendants, reply] };
}

/** Lets every kept thread take up replies that arrive by themselves or are written here. Call once. */
export function growThreads(): void {
  onPostArrival((status) => {
    if (status.reblog || status.in_reply_to_id === null) return;
    keepPost(status);
    for (const [id, kept] of known) {
      const grown = kept.value && grow(id, kept.value, status);
      if (grown) kept.value = grown;
    }
  });
}
