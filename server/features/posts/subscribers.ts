// What posts do when others act: forgetting rendered texts that are no longer true. The verbs do so at once; these lines
// make sure of it after a crash between a commit and the forgetting.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { followersFragment } from '#server/features/graph/queries/follower-digests.ts';
import { findPost } from './queries.ts';
import { forget } from './service/forget.ts';

/** A post that is new, or allowed now, moves the counters of its author, of what it answers and of what it boosts. */
export async function forgetAround(ctx: AppContext, { postId, accountId }: Events['post.created']): Promise<void> {
  const post = await findPost(ctx, postId);
  await forget(ctx, {
    posts: [postId, post?.inReplyToId ?? null, post?.boostOfId ?? null, post?.quote?.id ?? null],
    accounts: [accountId],
  });
}

/** The post itself shows something else: edited, liked, or no longer liked. */
export async function forgetPost(ctx: AppContext, { postId }: { postId: string }): Promise<void> {
  await forget(ctx, { posts: [postId] });
}

/** A quote shows something else, and moves the counter of what it quotes. */
export async function forgetQuote(ctx: AppContext, { postId, quotedId }: Events['quote.changed']): Promise<void> {
  await forget(ctx, { posts: [postId, quotedId] });
}

/** A deleted post, and the counters that it moved. */
export async function forgetDeleted(
  ctx: AppContext,
  { postId, inReplyToId, boostOfId, accountId }: Events['post.deleted'],
): Promise<void> {
  await forget(ctx, { posts: [postId, inReplyToId, boostOfId], accounts: [accountId] });
}

/** An account shows something else. */
export async function forgetAccount(ctx: AppContext, { accountId }: { accountId: string }): Promise<void> {
  await forget(ctx, { accounts: [accountId] });
}

/** Accounts show something else, or to others. */
export async function forgetAccounts(ctx: AppContext, { accountIds }: { accountIds: string[] }): Promise<void> {
  await forget(ctx, { accounts: accountIds });
}

/** Follows are counted on both sides. */
export async function forgetFollowPair(
  ctx: AppContext,
  { followerId, followeeId }: { followerId: string; followeeId: string },
): Promise<void> {
  await ctx.fragments.drop([followersFragment(followeeId)]);
  await forget(ctx, { accounts: [followerId, followeeId] });
}
