// Taking away all posts and likes of an account that was deleted.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { isSettled } from '../policy/interaction.ts';
import { deletePost } from './delete.ts';
import { forget } from './forget.ts';

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

/** Takes back the likes of a deleted account, some at a time, with what they counted. Safe to run twice. */
export async function purgeLikesOf(ctx: AppContext, event: { accountId: string }): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ post_id: string }>`
      with gone as (
        delete from likes where id in (select id from likes where account_id = ${event.accountId} order by id limit ${batch})
        returning id, post_id
      ), held as (
        select id from posts where id in (select post_id from gone where ${isSettled(sql.ref('gone.id'))}) order by id for update
      ), counted as (
        update posts set likes_count = greatest(0, likes_count - 1) where id in (select id from held)
      )
      select post_id from gone`.execute(ctx.database.read);
    await forget(ctx, { posts: rows.map((row) => row.post_id) });
    if (rows.length < batch) return;
  }
}
