// How often somebody wants a letter about what they missed, and when they last got one. Without a row: weekly, never yet.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

export const frequencies = ['daily', 'weekly', 'monthly', 'never'] as const;
export type Frequency = (typeof frequencies)[number];

export const DigestSchema = defineEntity({
  name: 'Digest',
  tableName: 'digests',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    frequency: p.text().$type<Frequency>().default('weekly'),
    sentAt: p.datetime(3).nullable(),
  },
});
export class Digest extends DigestSchema.class {}
DigestSchema.setClass(Digest);
