// Filters as Mastodon's clients read them, in both versions of the API, and what a filtered post says of them.
import { Type, type Static } from 'typebox';
import { filterActions, filterContexts, type FilterAction, type FilterContext } from './entities.ts';
import type { FilterMatch, FilterView } from './policy.ts';

const Expiry = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const Contexts = Type.Array(Type.Unsafe<FilterContext>(Type.String({ enum: [...filterContexts] })));

/** @see https://docs.joinmastodon.org/entities/FilterKeyword/ */
export const FilterKeywordSchema = Type.Object({
  id: Type.String(),
  keyword: Type.String(),
  whole_word: Type.Boolean(),
});
/** @see https://docs.joinmastodon.org/entities/FilterStatus/ */
export const FilterStatusSchema = Type.Object({ id: Type.String(), status_id: Type.String() });

const headFields = {
  id: Type.String(),
  title: Type.String(),
  context: Contexts,
  expires_at: Expiry,
  filter_action: Type.Unsafe<FilterAction>(Type.String({ enum: [...filterActions] })),
};

/** @see https://docs.joinmastodon.org/entities/Filter/ */
export const FilterSchema = Type.Object({
  ...headFields,
  keywords: Type.Array(FilterKeywordSchema),
  statuses: Type.Array(FilterStatusSchema),
});

/** @see https://docs.joinmastodon.org/entities/FilterResult/ */
export const FilterResultSchema = Type.Object({
  filter: Type.Object({ ...headFields, keywords: Type.Array(Type.Never()), statuses: Type.Array(Type.Never()) }),
  keyword_matches: Type.Union([Type.Array(Type.String()), Type.Null()]),
  status_matches: Type.Union([Type.Array(Type.String()), Type.Null()]),
});

/** @see https://docs.joinmastodon.org/entities/V1_Filter/ */
export const OldFilterSchema = Type.Object({
  id: Type.String(),
  phrase: Type.String(),
  context: Contexts,
  whole_word: Type.Boolean(),
  expires_at: Expiry,
  irreversible: Type.Boolean(),
});

export type MastodonFilter = Static<typeof FilterSchema>;
export type MastodonFilterKeyword = Static<typeof FilterKeywordSchema>;
export type MastodonFilterStatus = Static<typeof FilterStatusSchema>;
export type MastodonFilterResult = Static<typeof FilterResultSchema>;
export type MastodonOldFilter = Static<typeof OldFilterSchema>;

export function serializeKeyword(keyword: FilterView['keywords'][number]): MastodonFilterKeyword {
  return { id: keyword.id, keyword: keyword.keyword, whole_word: keyword.wholeWord };
}

export function serializeFilterPost(post: FilterView['posts'][number]): MastodonFilterStatus {
  return { id: post.id, status_id: post.postId };
}

export function serializeFilter(filter: FilterView): MastodonFilter {
  return {
    ...serializeFilterHead(filter),
    keywords: filter.keywords.map(serializeKeyword),
    statuses: filter.posts.map(serializeFilterPost),
  };
}

function serializeFilterHead(filter: FilterView): Omit<MastodonFilter, 'keywords' | 'statuses'> {
  return {
    id: filter.id,
    title: filter.title,
    context: filter.contexts,
    expires_at: filter.expiresAt === null ? null : new Date(filter.expiresAt).toISOString(),
    filter_action: filter.action,
  };
}

/** What a post says of the filters that match it. As Mastodon does, all of them in every context: the client knows where it shows the post. */
export function serializeMatches(matches: readonly FilterMatch[]): MastodonFilterResult[] {
  return matches.map(({ filter, keywords, postIds }) => ({
    // Typed clients want the lists; nobody needs them filled on every post.
    filter: { ...serializeFilterHead(filter), keywords: [], statuses: [] },
    keyword_matches: keywords.length === 0 ? null : keywords,
    status_matches: postIds.length === 0 ? null : postIds,
  }));
}

/** One keyword as a filter of the first version. */
export function serializeOldFilter(filter: FilterView, keyword: FilterView['keywords'][number]): MastodonOldFilter {
  return {
    id: keyword.id,
    phrase: keyword.keyword,
    context: filter.contexts,
    whole_word: keyword.wholeWord,
    expires_at: filter.expiresAt === null ? null : new Date(filter.expiresAt).toISOString(),
    irreversible: filter.action === 'hide',
  };
}
