// Conversations of direct posts, one row for each person who takes part.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

export const TalkSchema = defineEntity({
  name: 'Talk',
  tableName: 'talks',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    conversationId: p.bigint('string'),
    /** The ids of the others, ascending, joined by commas; empty when one talks to oneself. */
    others: p.text(),
    lastPostId: p.bigint('string').index(),
    unread: p.boolean(),
  },
  uniques: [{ name: 'talks_circle', properties: ['accountId', 'conversationId', 'others'] }],
  indexes: [{ name: 'talks_page', properties: ['accountId', 'lastPostId'] }],
});
export class Talk extends TalkSchema.class {}
TalkSchema.setClass(Talk);
