// The lists of what is not sent yet: drafts, and posts that wait for their time.
import { signal, type Signal } from '@preact/signals';
import { requestPage } from '#web/lib/api.ts';

export interface PagedList<T> {
  items: Signal<T[] | null>;
  isLoading: Signal<boolean>;
  failure: Signal<unknown>;
  hasMore: Signal<boolean>;
  more: () => Promise<void>;
  /** From the beginning. */
  reload: () => Promise<void>;
  remove: (id: string) => void;
}

/** A list of the API with its pages. */
export function pagedList<T extends { id: string }>(path: string): PagedList<T> {
  const items = signal<T[] | null>(null);
  const isLoading = signal(false);
  const failure = signal<unknown>(null);
  const hasMore = signal(true);
  let next: string | null = path;
  const more = async () => {
    if (!next || isLoading.peek()) return;
    isLoading.value = true;
    failure.value = null;
    try {
      const isFirst = next === path;
      const page = await requestPage<T>(next);
      items.value = isFirst ? page.items : [...(items.peek() ?? []), ...page.items];
      next = page.next;
      hasMore.value = next !== null;
    } catch (cause) {
      failure.value = cause;
    }
    isLoading.value = false;
  };
  return {
    items,
    isLoading,
    failure,
    hasMore,
    more,
    reload: () => {
      next = path;
      return more();
    },
    remove: (id) => (items.value = items.peek()?.filter((one) => one.id !== id) ?? null),
  };
}
