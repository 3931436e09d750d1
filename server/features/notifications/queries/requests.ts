// Reading a reader's policy, and the requests of those whose news it holds back.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { notBlocked } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import { defaultPolicy, hears, type Policy } from '../policy.ts';

/** More than this is "many" to a reader. */
const mostCounted = 100;

export interface RequestView {
  id: string;
  fromAccountId: string;
  createdAt: Date;
  updatedAt: Date;
  /** Counts no further than 100. */
  count: number;
  lastPostId: string | null;
}

/** What the account decided, or what holds for those who decided nothing. */
export async function findPolicy(ctx: AppContext, accountId: string): Promise<Policy> {
  const { rows } = await sql<Policy>`
    select for_not_following as "forNotFollowing", for_not_followers as "forNotFollowers", for_new_accounts as "forNewAccounts",
      for_private_mentions as "forPrivateMentions", for_limited_accounts as "forLimitedAccounts", for_bots as "forBots"
    from notification_policies where account_id = ${accountId}`.execute(ctx.database.read);
  return rows[0] ?? defaultPolicy;
}

export interface RequestSummary {
  requests: number;
  notifications: number;
}

/** How much is held back; counts no further than 100 of each. */
export async function summarizeRequests(ctx: AppContext, accountId: string): Promise<RequestSummary> {
  const { rows } = await sql<RequestSummary>`
    with waiting as (
      select held.count from notification_requests r cross join lateral (${held(accountId)}) held
      where r.account_id = ${accountId} and ${open(ctx, accountId)} and held.count > 0 limit ${mostCounted}
    )
    select count(*)::int as requests, least(coalesce(sum(count), 0), ${mostCounted})::int as notifications from waiting`.execute(
    ctx.database.read,
  );
  return rows[0] ?? { requests: 0, notifications: 0 };
}

/** A page of requests that have something to show, the newest request first. One statement. */
export async function requestPage(ctx: AppContext, accountId: string, page: Stretch): Promise<RequestView[]> {
  const { bounds, order } = takeStretch(sql.ref('r.id'), page);
  return newestFirst(await readRequests(ctx, accountId, sql`${bounds} ${order}`), page);
}

/** That request, when it is the account's own and has something to show. */
export async function findRequest(ctx: AppContext, accountId: string, id: string): Promise<RequestView | null> {
  const [request] = await readRequests(ctx, accountId, sql`r.id = ${id}::bigint`);
  return request ?? null;
}

async function readRequests(
  ctx: AppContext,
  accountId: string,
  condition: RawBuilder<unknown>,
): Promise<RequestView[]> {
  const { rows } = await sql<RequestView>`
    select r.id, r.from_account_id as "fromAccountId", r.created_at as "createdAt", r.updated_at as "updatedAt", held.count,
      (select n.post_id from notifications n where n.from_account_id = r.from_account_id and n.account_id = r.account_id
        and n.filtered and n.post_id is not null order by n.id desc limit 1) as "lastPostId"
    from notification_requests r cross join lateral (${held(accountId)}) held
    where r.account_id = ${accountId} and ${open(ctx, accountId)} and held.count > 0 and ${condition}`.execute(
    ctx.database.read,
  );
  return rows;
}

/** How many notifications the request `r` stands for. */
function held(accountId: string): RawBuilder<unknown> {
  return sql`select count(*)::int as count from (select from notifications n
    where n.from_account_id = r.from_account_id and n.account_id = ${accountId} and n.filtered limit ${mostCounted}) n`;
}

/** The one who asks is active, not blocked and not muted. */
function open(ctx: AppContext, accountId: string): RawBuilder<boolean> {
  const reader = sql`${accountId}::bigint`;
  const from = sql.ref('r.from_account_id');
  return sql<boolean>`exists (select from accounts a where a.id = ${from} and ${activeAccounts('a')})
    and ${notBlocked(reader, from)} and ${hears(reader, from, sql`${ctx.clock()}::timestamptz`)}`;
}
