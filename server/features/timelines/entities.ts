// Home timelines, written when a post is made: one narrow row for each follower and post. And what somebody wants of theirs.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Post } from '#server/features/posts/entities.ts';

export const FeedEntrySchema = defineEntity({
  name: 'FeedEntry',
  tableName: 'feed_entries',
  properties: {
    ownerId: () =>
      p
        .manyToOne(Account)
        .mapToPk()
        .fieldName('owner_id')
        .primary()
        .deleteRule('cascade')
        .createForeignKeyConstraint(false),
    postId: () =>
      p
        .manyToOne(Post)
        .mapToPk()
        .fieldName('post_id')
        .primary()
        .deleteRule('cascade')
        .createForeignKeyConstraint(false),
    /** Who brought the post here: its author, or the one who boosted it. */
    authorId: p.bigint('string'),
    /** The post that is shown when the entry is a boost. */
    boostOfId: p.bigint('string').nullable(),
    /** The author of the boosted post, or who is replied to: a block or mute of theirs hides the entry too. */
    otherId: p.bigint('string').nullable(),
    /** The hashtag that brings the post here, whether or not its author is followed too. */
    tagId: p.bigint('string').nullable(),
  },
  indexes: [
    { name: 'feed_entries_post', properties: ['postId'] },
    {
      name: 'feed_entries_boosts',
      expression:
        'create index feed_entries_boosts on feed_entries (boost_of_id, owner_id) where boost_of_id is not null',
    },
  ],
});
export class FeedEntry extends FeedEntrySchema.class {}
FeedEntrySchema.setClass(FeedEntry);

/** For how many hours a post that is at home already is not repeated by further boosts, where nothing else is set; 0 repeats all. */
export const defaultBoostHours = 6;

/** What somebody wants of their home timeline; no row: as everybody. */
export const HomeSettingSchema = defineEntity({
  name: 'HomeSetting',
  tableName: 'home_settings',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    boostHours: p.integer(),
  },
});
export class HomeSetting extends HomeSettingSchema.class {}
HomeSettingSchema.setClass(HomeSetting);
