// Taking away all posts of an account that was deleted on its own server.
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { deletePost } from './delete.ts';

const batch = 200;

/** Deletes the posts and boosts of a deleted account, one by one so that threads, feeds and counters follow; hidden they are already. */
export async function purgePostsOf(ctx: AppContext, event: { accountId: string }): Promise<void> {
  const { accountId } = event;
  for (;;) {
    const rows = await ctx.database.read
      .selectFrom('posts')
      .select('id')
      .where('account_id', '=', accountId)
      .orderBy('id')
      .limit(batch)
      .execute();
    for (const { id } of rows) {
      // A boost goes with what it boosts: it may be gone before its turn.
      await deletePost(ctx, { postId: id, accountId }).catch((error: unknown) => {
        if (!(error instanceof NotFound)) throw error;
      });
    }
    if (rows.length < batch) return;
  }
}
