// Keeping a post for later. Nobody else is told.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { findVisibleSubject } from '../queries.ts';
import { holdPost } from './record.ts';

/** Bookmarks the post, or what it boosts; a second time changes nothing. @throws {NotFound} when the account may not see it */
export async function bookmarkPost(ctx: AppContext, bookmark: { accountId: string; postId: string }): Promise<void> {
  const post = await findVisibleSubject(ctx, bookmark.accountId, bookmark.postId);
  if (post === null) throw new NotFound('Record not found');
  await ctx.database.write(async (tx) => {
    await holdPost(tx, post.id);
    await tx.sql
      .insertInto('bookmarks')
      .values({ id: ctx.newId(), account_id: bookmark.accountId, post_id: post.id, created_at: ctx.clock() })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

/** Takes a bookmark away; nothing happens when there is none. */
export async function unbookmarkPost(ctx: AppContext, bookmark: { accountId: string; postId: string }): Promise<void> {
  if (!isId(bookmark.postId)) return;
  await ctx.database.write((tx) =>
    sql`delete from bookmarks where account_id = ${bookmark.accountId}
      and post_id = (select coalesce(boost_of_id, id) from posts where id = ${bookmark.postId})`.execute(tx.sql),
  );
}
