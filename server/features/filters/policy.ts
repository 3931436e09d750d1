// What a filter may hold, and which filters match a post: pure functions, linear in the length of the post.
import { LRUCache } from 'lru-cache';
import { buildWordSearch, type WordSearch } from '#server/platform/text.ts';
import type { FilterAction, FilterContext } from './entities.ts';

/** The most that one person may have: what they look for is looked for in every post that they read. */
export const filterLimits = {
  filters: 100,
  keywords: 1000,
  keywordLength: 200,
  posts: 1000,
  titleLength: 200,
} as const;

export interface FilterView {
  id: string;
  title: string;
  contexts: FilterContext[];
  action: FilterAction;
  /** Milliseconds since 1970, or null for never. */
  expiresAt: number | null;
  keywords: Array<{ id: string; keyword: string; wholeWord: boolean }>;
  posts: Array<{ id: string; postId: string }>;
}

/** Somebody's filters, ready to be asked. */
export interface PreparedFilters {
  filters: FilterView[];
  search: WordSearch;
  /** Which filter and keyword each sought word is. */
  words: Array<{ filter: FilterView; keyword: string }>;
  byPost: Map<string, FilterView[]>;
}

export interface FilterMatch {
  filter: FilterView;
  keywords: string[];
  postIds: string[];
}

/** What is held against the filters: a post, by all ids that it goes by, and its words, folded; asked for only when needed. */
export interface FilteredPost {
  ids: readonly string[];
  words: () => string;
}

/** Prepares filters; null when there are none, so that most readers cost nothing. */
export function prepareFilters(filters: FilterView[]): PreparedFilters | null {
  if (filters.length === 0) return null;
  const words = filters.flatMap((filter) =>
    filter.keywords.map(({ keyword, wholeWord }) => ({ filter, keyword, text: keyword, whole: wholeWord })),
  );
  const byPost = new Map<string, FilterView[]>();
  for (const filter of filters)
    for (const { postId } of filter.posts) byPost.set(postId, [...(byPost.get(postId) ?? []), filter]);
  return { filters, search: buildWordSearch(words), words, byPost };
}

/** The filters that match a post at the moment `now`, in the order in which they were made. */
export function matchFilters(prepared: PreparedFilters, post: FilteredPost, now: Date): FilterMatch[] {
  const matches = new Map<FilterView, FilterMatch>();
  const matchOf = (filter: FilterView): FilterMatch => {
    const known = matches.get(filter);
    if (known) return known;
    const made = { filter, keywords: [], postIds: [] };
    matches.set(filter, made);
    return made;
  };
  const isOver = ({ expiresAt }: FilterView): boolean => expiresAt !== null && expiresAt <= now.getTime();
  for (const index of prepared.words.length === 0 ? [] : prepared.search.find(post.words())) {
    const word = prepared.words[index];
    if (word && !isOver(word.filter)) matchOf(word.filter).keywords.push(word.keyword);
  }
  for (const id of post.ids)
    for (const filter of prepared.byPost.get(id) ?? []) if (!isOver(filter)) matchOf(filter).postIds.push(id);
  return prepared.filters.flatMap((filter) => matches.get(filter) ?? []);
}

/** Prepared filters by the text that they were kept as: the same text is always the same filters. Bounded by their size in memory. */
export const preparedByText = new LRUCache<string, PreparedFilters>({
  maxSize: 1_000_000,
  sizeCalculation: ({ search }) => search.size + 100,
});
