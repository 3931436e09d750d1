// Reading reports.
import type { AppContext } from '#server/context.ts';
import { visiblePosts } from '#server/features/posts/policy.ts';
import { knownAccounts } from '#server/features/accounts/policy.ts';
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

/**
 * Which of our accounts a report from elsewhere is about, and which posts of it: the account that is named, else the author of the
 * first post. Null when neither is ours.
 */
export async function reportedHere(
  ctx: AppContext,
  named: { accountIds: readonly string[]; postUris: readonly string[] },
): Promise<{ accountId: string; postIds: string[] } | null> {
  const { rows } = await sql<{ accountId: string; postIds: string[] }>`
    with posts_named as (
      select p.id, p.account_id, wanted.place from unnest(${named.postUris}::text[]) with ordinality as wanted (uri, place)
      join posts p on p.uri = wanted.uri where p.local
    ), about as (
      select id from accounts where id = any(${named.accountIds}::bigint[]) and domain is null and kind <> 'application' and ${knownAccounts()}
      union all select id from (select account_id as id from posts_named order by place limit 1) author
      limit 1
    )
    select about.id as "accountId",
      coalesce((select json_agg(p.id::text order by p.place) from posts_named p where p.account_id = about.id), '[]') as "postIds"
    from about`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** How many reports came from that server since then. */
export async function reportsFrom(ctx: AppContext, domain: string, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from reports r join accounts a on a.id = r.reporter_id
    where a.domain = ${domain} and r.created_at > ${since}`.execute(ctx.database.read);
  return rows[0]?.count ?? 0;
}
