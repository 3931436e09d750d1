// Filters: what somebody does not want to meet, by words or post by post.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

/** Where a filter applies. */
export const filterContexts = ['home', 'notifications', 'public', 'thread', 'account'] as const;
export type FilterContext = (typeof filterContexts)[number];

/** What becomes of a post that matches: shown behind the filter's title, not shown, or shown with its pictures blurred. */
export const filterActions = ['warn', 'hide', 'blur'] as const;
export type FilterAction = (typeof filterActions)[number];

export const FilterSchema = defineEntity({
  name: 'Filter',
  tableName: 'filters',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    title: p.text(),
    contexts: p.json<FilterContext[]>(),
    action: p.text().$type<FilterAction>(),
    /** From then on it matches nothing; it stays, so that its owner may extend it. */
    expiresAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});
export class Filter extends FilterSchema.class {}
FilterSchema.setClass(Filter);

export const FilterKeywordSchema = defineEntity({
  name: 'FilterKeyword',
  tableName: 'filter_keywords',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    filterId: () => p.manyToOne(Filter).mapToPk().fieldName('filter_id').deleteRule('cascade').index(),
    keyword: p.text(),
    /** Only where it does not begin or end inside a longer word. */
    wholeWord: p.boolean().default(true),
  },
});
export class FilterKeyword extends FilterKeywordSchema.class {}
FilterKeywordSchema.setClass(FilterKeyword);

/** One post that a filter matches. No foreign key: posts stand on a higher floor, and tell when one is deleted. */
export const FilterPostSchema = defineEntity({
  name: 'FilterPost',
  tableName: 'filter_posts',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    filterId: () => p.manyToOne(Filter).mapToPk().fieldName('filter_id').deleteRule('cascade'),
    postId: p.bigint('string').index(),
  },
  uniques: [{ name: 'filter_posts_pair', properties: ['filterId', 'postId'] }],
});
export class FilterPost extends FilterPostSchema.class {}
FilterPostSchema.setClass(FilterPost);
