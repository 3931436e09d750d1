// Reports as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { reportCategories, type ReportCategory } from './entities.ts';
import type { ReportView } from './queries.ts';

/** @see https://docs.joinmastodon.org/entities/Report/ */
export const ReportSchema = Type.Object({
  id: Type.String(),
  action_taken: Type.Boolean(),
  action_taken_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  category: Type.Unsafe<ReportCategory>(Type.String({ enum: [...reportCategories] })),
  comment: Type.String(),
  forwarded: Type.Boolean(),
  created_at: Type.String({ format: 'date-time' }),
  status_ids: Type.Array(Type.String()),
  rule_ids: Type.Array(Type.String()),
  collection_ids: Type.Array(Type.String()),
  target_account: Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
});
export type MastodonReport = Static<typeof ReportSchema>;

export function serializeReport(report: ReportView, target: MastodonAccount): MastodonReport {
  return {
    id: report.id,
    action_taken: report.closedAt !== null,
    action_taken_at: report.closedAt?.toISOString() ?? null,
    category: report.category,
    comment: report.comment,
    forwarded: report.forwarded,
    created_at: report.createdAt.toISOString(),
    status_ids: report.postIds,
    rule_ids: report.rules.map(({ id }) => id),
    collection_ids: [],
    target_account: target,
  };
}
