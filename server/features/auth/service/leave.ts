// Leaving: an account is hidden at once, comes back when its owner signs in within the grace, and is gone for good after it.
import type { AppContext } from '#server/context.ts';
import { hideAccount, openAccount } from '#server/features/accounts/service/create.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Conflict, NotFound } from '#server/platform/errors.ts';
import { signOutEverywhere } from './end-access.ts';
import { lockSignUps } from './sign-up.ts';

/** How long the owner may think again. */
export const graceMs = 30 * 86_400_000;

/**
 * Hides an account that its owner wants to delete, and signs out everywhere. Returns when it will be gone for good. Asking
 * again changes nothing. @throws {NotFound} @throws {Conflict} for the last owner of the server
 */
export async function leave(ctx: AppContext, accountId: string): Promise<Date> {
  const now = ctx.clock();
  const since = await ctx.database.write(async (tx) => {
    await lockSignUps(tx);
    const { rows } = await sql<{ leaving_at: Date; role: string; others: boolean; email: string }>`
      select coalesce(u.leaving_at, ${now}::timestamptz) as leaving_at, u.role, u.email,
        exists (select from users o where o.role = 'owner' and o.account_id <> u.account_id and o.leaving_at is null) as others
      from users u where u.account_id = ${accountId} for update`.execute(tx.sql);
    const [user] = rows;
    if (!user) throw new NotFound('There is no such user');
    if (user.role === 'owner' && !user.others)
      throw new Conflict('This is the last owner of the server; make somebody else owner first');
    const leavingAt = new Date(user.leaving_at);
    await tx.sql.updateTable('users').set({ leaving_at: leavingAt }).where('account_id', '=', accountId).execute();
    await hideAccount(tx, accountId);
    await tx.emit('email.wanted', { kind: 'leaving', email: user.email });
    return leavingAt;
  });
  await ctx.fragments.drop([`account:${accountId}`, `actor:${accountId}`]);
  await signOutEverywhere(ctx, accountId);
  return new Date(since.getTime() + graceMs);
}

/** Brings an account back whose owner signs in within the grace; others are left as they are. */
export async function stay(tx: Transaction, accountId: string): Promise<void> {
  const { numUpdatedRows } = await tx.sql
    .updateTable('users')
    .set({ leaving_at: null })
    .where('account_id', '=', accountId)
    .where('leaving_at', 'is not', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) await openAccount(tx, accountId);
}

/** Accounts whose grace has ended, the longest first. */
export async function findLeft(ctx: AppContext, limit: number): Promise<string[]> {
  const rows = await ctx.database.read
    .selectFrom('users')
    .select('account_id')
    .where('leaving_at', '<=', new Date(ctx.clock().getTime() - graceMs))
    .orderBy('leaving_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}

/** Takes the login away for good, with all that opens it. False when its owner came back meanwhile. */
export async function removeLogin(ctx: AppContext, tx: Transaction, accountId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.sql
    .deleteFrom('users')
    .where('account_id', '=', accountId)
    .where('leaving_at', '<=', new Date(ctx.clock().getTime() - graceMs))
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
