// Forgetting prepared filters, and filters' entries of posts that are gone.
import type { AppContext } from '#server/context.ts';
import { filtersFragment } from '../queries.ts';

/** Drops what is kept of an account's filters here and in every other process. */
export async function forgetFilters(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.fragments.drop([filtersFragment(accountId)]);
}

/** Takes a deleted post out of all filters. Nobody meets it any more, so nothing needs to be forgotten at once. */
export async function dropFilterPosts(ctx: AppContext, postId: string): Promise<void> {
  await ctx.database.read.deleteFrom('filter_posts').where('post_id', '=', postId).execute();
}
