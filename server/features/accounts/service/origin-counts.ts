// How often somebody of another server posts, follows and is followed, as their own server counts: asked for when a person here looks
// at them, at most once a day.
import type { AppContext } from '#server/context.ts';
import type { AccountView } from '../queries.ts';

const restMs = 24 * 60 * 60 * 1000;

/** A person of ours looks at an account: has its counts asked for when that was not done lately. Costs nothing else. */
export async function wantCounts(ctx: AppContext, account: AccountView): Promise<void> {
  const { id, domain, countsAskedAt } = account;
  const now = ctx.clock();
  if (domain === null || (countsAskedAt !== null && now.getTime() - countsAskedAt.getTime() < restMs)) return;
  await ctx.database.write(async (tx) => {
    const claimed = await tx.sql
      .updateTable('accounts')
      .set({ counts_asked_at: now })
      .where('id', '=', id)
      .where('counts_asked_at', 'is not distinct from', countsAskedAt)
      .returning('id')
      .executeTakeFirst();
    if (claimed) await tx.emit('account.viewed', { accountId: id });
  });
}

/** What a server said; null where it says nothing. */
export interface OriginCounts {
  posts: number | null;
  followers: number | null;
  following: number | null;
}

/** Keeps what the server of an account counts; what it no longer says stays as it was. */
export async function recordOriginCounts(ctx: AppContext, accountId: string, counts: OriginCounts): Promise<void> {
  const said = {
    ...(counts.posts === null ? {} : { origin_posts: counts.posts }),
    ...(counts.followers === null ? {} : { origin_followers: counts.followers }),
    ...(counts.following === null ? {} : { origin_following: counts.following }),
  };
  if (Object.keys(said).length === 0) return;
  await ctx.database.read.updateTable('accounts').set(said).where('id', '=', accountId).execute();
  await ctx.fragments.drop([`account:${accountId}`]);
}
