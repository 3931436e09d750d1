// What filters do when others act, and who hears that they changed.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { dropFilterPosts, forgetFilters } from './service/forget.ts';

/** Forgets prepared filters, also after a crash between a commit and the forgetting, and tells open pages. */
export async function tellOfFilters(ctx: AppContext, { accountId }: Events['filters.changed']): Promise<void> {
  await forgetFilters(ctx, accountId);
  await ctx.bus.publish('account-news', { accountId, event: 'filters_changed' });
}

/** A deleted post leaves the filters that name it. */
export async function forgetFilteredPost(ctx: AppContext, { postId }: Events['post.deleted']): Promise<void> {
  await dropFilterPosts(ctx, postId);
}
