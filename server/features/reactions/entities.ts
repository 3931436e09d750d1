// Who reacted to which post with which emoji.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { Post } from '#server/features/posts/entities.ts';

export const ReactionSchema = defineEntity({
  name: 'Reaction',
  tableName: 'reactions',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    /** The emoji itself, `shortcode` of one of ours, or `shortcode@host`. */
    name: p.text(),
    /** The picture of a custom one. */
    emoji: p.json<EmojiReference>().nullable(),
    /** The address of one from elsewhere. */
    uri: p.text().nullable(),
    createdAt: p.datetime(3),
  },
  // What a reader did with the posts of a page is one probe of this each.
  uniques: [{ name: 'reactions_once', properties: ['accountId', 'postId', 'name'] }],
  indexes: [
    { name: 'reactions_post', properties: ['postId', 'name', 'id'] },
    {
      name: 'reactions_emoji',
      expression: `create index reactions_emoji on reactions ((emoji->'own'->>'id')) where emoji->'own' is not null`,
    },
  ],
});
export class Reaction extends ReactionSchema.class {}
ReactionSchema.setClass(Reaction);
