// Reports of accounts and posts.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';

export const reportCategories = ['spam', 'legal', 'violation', 'other'] as const;
export type ReportCategory = (typeof reportCategories)[number];

/** A rule as it stood when it was named. */
export interface NamedRule {
  id: string;
  text: string;
}

export const ReportSchema = defineEntity({
  name: 'Report',
  tableName: 'reports',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    reporterId: () => p.manyToOne(Account).mapToPk().fieldName('reporter_id').deleteRule('cascade').index(),
    targetId: () => p.manyToOne(Account).mapToPk().fieldName('target_id').deleteRule('cascade').index(),
    category: p.text().$type<ReportCategory>(),
    comment: p.text(),
    /** They may be gone by now. */
    postIds: p.json<string[]>(),
    rules: p.json<NamedRule[]>(),
    /** The target's server was told. */
    forwarded: p.boolean(),
    createdAt: p.datetime(3),
    /** When the staff had done with it. */
    closedAt: p.datetime(3).nullable(),
  },
});
export class Report extends ReportSchema.class {}
ReportSchema.setClass(Report);
