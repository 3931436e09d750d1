// Lists: timelines of their owner's own choosing, filled by accounts (followed or not) and by hashtags.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Tag } from '#server/features/posts/entities.ts';

/** Whose answers to others a list shows: to whom its owner follows, to its members, or none. Answers to oneself always. */
export const repliesPolicies = ['followed', 'list', 'none'] as const;
export type RepliesPolicy = (typeof repliesPolicies)[number];

export const ListSchema = defineEntity({
  name: 'List',
  tableName: 'lists',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    title: p.text(),
    repliesPolicy: p.text().$type<RepliesPolicy>().default('list'),
    /** What the list shows leaves its owner's home timeline. */
    exclusive: p.boolean().default(false),
    createdAt: p.datetime(3),
  },
});
export class List extends ListSchema.class {}
ListSchema.setClass(List);

/** A member of a list. */
export const ListAccountSchema = defineEntity({
  name: 'ListAccount',
  tableName: 'list_accounts',
  properties: {
    /** Orders the members, the latest last. */
    id: p.bigint('string').primary().autoincrement(),
    listId: () => p.manyToOne(List).mapToPk().fieldName('list_id').deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
  },
  uniques: [{ name: 'list_accounts_pair', properties: ['listId', 'accountId'] }],
  indexes: [
    { name: 'list_accounts_order', properties: ['listId', 'id'] },
    { name: 'list_accounts_account', properties: ['accountId', 'listId'] },
  ],
});
export class ListAccount extends ListAccountSchema.class {}
ListAccountSchema.setClass(ListAccount);

/** A hashtag whose public posts a list shows. */
export const ListTagSchema = defineEntity({
  name: 'ListTag',
  tableName: 'list_tags',
  properties: {
    listId: () => p.manyToOne(List).mapToPk().fieldName('list_id').primary().deleteRule('cascade'),
    tagId: () => p.manyToOne(Tag).mapToPk().fieldName('tag_id').primary().deleteRule('cascade').index(),
  },
});
export class ListTag extends ListTagSchema.class {}
ListTagSchema.setClass(ListTag);
