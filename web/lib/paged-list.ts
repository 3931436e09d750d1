// A list of the API that goes on by pages, as the Link header says where.
import { signal, type Signal } from '@preact/signals';
import { requestPage } from './api.ts';

export interface PagedList<T> {
  /** Null before the first page. */
  items: Signal<T[] | null>;
  isLoading: Signal<boolean>;
  /** Why the last page did not come. */
  failure: Signal<unknown>;
  hasMore: Signal<boolean>;
  /** The first page, or the next one. */
  more: () => Promise<void>;
  /** From the beginning; what is there stays until then. A page that is still on its way is not waited for. */
  reload: () => Promise<void>;
  /** Puts another in the place of an item, or nothing. */
  replace: (item: T, other?: T) => void;
}

/** Nothing is loaded yet. `onPage` is told of each page. */
export function pagedList<T>(path: string, onPage: (items: T[]) => void = () => {}): PagedList<T> {
  const items = signal<T[] | null>(null);
  const isLoading = signal(false);
  const failure = signal<unknown>(null);
  const hasMore = signal(true);
  let next: string | null = path;
  let round = 0;
  const read = async (from: string) => {
    const mine = ++round;
    isLoading.value = true;
    failure.value = null;
    try {
      const page = await requestPage<T>(from);
      if (mine !== round) return;
      onPage(page.items);
      items.value = from === path ? page.items : [...(items.peek() ?? []), ...page.items];
      next = page.next;
      hasMore.value = next !== null;
    } catch (cause) {
      if (mine !== round) return;
      failure.value = cause;
    }
    isLoading.value = false;
  };
  return {
    items,
    isLoading,
    failure,
    hasMore,
    more: async () => {
      if (next !== null && !isLoading.peek()) await read(next);
    },
    reload: () => read(path),
    replace: (item, other) => {
      items.value = items.peek()?.flatMap((one) => (one !== item ? one : other === undefined ? [] : other)) ?? null;
    },
  };
}
