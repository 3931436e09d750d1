// The posts that people put at the top of their profiles, as far as pages have shown them.
import { signal, type Signal } from '@preact/signals';
import { get } from '#web/lib/api.ts';
import type { Status } from '#web/lib/wire/posts.ts';
import { keepPost, type PostSignal } from './post-store.ts';

const known = new Map<string, Signal<PostSignal[]>>();

/** The pinned posts of an account in its order; none until they are loaded. */
export function pinsOf(accountId: string): Signal<PostSignal[]> {
  let kept = known.get(accountId);
  if (!kept) known.set(accountId, (kept = signal<PostSignal[]>([])));
  return kept;
}

/** Loads the pinned posts anew. When that fails, those that were known stay. */
export async function loadPins(accountId: string): Promise<void> {
  try {
    const found = await get<Status[]>(`/api/v1/accounts/${accountId}/statuses`, { pinned: true });
    pinsOf(accountId).value = found.map(keepPost);
  } catch {
    // The profile is whole without them; the next visit asks again.
  }
}
