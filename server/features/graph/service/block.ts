// Blocking: ends what is between two accounts and hides each from the other.
import type { AppContext } from '#server/context.ts';
import { loadAccounts } from '#server/features/accounts/queries.ts';
import { Forbidden, NotFound } from '#server/platform/errors.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { lockPair, removeFollow } from './pair.ts';

export interface BlockWish {
  blockerId: string;
  blockedId: string;
  /** The id of the Block activity when it came from another server. */
  uri?: string;
}

/** Blocks and removes follows and requests in both directions. @throws {NotFound} {Forbidden} */
export async function block(ctx: AppContext, wish: BlockWish): Promise<void> {
  const { blockerId, blockedId } = wish;
  if (blockerId === blockedId) throw new Forbidden('You cannot block yourself');
  const accounts = await loadAccounts(ctx, [blockerId, blockedId]);
  const blocker = accounts.find((account) => account.id === blockerId);
  if (!blocker || accounts.length < 2) throw new NotFound('Record not found');
  const id = ctx.newId();
  await ctx.database.write(async (tx) => {
    await lockPair(tx, blockerId, blockedId);
    const inserted = await tx.sql
      .insertInto('blocks')
      .values({
        id,
        blocker_id: blockerId,
        blocked_id: blockedId,
        uri: wish.uri ?? (blocker.domain === null ? addresses(ctx.config).block(id) : null),
        created_at: ctx.clock(),
      })
      .onConflict((is) => is.columns(['blocker_id', 'blocked_id']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!inserted) return;
    const mine = await removeFollow(tx, { followerId: blockerId, followeeId: blockedId });
    if (mine) await tx.emit('follow.removed', { followUri: mine.uri, followerId: blockerId, followeeId: blockedId });
    const theirs = await removeFollow(tx, { followerId: blockedId, followeeId: blockerId });
    if (theirs)
      await tx.emit('follow.rejected', { followUri: theirs.uri, followerId: blockedId, followeeId: blockerId });
    await tx.emit('block.created', { blockId: id, blockerId, blockedId });
  });
}

/** Ends a block; follows do not come back. False when there was none. */
export async function unblock(ctx: AppContext, pair: { blockerId: string; blockedId: string }): Promise<boolean> {
  const { blockerId, blockedId } = pair;
  return ctx.database.write(async (tx) => {
    await lockPair(tx, blockerId, blockedId);
    const removed = await tx.sql
      .deleteFrom('blocks')
      .where('blocker_id', '=', blockerId)
      .where('blocked_id', '=', blockedId)
      .returning('uri')
      .executeTakeFirst();
    if (!removed) return false;
    await tx.emit('block.removed', { blockUri: removed.uri, blockerId, blockedId });
    return true;
  });
}
