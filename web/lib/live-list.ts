// A list that grows at both ends: older entries by pages, newer ones as they arrive. Timelines and notifications are such.
import { signal, type Signal } from '@preact/signals';
import { requestPage, type Query } from './api.ts';

export interface LiveList<E> {
  entries: Signal<E[]>;
  /** What arrived while the reader was further down, newest first. */
  waiting: Signal<E[]>;
  isLoading: Signal<boolean>;
  /** Why the last load failed, null when it did not. */
  failure: Signal<unknown>;
  /** Whether there is nothing older; null before the first page. */
  isComplete: Signal<boolean | null>;
  /** Loads the first page, or the next older one. Failures are kept in `failure`. */
  more: () => Promise<void>;
  /** Takes in what just arrived, newest first: on the page at once when its reader is at the top, else waiting. */
  take: (fresh: E[]) => void;
  showWaiting: () => void;
  /** Keeps only the entries that pass. */
  keepOnly: (passes: (entry: E) => boolean) => void;
  /** Fetches what came while nobody listened, `toTop` to show it whatever the reader's place. */
  catchUp: (toTop?: boolean) => Promise<void>;
}

interface Options<Raw, E> {
  /** A list of the API, for example `/api/v1/timelines/home`. */
  path: string;
  query?: Query;
  toEntry: (raw: Raw) => E;
  /** Those of `fresh` that the list has not yet. */
  newOnes: (list: readonly E[], fresh: readonly E[]) => E[];
}

const AT_TOP_PX = 12;
const CATCH_UP_LIMIT = 40;

/** Lists that are on the page just now, with how many places show them. */
const shown = new Map<unknown, number>();

const isReaderAtTop = (list: unknown): boolean => shown.has(list) && scrollY <= AT_TOP_PX;

/** Says that a list is on the page, so that its news may appear at once. Returns what ends that. */
export function showList(list: object): () => void {
  shown.set(list, (shown.get(list) ?? 0) + 1);
  return () => {
    const places = (shown.get(list) ?? 1) - 1;
    if (places) shown.set(list, places);
    else shown.delete(list);
  };
}

interface State<Raw, E> extends Options<Raw, E> {
  entries: Signal<E[]>;
  waiting: Signal<E[]>;
  isLoading: Signal<boolean>;
  failure: Signal<unknown>;
  isComplete: Signal<boolean | null>;
  /** The path of the next older page. */
  next: string | null;
}

async function loadMore<Raw, E>(state: State<Raw, E>): Promise<void> {
  const { entries, waiting, isLoading, failure, isComplete, query, toEntry, newOnes } = state;
  if (!state.next || isLoading.peek()) return;
  isLoading.value = true;
  failure.value = null;
  try {
    const isFirst = isComplete.peek() === null;
    const page = await requestPage<Raw>(state.next, isFirst ? { query } : {});
    const known = [...waiting.peek(), ...entries.peek()];
    entries.value = [...entries.peek(), ...newOnes(known, page.items.map(toEntry))];
    state.next = page.next;
    isComplete.value = page.next === null;
  } catch (cause) {
    failure.value = cause;
  }
  isLoading.value = false;
}

function showWaiting<Raw, E>({ entries, waiting }: State<Raw, E>): void {
  entries.value = [...waiting.peek(), ...entries.peek()];
  waiting.value = [];
}

function put<Raw, E>(state: State<Raw, E>, fresh: E[], isAtTop: boolean): void {
  const { entries, waiting, isComplete } = state;
  const unknown = state.newOnes([...waiting.peek(), ...entries.peek()], fresh);
  if (!unknown.length) return;
  waiting.value = [...unknown, ...waiting.peek()];
  // Above an empty list, or one that is still coming, there is nobody further down.
  if (isAtTop || entries.peek().length === 0 || isComplete.peek() === null) showWaiting(state);
}

async function fetchMissed<Raw, E extends { key: string }>(
  state: State<Raw, E>,
  isAtTop: () => boolean,
): Promise<void> {
  const { path, query, toEntry, entries, waiting, isComplete } = state;
  if (isComplete.peek() === null) return;
  const newest = waiting.peek()[0] ?? entries.peek()[0];
  try {
    const page = await requestPage<Raw>(path, { query: { ...query, since_id: newest?.key, limit: CATCH_UP_LIMIT } });
    const fresh = page.items.map(toEntry);
    if (fresh.length < CATCH_UP_LIMIT || !newest) return put(state, fresh, isAtTop());
    // More was missed than a page holds: the list starts anew, and goes on downwards by pages.
    entries.value = [];
    waiting.value = fresh;
    state.next = page.next;
    isComplete.value = page.next === null;
    if (isAtTop()) showWaiting(state);
  } catch {
    // The list stays as it was; the next visit or return of the connection tries again.
  }
}

/** Makes the list; nothing is loaded yet. */
export function createLiveList<Raw, E extends { key: string }>(options: Options<Raw, E>): LiveList<E> {
  const state: State<Raw, E> = {
    ...options,
    entries: signal<E[]>([]),
    waiting: signal<E[]>([]),
    isLoading: signal(false),
    failure: signal<unknown>(null),
    isComplete: signal<boolean | null>(null),
    next: options.path,
  };
  const { entries, waiting, isLoading, failure, isComplete } = state;
  const list: LiveList<E> = {
    entries,
    waiting,
    isLoading,
    failure,
    isComplete,
    more: () => loadMore(state),
    catchUp: (toTop) => fetchMissed(state, () => toTop ?? isReaderAtTop(list)),
    showWaiting: () => showWaiting(state),
    take: (fresh) => {
      // Before the first page is asked for there is nothing to put it above; that page will bring it. One that is under way
      // may have been read a moment too early.
      if (isComplete.peek() !== null || isLoading.peek()) put(state, fresh, isReaderAtTop(list));
    },
    keepOnly: (passes) => {
      entries.value = entries.peek().filter(passes);
      waiting.value = waiting.peek().filter(passes);
    },
  };
  return list;
}
