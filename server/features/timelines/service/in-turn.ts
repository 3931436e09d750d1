// Fan-out in turn: what somebody writes whom many follow reaches those first who look at their home timeline now.
import type { AppContext } from '#server/context.ts';
import { addToFeeds, addToFeedsOf, type Arriving } from './feeds.ts';

/** To fewer followers one statement is as fast. */
const many = 1000;
/** The others get it so much later, with all that came meanwhile: each of their home timelines is a page to write to. */
const gatheringMs = 1000;

/** When the others are due who follow the author of a post, seen from now. */
export function dueToOthers(ctx: AppContext): Date {
  return new Date(ctx.clock().getTime() + gatheringMs);
}

/** As `addToFeeds`; where many follow only for those who look, and `areAll` is false: the others are owed it. */
export async function addToFirstFeeds(
  ctx: AppContext,
  { post, boostedAuthorId }: Arriving,
): Promise<{ ownerIds: string[]; areAll: boolean }> {
  const looking = post.local ? ctx.presence.accountIds() : [];
  if (looking.length > 0 && (await countFollowers(ctx, post.accountId)) >= many)
    return { ownerIds: await addToFeedsOf(ctx, { post, boostedAuthorId }, looking), areAll: false };
  return { ownerIds: await addToFeeds(ctx, post, boostedAuthorId), areAll: true };
}

async function countFollowers(ctx: AppContext, accountId: string): Promise<number> {
  const account = await ctx.database.read
    .selectFrom('accounts')
    .select('followers_count')
    .where('id', '=', accountId)
    .executeTakeFirst();
  return account?.followers_count ?? 0;
}
