// Home timelines, written when a post is made: one narrow row for each follower and post.
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
  },
  indexes: [
    { name: 'feed_entries_post', properties: ['postId'] },
    {
      name: 'feed_entries_boost',
      expression: 'create index feed_entries_boost on feed_entries (boost_of_id) where boost_of_id is not null',
    },
  ],
});
export class FeedEntry extends FeedEntrySchema.class {}
FeedEntrySchema.setClass(FeedEntry);
