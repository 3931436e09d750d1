// Telling the staff about an account.
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { Invalid, NotFound, type FieldError } from '#server/platform/errors.ts';
import { sql } from '#server/platform/database.ts';
import type { NamedRule, ReportCategory } from '../entities.ts';
import { reportablePosts } from '../queries.ts';

/** The most that a report may hold. */
export const reportLimits = { comment: 1000, posts: 100 } as const;

export interface ReportWish {
  reporterId: string;
  targetId: string;
  /** Absent: `violation` when rules are named, else `other`. */
  category?: ReportCategory | undefined;
  comment?: string | undefined;
  postIds?: readonly string[] | undefined;
  /** Another server names posts that some person there has seen: which one, it does not say. */
  seenElsewhere?: boolean;
  ruleIds?: readonly string[] | undefined;
  /** Tell the target's server too. */
  forward?: boolean | undefined;
}

/** Stores a report and returns its id. @throws {NotFound} when there is no such account @throws {Invalid} */
export async function createReport(ctx: AppContext, wish: ReportWish): Promise<string> {
  const { reporterId, targetId, comment = '', postIds = [], ruleIds = [] } = wish;
  const target = await findAccount(ctx, targetId);
  if (target === null) throw new NotFound('Record not found');
  if (targetId === reporterId) throw invalid('account_id', 'ERR_INVALID', 'You cannot report yourself');
  if (Array.from(comment).length > reportLimits.comment)
    throw invalid('comment', 'ERR_TOO_LONG', `The comment may have at most ${reportLimits.comment} characters`);
  if (postIds.length > reportLimits.posts)
    throw invalid('status_ids', 'ERR_TOO_LONG', `A report may name at most ${reportLimits.posts} posts`);
  const rules = await findRules(ctx, ruleIds);
  const category = wish.category ?? (rules.length > 0 ? 'violation' : 'other');
  const report = {
    id: ctx.newId(),
    reporter_id: reporterId,
    target_id: targetId,
    category,
    comment: comment.trim(),
    forwarded: wish.forward === true && target.domain !== null,
    created_at: ctx.clock(),
  };
  const posts = wish.seenElsewhere === true ? postIds : await reportablePosts(ctx, reporterId, targetId, postIds);
  await ctx.database.write(async (tx) => {
    await tx.sql
      .insertInto('reports')
      .values({
        ...report,
        post_ids: sql`${JSON.stringify(posts)}::jsonb`,
        rules: sql`${JSON.stringify(category === 'violation' ? rules : [])}::jsonb`,
      })
      .execute();
    await tx.emit('report.created', { reportId: report.id });
  });
  return report.id;
}

/** The rules with these ids. @throws {Invalid} when one does not exist: the form is older than the rules */
async function findRules(ctx: AppContext, ids: readonly string[]): Promise<NamedRule[]> {
  if (ids.length === 0) return [];
  const { rules } = await readInstanceSettings(ctx);
  return [...new Set(ids)].map((id) => {
    const rule = rules.find((one) => one.id === id);
    if (!rule)
      throw invalid('rule_ids', 'ERR_INVALID', 'One of the rules does not exist (any more); please look again');
    return { id: rule.id, text: rule.text };
  });
}

function invalid(field: string, error: FieldError['error'], description: string): Invalid {
  return new Invalid(`Validation failed: ${description}`, { details: { [field]: [{ error, description }] } });
}
