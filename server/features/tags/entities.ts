// What people have to do with hashtags: following them, and showing them on their profile. The hashtags are in posts.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Tag } from '#server/features/posts/entities.ts';

/** Public posts with that hashtag come into the account's home timeline. */
export const TagFollowSchema = defineEntity({
  name: 'TagFollow',
  tableName: 'tag_follows',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    tagId: () => p.manyToOne(Tag).mapToPk().fieldName('tag_id').deleteRule('cascade'),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'tag_follows_pair', properties: ['tagId', 'accountId'] }],
  indexes: [{ name: 'tag_follows_account', properties: ['accountId', 'id'] }],
});
export class TagFollow extends TagFollowSchema.class {}
TagFollowSchema.setClass(TagFollow);

/** A hashtag that somebody shows on their profile. */
export const FeaturedTagSchema = defineEntity({
  name: 'FeaturedTag',
  tableName: 'featured_tags',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    tagId: () => p.manyToOne(Tag).mapToPk().fieldName('tag_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'featured_tags_pair', properties: ['accountId', 'tagId'] }],
});
export class FeaturedTag extends FeaturedTagSchema.class {}
FeaturedTagSchema.setClass(FeaturedTag);
