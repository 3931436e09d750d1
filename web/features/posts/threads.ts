// The threads that pages have shown: loaded once, kept for the way back, and grown by replies as they arrive.
import { signal, type Signal } from '@preact/signals';
import { get } from '#web/lib/api.ts';
import type { Context, Status } from '#web/lib/wire.ts';
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
  const [status, context] = await Promise.all([
    get<Status>(`/api/v1/statuses/${id}`),
    get<Context>(`/api/v1/statuses/${id}/context`),
  ]);
  keepPost(status);
  const ancestors = context.ancestors.map(keepPost);
  context.descendants.forEach(keepPost);
  threadOf(id).value = { ancestors, descendants: context.descendants };
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
