// What people do with posts: like, bookmark, pin, and want no more news of a conversation.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Post } from '../entities.ts';

export const LikeSchema = defineEntity({
  name: 'Like',
  tableName: 'likes',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    uri: p.text().nullable(),
    /** Where the author of the post agrees to it, when they wanted to be asked. */
    approvedBy: p.text().nullable(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'likes_pair', properties: ['postId', 'accountId'] }],
  indexes: [
    { name: 'likes_account', properties: ['accountId', 'id'] },
    {
      name: 'likes_approved',
      expression: 'create index likes_approved on likes (approved_by) where approved_by is not null',
    },
  ],
});
export class Like extends LikeSchema.class {}
LikeSchema.setClass(Like);

export const BookmarkSchema = defineEntity({
  name: 'Bookmark',
  tableName: 'bookmarks',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'bookmarks_pair', properties: ['accountId', 'postId'] }],
  indexes: [{ name: 'bookmarks_account', properties: ['accountId', 'id'] }],
});
export class Bookmark extends BookmarkSchema.class {}
BookmarkSchema.setClass(Bookmark);

/** A post that its author keeps at the top of their profile; the latest pin comes first. */
export const PinSchema = defineEntity({
  name: 'Pin',
  tableName: 'pins',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'pins_pair', properties: ['accountId', 'postId'] }],
});
export class Pin extends PinSchema.class {}
PinSchema.setClass(Pin);

/** A conversation of which an account wants no more news. */
export const MutedConversationSchema = defineEntity({
  name: 'MutedConversation',
  tableName: 'muted_conversations',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    conversationId: p.bigint('string').primary().autoincrement(false),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'muted_conversations_conversation', properties: ['conversationId'] }],
});
export class MutedConversation extends MutedConversationSchema.class {}
MutedConversationSchema.setClass(MutedConversation);
