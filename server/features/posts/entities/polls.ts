// Polls and the votes in them.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import { Post } from '../entities.ts';

/** What a post asks its readers. `counts` are the votes for each option; those of a poll from elsewhere are its origin's. */
export const PollSchema = defineEntity({
  name: 'Poll',
  tableName: 'polls',
  properties: {
    postId: () => p.manyToOne(Post).mapToPk().fieldName('post_id').primary().deleteRule('cascade'),
    options: p.json<string[]>(),
    counts: p.json<number[]>(),
    multiple: p.boolean(),
    /** Only the end shows how many chose what. */
    hideTotals: p.boolean().default(false),
    expiresAt: p.datetime(3).nullable(),
    /** How many people voted; null when its origin does not say. */
    votersCount: p.integer().nullable(),
    /** Other servers are told of new votes together, at this moment; null when they know. */
    countsDueAt: p.datetime(3).nullable(),
  },
});
export class Poll extends PollSchema.class {}
PollSchema.setClass(Poll);

/** Somebody's choice, by its place from 0. */
export const PollVoteSchema = defineEntity({
  name: 'PollVote',
  tableName: 'poll_votes',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    postId: () => p.manyToOne(Poll).mapToPk().fieldName('post_id').primary().deleteRule('cascade').index(),
    choice: p.integer().primary().autoincrement(false),
    createdAt: p.datetime(3),
  },
});
export class PollVote extends PollVoteSchema.class {}
PollVoteSchema.setClass(PollVote);
