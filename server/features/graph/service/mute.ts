// Muting: one stops seeing an account, for a while or for good; the other is not told.
import type { AppContext } from '#server/context.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { Forbidden, NotFound } from '#server/platform/errors.ts';

export interface MuteWish {
  muterId: string;
  mutedId: string;
  /** Notifications too; the default. */
  hideNotifications?: boolean;
  /** When it ends by itself; null or absent for never. */
  expiresAt?: Date | null;
}

/** Mutes, or changes how and how long. @throws {NotFound} {Forbidden} */
export async function mute(ctx: AppContext, wish: MuteWish): Promise<void> {
  const { muterId, mutedId } = wish;
  if (muterId === mutedId) throw new Forbidden('You cannot mute yourself');
  if (!(await findAccount(ctx, mutedId))) throw new NotFound('Record not found');
  const terms = { hide_notifications: wish.hideNotifications ?? true, expires_at: wish.expiresAt ?? null };
  await ctx.database.write(async (tx) => {
    await tx.sql
      .insertInto('mutes')
      .values({ id: ctx.newId(), muter_id: muterId, muted_id: mutedId, ...terms, created_at: ctx.clock() })
      .onConflict((is) => is.columns(['muter_id', 'muted_id']).doUpdateSet(terms))
      .execute();
    await tx.emit('mute.created', { muterId, mutedId });
  });
}

/** Ends a mute. False when there was none. */
export async function unmute(ctx: AppContext, pair: { muterId: string; mutedId: string }): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('mutes')
      .where('muter_id', '=', pair.muterId)
      .where('muted_id', '=', pair.mutedId)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  });
}

/** Forgets mutes that have ended; every reader leaves them out already. Returns how many. */
export async function purgeMutes(ctx: AppContext): Promise<number> {
  return ctx.database.write(async (tx) => {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('mutes')
      .where('expires_at', '<', ctx.clock())
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  });
}
