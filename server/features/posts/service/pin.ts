// Keeping a post at the top of one's profile, and taking it down again.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { isRefused, mayPin } from '../policy.ts';
import { findVisibleSubject } from '../queries.ts';
import { holdPost } from './record.ts';

/** One pin of one account, by ids. */
interface NewPin {
  accountId: string;
  postId: string;
}

/**
 * Pins a post of one's own; a second pin is the first.
 * @throws {NotFound} when the account may not see it
 * @throws {Invalid} when it is somebody else's, a direct post, one that waits to be approved or was refused, or one too many
 */
export async function pinPost(ctx: AppContext, pin: NewPin): Promise<void> {
  const post = await findVisibleSubject(ctx, pin.accountId, pin.postId);
  if (post === null) throw new NotFound('Record not found');
  if (post.accountId !== pin.accountId) throw new Invalid("Validation failed: Someone else's post cannot be pinned");
  if (isRefused(post)) throw new Invalid('Validation failed: It was refused, and nobody else sees it');
  if (post.awaitsId !== null) throw new Invalid('Validation failed: It still waits to be approved; pin it when it was');
  if (!mayPin(pin.accountId, post)) throw new Invalid('Validation failed: Direct posts cannot be pinned');
  await ctx.database.write(async (tx) => {
    await holdPost(tx, post.id);
    const { maxPinnedPosts } = ctx.config;
    const isNew = await recordPin(ctx, tx, { accountId: pin.accountId, postId: post.id });
    if (isNew && (await countPins(tx, pin.accountId)) > maxPinnedPosts)
      throw new Invalid(`Validation failed: At most ${maxPinnedPosts} posts can be pinned; take one down first`);
    if (isNew) await tx.emit('post.pinned', { postId: post.id, accountId: pin.accountId });
  });
}

/** Takes a pin away, by the post or a boost of it; nothing happens when there is none. */
export async function unpinPost(ctx: AppContext, pin: NewPin): Promise<void> {
  if (!isId(pin.postId)) return;
  const { accountId } = pin;
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ post_id: string }>`delete from pins where account_id = ${accountId}
      and post_id = (select coalesce(boost_of_id, id) from posts where id = ${pin.postId}) returning post_id`.execute(
      tx.sql,
    );
    const [gone] = rows;
    if (gone) await tx.emit('post.unpinned', { postId: gone.post_id, accountId });
  });
}

/** Notes that an account of another server pinned a post of its own, or took it down; more than `maxRemotePins` are not kept. */
export async function importPin(ctx: AppContext, pin: NewPin & { pinned: boolean }): Promise<void> {
  const { accountId, postId } = pin;
  await ctx.database.write(async (tx) => {
    if (!pin.pinned) return void (await tx.sql.deleteFrom('pins').where('post_id', '=', postId).execute());
    await holdPost(tx, postId);
    const isNew = await recordPin(ctx, tx, { accountId, postId });
    if (isNew && (await countPins(tx, accountId)) > maxRemotePins) throw new Invalid('Too many pins');
  });
}

const maxRemotePins = 40;

/** Writes the pin; false when it stands already. Pins of one account are written one after the other, so that they can be counted. */
async function recordPin(ctx: AppContext, tx: Transaction, pin: NewPin): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`pins:${pin.accountId}`}, 0))`.execute(tx.sql);
  const { rows } = await sql`insert into pins (id, account_id, post_id, created_at)
    values (${ctx.newId()}, ${pin.accountId}, ${pin.postId}, ${ctx.clock()}) on conflict do nothing returning id`.execute(
    tx.sql,
  );
  return rows.length > 0;
}

async function countPins(tx: Transaction, accountId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pins where account_id = ${accountId}`.execute(tx.sql);
  return rows[0]?.count ?? 0;
}
