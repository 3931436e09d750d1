// Fan-out in turn: what somebody writes whom many follow reaches those first who look at their home timeline now.
import { setTimeout as pause } from 'node:timers/promises';
import type { AppContext } from '#server/context.ts';
import type { PostView } from '#server/features/posts/queries.ts';
import { addToFeeds, addToFeedsOf, addToOtherFeeds } from './feeds.ts';

/** To fewer followers one statement is as fast. */
const many = 1000;
/** The others are written so much later, with all that came meanwhile: each of their home timelines is a page to write to. */
const gatheringMs = 1000;
/** Whoever gathers holds a place among the jobs that are done at once: so many do, at most, in one process. */
const mostGathering = 8;
let gathering = 0;

/** As `addToFeeds`, with the owners as they are written: where many follow, those who look come first, and all others then. */
export async function* addInTurn(
  ctx: AppContext,
  post: PostView,
  boostedAuthorId: string | null,
): AsyncGenerator<string[]> {
  const looking = post.local ? ctx.presence.accountIds() : [];
  const isCrowd = looking.length > 0 && (await countFollowers(ctx, post.accountId)) >= many;
  if (!isCrowd || gathering >= mostGathering) {
    yield addToFeeds(ctx, post, boostedAuthorId);
    return;
  }
  const arriving = { post, boostedAuthorId };
  gathering += 1;
  try {
    yield addToFeedsOf(ctx, arriving, looking);
    await pause(gatheringMs);
  } finally {
    gathering -= 1;
  }
  yield addToOtherFeeds(ctx, arriving);
}

async function countFollowers(ctx: AppContext, accountId: string): Promise<number> {
  const account = await ctx.database.read
    .selectFrom('accounts')
    .select('followers_count')
    .where('id', '=', accountId)
    .executeTakeFirst();
  return account?.followers_count ?? 0;
}
