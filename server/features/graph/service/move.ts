// Going on under another account: the note that somebody did, and all that comes along here.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { Failure } from '#server/platform/errors.ts';
import { moveRestMs, refuseMove, type MoveRefusal } from '../policy.ts';
import { block } from './block.ts';
import { follow, unfollow } from './follow.ts';
import { mute } from './mute.ts';

/** Followers are moved so many at a time, with a pause after each: a crowd must not hold up what others wait for. */
const helping = 100;
const pauseMs = 2000;

/** Notes that an account is left for another and has its followers here brought along. Says why not when it may not be. */
export async function recordMove(
  ctx: AppContext,
  account: AccountView,
  target: AccountView,
): Promise<MoveRefusal | 'moved_lately' | null> {
  const refusal = refuseMove(account, target);
  if (refusal !== null) return refusal;
  return ctx.database.write(async (tx) => {
    // In one order, so that two who move to each other do not both get through.
    await sql`select from accounts where id in (${account.id}, ${target.id}) order by id for no key update`.execute(
      tx.sql,
    );
    if (await hasMovedLately(ctx.clock(), tx.sql, [account.id, target.id])) return 'moved_lately';
    const moveId = ctx.newId();
    const now = ctx.clock();
    await tx.sql
      .insertInto('moves')
      .values({ id: moveId, account_id: account.id, target_id: target.id, created_at: now })
      .execute();
    await tx.sql
      .updateTable('accounts')
      .set({ moved_to_uri: target.uri, updated_at: now })
      .where('id', '=', account.id)
      .execute();
    await tx.emit('account.moved', { moveId, accountId: account.id });
    await tx.emit('account.updated', { accountId: account.id });
    await tx.emit('followers.moving', { moveId, afterId: '0' });
    return null;
  });
}

type Reader = AppContext['database']['read'];

async function hasMovedLately(now: Date, read: Reader, accountIds: string[]): Promise<boolean> {
  return (await findLastMove(read, accountIds, new Date(now.getTime() - moveRestMs))) !== null;
}

/** When one of these accounts was last left, if that was after `since`. */
export async function findLastMove(read: Reader, accountIds: string[], since: Date): Promise<Date | null> {
  const row = await read
    .selectFrom('moves')
    .select('created_at')
    .where('account_id', 'in', accountIds)
    .where('created_at', '>', since)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.created_at ?? null;
}

/** Stays after all: the profile no longer points elsewhere. Followers who went do not come back. False when it did not. */
export async function undoMove(ctx: AppContext, accountId: string): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const changed = await tx.sql
      .updateTable('accounts')
      .set({ moved_to_uri: null, updated_at: ctx.clock() })
      .where('id', '=', accountId)
      .where('moved_to_uri', 'is not', null)
      .returning('id')
      .executeTakeFirst();
    if (!changed) return false;
    await tx.emit('account.updated', { accountId });
    return true;
  });
}

/** Has the next followers here follow the new account in place of the old one, as they wished for the old one. */
export async function moveFollowers(ctx: AppContext, event: Events['followers.moving']): Promise<void> {
  const pair = await findMove(ctx, event.moveId);
  if (pair === null) return;
  const { rows: followers } = await sql<{
    id: string;
    followerId: string;
    showBoosts: boolean;
    notify: boolean;
    languages: string[] | null;
  }>`
    select f.id, f.follower_id as "followerId", f.show_boosts as "showBoosts", f.notify, f.languages
    from follows f join accounts a on a.id = f.follower_id
    where f.followee_id = ${pair.account.id} and f.id > ${event.afterId} and a.domain is null
    order by f.id limit ${helping}`.execute(ctx.database.read);
  for (const { id: _, languages, ...follower } of followers) {
    const wish = { ...follower, followeeId: pair.target.id, languages: languages ?? [] };
    // Whoever cannot follow the new account keeps the old one.
    if (await succeeds(() => follow(ctx, wish)))
      await unfollow(ctx, { followerId: follower.followerId, followeeId: pair.account.id });
  }
  const last = followers.at(-1);
  if (last === undefined || followers.length < helping) return;
  const dueAt = new Date(ctx.clock().getTime() + pauseMs);
  await ctx.database.write((tx) => tx.emit('followers.moving', { moveId: event.moveId, afterId: last.id }, dueAt));
}

/** Who blocked or muted the old account does the same with the new one, unless they follow it. */
export async function moveAversions(ctx: AppContext, event: Events['account.moved']): Promise<void> {
  const pair = await findMove(ctx, event.moveId);
  if (pair === null) return;
  const { account, target } = pair;
  const averse = sql`join accounts a on a.id = who and a.domain is null where about = ${account.id} and who <> ${target.id}
    and not exists (select from follows where follower_id = who and followee_id = ${target.id})`;
  const blocks = await sql<{ who: string }>`
    select who from (select blocker_id as who, blocked_id as about from blocks) b ${averse}`.execute(ctx.database.read);
  for (const { who } of blocks.rows) await succeeds(() => block(ctx, { blockerId: who, blockedId: target.id }));
  const mutes = await sql<{ who: string; hideNotifications: boolean; expiresAt: Date | null }>`
    select who, hide_notifications as "hideNotifications", expires_at as "expiresAt"
    from (select muter_id as who, muted_id as about, hide_notifications, expires_at from mutes) m ${averse}
      and not exists (select from mutes where muter_id = who and muted_id = ${target.id})`.execute(ctx.database.read);
  for (const { who, ...terms } of mutes.rows)
    await succeeds(() => mute(ctx, { muterId: who, mutedId: target.id, ...terms }));
}

/** False when the two may not: one of them is gone, blocked or blocks. */
async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.status < 500) return false;
    throw error;
  }
}

/** Both ends of a move; null when one of them is no longer there. */
export async function findMove(
  ctx: AppContext,
  moveId: string,
): Promise<{ account: AccountView; target: AccountView } | null> {
  const row = await ctx.database.read
    .selectFrom('moves')
    .select(['account_id', 'target_id'])
    .where('id', '=', moveId)
    .executeTakeFirst();
  if (!row) return null;
  const [account, target] = await Promise.all([findAccount(ctx, row.account_id), findAccount(ctx, row.target_id)]);
  return account && target && isActive(target) ? { account, target } : null;
}
