// What a reader decides about people whom they do not know: the policy, and each request that it made.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import type { Policy } from '../policy.ts';
import { findPolicy } from '../queries/requests.ts';
import { removeNotifications } from './group.ts';

/** Changes what is given; the rest stays. Holds for news to come, not for what is there. */
export async function changePolicy(ctx: AppContext, accountId: string, change: Partial<Policy>): Promise<void> {
  const policy = { ...(await findPolicy(ctx, accountId)), ...change };
  const row = {
    for_not_following: policy.forNotFollowing,
    for_not_followers: policy.forNotFollowers,
    for_new_accounts: policy.forNewAccounts,
    for_private_mentions: policy.forPrivateMentions,
    for_limited_accounts: policy.forLimitedAccounts,
    for_bots: policy.forBots,
  };
  await ctx.database.write((tx) =>
    tx.sql
      .insertInto('notification_policies')
      .values({ account_id: accountId, ...row })
      .onConflict((is) => is.column('account_id').doUpdateSet(row))
      .execute(),
  );
}

/**
 * Lets in those who ask: what was held back is shown, and what they bring from now on too. Ids of no request of the account
 * are passed over. Returns how many were let in.
 */
export async function acceptRequests(ctx: AppContext, accountId: string, ids: readonly string[]): Promise<number> {
  const count = await ctx.database.write(async (tx) => {
    const senders = await takeRequests(tx, accountId, ids);
    await sql`insert into notification_permissions (account_id, from_account_id, created_at)
      select ${accountId}::bigint, sender.id, ${ctx.clock()} from unnest(${senders}::bigint[]) as sender (id)
      on conflict do nothing`.execute(tx.sql);
    await sql`update notifications set filtered = false
      where account_id = ${accountId} and from_account_id = any(${senders}::bigint[]) and filtered`.execute(tx.sql);
    return senders.length;
  });
  if (count > 0) await ctx.bus.publish('account-news', { accountId, event: 'notifications_merged' });
  return count;
}

/** Turns away those who ask, with what was held back of them. Ids of no request of the account are passed over. Returns how many. */
export async function dismissRequests(ctx: AppContext, accountId: string, ids: readonly string[]): Promise<number> {
  return ctx.database.write(async (tx) => {
    const senders = await takeRequests(tx, accountId, ids);
    await removeNotifications(
      tx,
      sql`n.account_id = ${accountId} and n.from_account_id = any(${senders}::bigint[]) and n.filtered`,
    );
    return senders.length;
  });
}

/** Takes requests off the list and gives the accounts that made them. */
async function takeRequests(tx: Transaction, accountId: string, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.sql
    .deleteFrom('notification_requests')
    .where('account_id', '=', accountId)
    .where(sql<boolean>`id = any(${ids.filter(isId)}::bigint[])`)
    .returning('from_account_id')
    .execute();
  return rows.map((row) => row.from_account_id);
}

/** As `acceptRequests` or `dismissRequests` for one. @throws {NotFound} when the account has no such request */
export async function decide(
  ctx: AppContext,
  verb: typeof acceptRequests,
  accountId: string,
  id: string,
): Promise<void> {
  if ((await verb(ctx, accountId, [id])) === 0) throw new NotFound('Record not found');
}
