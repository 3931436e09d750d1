// Reading reports.
import type { AppContext } from '#server/context.ts';
import { visiblePosts } from '#server/features/posts/policy.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import type { NamedRule, ReportCategory } from './entities.ts';

export interface ReportView {
  id: string;
  reporterId: string;
  targetId: string;
  category: ReportCategory;
  comment: string;
  postIds: string[];
  rules: NamedRule[];
  forwarded: boolean;
  createdAt: Date;
  closedAt: Date | null;
}

/** That report, or null. */
export async function findReport(ctx: AppContext, id: string): Promise<ReportView | null> {
  const { rows } = await sql<ReportView>`
    select id, reporter_id as "reporterId", target_id as "targetId", category, comment, post_ids as "postIds", rules, forwarded,
      created_at as "createdAt", closed_at as "closedAt"
    from reports where id = ${id}`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** Which of these posts are the target's and seen by the reporter, in the order given. */
export async function reportablePosts(
  ctx: AppContext,
  reporterId: string,
  targetId: string,
  ids: readonly string[],
): Promise<string[]> {
  const wanted = [...new Set(ids.filter(isId))];
  const { rows } = await sql<{ id: string }>`
    select p.id from unnest(${wanted}::bigint[]) with ordinality as wanted (id, place) join posts p on p.id = wanted.id
    where p.account_id = ${targetId} and ${visiblePosts(reporterId, 'p')} order by wanted.place`.execute(
    ctx.database.read,
  );
  return rows.map(({ id }) => id);
}

/** The addresses of posts that are still there. */
export async function addressesOfPosts(ctx: AppContext, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ uri: string }>`
    select uri from posts where id = any(${ids}::bigint[]) order by id`.execute(ctx.database.read);
  return rows.map(({ uri }) => uri);
}
