// Posts that wait for their time: taking them in, moving and dropping them, and making posts of them.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { checkPost, createPost, type NewPost } from '#server/features/posts/service/create.ts';
import { claimKey, keyedRequest } from '#server/features/posts/service/idempotency.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Failure, Invalid, NotFound } from '#server/platform/errors.ts';
import type { PlannedPost } from '../entities.ts';
import { exchangeHeld } from './hold.ts';
import { recordDraft, toDraft } from './drafts.ts';

const leastMs = 5 * 60_000;
const mostMs = 10 * 365 * 24 * 60 * 60_000;
const maxScheduled = 300;

/**
 * Keeps a post until its time and returns its id; a repeated idempotency key returns the first one's.
 * @throws {Invalid} when the time is less than five minutes away, too many wait, or as `createPost`
 */
export async function schedulePost(ctx: AppContext, given: NewPost, scheduledAt: Date): Promise<string> {
  checkTime(ctx, scheduledAt);
  const { accountId, idempotencyKey, ...post } = await checkPost(ctx, given);
  const request = keyedRequest(accountId, idempotencyKey, [post, scheduledAt]);
  const id = ctx.newId();
  return ctx.database.write(async (tx) => {
    const earlier = request && (await claimKey(ctx, tx, request, id));
    if (earlier) return earlier;
    await leaveRoom(tx, accountId);
    await sql`insert into scheduled_posts (id, account_id, scheduled_at, post, created_at)
      values (${id}, ${accountId}, ${scheduledAt}, ${JSON.stringify(post)}::jsonb, ${ctx.clock()})`.execute(tx.sql);
    await exchangeHeld(ctx, tx, accountId, { before: [], after: post.mediaIds ?? [] });
    await tx.emit('post.scheduled', { scheduledId: id }, scheduledAt);
    return id;
  });
}

/** Moves a scheduled post to another time. @throws {NotFound} when the account has none with that id @throws {Invalid} as `schedulePost` */
export async function reschedulePost(
  ctx: AppContext,
  request: { accountId: string; id: string; scheduledAt: Date },
): Promise<void> {
  const { accountId, id, scheduledAt } = request;
  if (!isId(id)) throw new NotFound('Record not found');
  checkTime(ctx, scheduledAt);
  await ctx.database.write(async (tx) => {
    const { rows } = await sql`update scheduled_posts set scheduled_at = ${scheduledAt}
      where id = ${id} and account_id = ${accountId} returning id`.execute(tx.sql);
    if (rows.length === 0) throw new NotFound('Record not found');
    await tx.emit('post.scheduled', { scheduledId: id }, scheduledAt);
  });
}

/** Drops a scheduled post. @throws {NotFound} when the account has none with that id */
export async function unschedulePost(ctx: AppContext, accountId: string, id: string): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ post: PlannedPost }>`
      delete from scheduled_posts where id = ${id} and account_id = ${accountId} returning post`.execute(tx.sql);
    const [gone] = rows;
    if (gone === undefined) throw new NotFound('Record not found');
    await exchangeHeld(ctx, tx, accountId, { before: gone.post.mediaIds ?? [], after: [] });
  });
}

/**
 * Publishes a post whose time has come, once: its row goes with the transaction that writes the post. One that was moved or
 * dropped since is left alone; one that can no longer be published becomes a draft with the reason.
 */
export async function publishScheduled(ctx: AppContext, { scheduledId }: Events['post.scheduled']): Promise<void> {
  try {
    await ctx.database.write(async (tx) => {
      const due = await takeDue(ctx, tx, scheduledId);
      if (due !== null)
        await createPost({ ...ctx, database: ctx.database.joined(tx) }, { ...due.post, accountId: due.accountId });
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.status >= 500) throw error;
    await ctx.database.write(async (tx) => {
      const due = await takeDue(ctx, tx, scheduledId);
      if (due !== null) await recordDraft(ctx, tx, due.accountId, toDraft(due.post), error.message);
    });
  }
}

/** Takes a post whose time has come out of those that wait; null when there is none. */
async function takeDue(
  ctx: AppContext,
  tx: Transaction,
  id: string,
): Promise<{ accountId: string; post: PlannedPost } | null> {
  const { rows } = await sql<{ accountId: string; post: PlannedPost }>`
    delete from scheduled_posts where id = ${id} and scheduled_at <= ${ctx.clock()}
    returning account_id as "accountId", post`.execute(tx.sql);
  return rows[0] ?? null;
}

/** One person's are counted one after the other. */
async function leaveRoom(tx: Transaction, accountId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`scheduled:${accountId}`}, 0))`.execute(tx.sql);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from scheduled_posts where account_id = ${accountId}`.execute(tx.sql);
  if ((rows[0]?.count ?? 0) >= maxScheduled)
    throw new Invalid(`Validation failed: At most ${maxScheduled} posts can wait for their time`);
}

function checkTime(ctx: AppContext, scheduledAt: Date): void {
  const ahead = scheduledAt.getTime() - ctx.clock().getTime();
  if (ahead >= leastMs && ahead <= mostMs) return;
  const description = ahead < leastMs ? 'must be at least five minutes from now' : 'is too far into the future';
  throw new Invalid(`Validation failed: Scheduled at ${description}`, {
    details: { scheduled_at: [{ error: 'ERR_INVALID', description }] },
  });
}
