// Liking a post and taking it back.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { findVisibleSubject } from '../queries.ts';
import { forget } from './forget.ts';
import { checkInteraction, countLike, requestInteraction } from './interaction.ts';
import { holdPost } from './record.ts';

/**
 * Likes the post, or what it boosts; a second like is the first. `uri` is that of a like from elsewhere, `approvedBy` where the author
 * of the post agrees to that.
 * @throws {NotFound} when the account may not see it
 */
export async function likePost(
  ctx: AppContext,
  like: { accountId: string; postId: string; uri?: string | null; approvedBy?: string | null },
): Promise<void> {
  const post = await findVisibleSubject(ctx, like.accountId, like.postId);
  if (post === null) throw new NotFound('Record not found');
  const leave = like.uri == null ? await checkInteraction(ctx, like.accountId, post, 'like') : 'automatic';
  const likeId = ctx.newId();
  await ctx.database.write(async (tx) => {
    await holdPost(tx, post.id);
    const written = await tx.sql
      .insertInto('likes')
      .values({
        id: likeId,
        post_id: post.id,
        account_id: like.accountId,
        uri: like.uri ?? null,
        approved_by: like.approvedBy ?? null,
        created_at: ctx.clock(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!written) return;
    await tx.emit('post.liked', { likeId, postId: post.id, accountId: like.accountId });
    // One that has to be allowed first is counted then.
    if (leave === 'automatic') return countLike(tx, { postId: post.id, isOurs: like.uri == null }, 1);
    const { accountId } = like;
    await requestInteraction(ctx, tx, { interaction: 'like', subjectId: likeId, postId: post.id, accountId });
  });
  await forget(ctx, { posts: [post.id] });
}

/** Takes a like back; nothing happens when there is none. The post (or the boost of it) may have become invisible since. */
export async function unlikePost(ctx: AppContext, like: { accountId: string; postId: string }): Promise<void> {
  const { accountId } = like;
  if (!isId(like.postId)) return;
  const postId = await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ id: string; uri: string | null; post_id: string; waited: boolean }>`
      with gone as (
        delete from likes where account_id = ${accountId}
          and post_id = (select coalesce(boost_of_id, id) from posts where id = ${like.postId})
        returning id, uri, post_id
      ), asked as (
        delete from interaction_requests r using gone where r.subject_id = gone.id returning r.state
      )
      select gone.*, exists (select from asked where state = 'pending') as waited from gone`.execute(tx.sql);
    const [gone] = rows;
    if (!gone) return null;
    if (!gone.waited) await countLike(tx, { postId: gone.post_id, isOurs: gone.uri === null }, -1);
    await tx.emit('post.unliked', { likeUri: gone.uri, likeId: gone.id, postId: gone.post_id, accountId });
    return gone.post_id;
  });
  await forget(ctx, { posts: [postId] });
}
