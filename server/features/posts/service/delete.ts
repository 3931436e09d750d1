// Taking a post away for good.
import type { AppContext } from '#server/context.ts';
import { detachMedia, removeFormerMedia } from '#server/features/media/service/attach.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { isCounted, mayDelete } from '../policy.ts';
import { findPost, type PostView } from '../queries.ts';
import { forget, forgottenPost } from './forget.ts';
import { countQuote } from './quote.ts';
import { countPost } from './count.ts';

/**
 * Deletes a post with its boosts, likes, bookmarks, versions and files. Its address stays a tombstone, so that nothing brings it
 * back. With `keepMedia` its author may show the files in another post for a day.
 * @throws {NotFound} when there is none of that account with that id
 */
export async function deletePost(
  ctx: AppContext,
  request: { postId: string; accountId: string; keepMedia?: boolean },
): Promise<void> {
  const post = await findPost(ctx, request.postId);
  if (post === null || !mayDelete(request.accountId, post)) throw new NotFound('Record not found');
  const boosted = post.boostOfId === null ? null : await findPost(ctx, post.boostOfId);
  const touched = await ctx.database.write((tx) => removePost(ctx, tx, post, boosted, request.keepMedia === true));
  if (touched === null) throw new NotFound('Record not found');
  await forget(ctx, {
    posts: [post.id, post.quote?.id ?? null, post.boostOfId, post.inReplyToId, ...touched.posts],
    accounts: [post.accountId, ...touched.accounts],
  });
}

/** Takes the post away in `tx`; returns what else has changed, or null when it was gone already. */
async function removePost(
  ctx: AppContext,
  tx: Transaction,
  post: PostView,
  boosted: PostView | null,
  keepForRedraft: boolean,
): Promise<{ posts: string[]; accounts: string[] } | null> {
  const {
    rows: [locked],
  } = await sql<{ awaits_id: string | null }>`select awaits_id from posts where id = ${post.id} for update`.execute(
    tx.sql,
  );
  if (!locked) return null;
  const boosts = await removeBoosts(ctx, tx, post.id);
  const replies = await sql<{
    id: string;
  }>`update posts set in_reply_to_id = null where in_reply_to_id = ${post.id} returning id`.execute(tx.sql);
  await removeFormerMedia(tx, await formerMediaOf(tx, post));
  await detachMedia(ctx, tx, [post.id], { keepForRedraft });
  // It may have been allowed since it was read.
  countPost(tx, { ...post, awaitsId: locked.awaits_id }, -1);
  if (post.quote?.id != null && post.quote.state === 'accepted' && isCounted(post.visibility))
    countQuote(tx, post.quote.id, -1);
  await sql`insert into tombstones (uri, former_id, account_uri, deleted_at)
    select ${post.uri}, ${post.id}, uri, ${ctx.clock()} from accounts where id = ${post.accountId}
    on conflict (uri) do nothing`.execute(tx.sql);
  if (post.local && (post.awaitsId !== null || post.approvedBy !== null))
    await tx.sql.deleteFrom('interaction_requests').where('subject_id', '=', post.id).execute();
  await tx.sql.deleteFrom('posts').where('id', '=', post.id).execute();
  const forgotten = forgottenPost({ ...post, awaitsId: locked.awaits_id });
  await tx.emit('post.deleted', { ...forgotten, boostOfUri: boosted?.uri ?? null });
  return { posts: [...boosts.posts, ...replies.rows.map(({ id }) => id)], accounts: boosts.accounts };
}

/** Uploads that former versions showed and the present one does not: nobody sees them once the history is gone. */
async function formerMediaOf(tx: Transaction, post: PostView): Promise<string[]> {
  if (!post.local || post.editedAt === null) return [];
  const { rows } = await sql<{ id: string }>`
    select distinct former->>'id' as id from post_versions v, jsonb_array_elements(v.media) former
    where v.post_id = ${post.id} and former->>'remoteUrl' is null`.execute(tx.sql);
  return rows.map(({ id }) => id);
}

/** Boosts go with what they boost; each was counted with its booster, and the addresses of ours answer "gone". */
async function removeBoosts(
  ctx: AppContext,
  tx: Transaction,
  postId: string,
): Promise<{ posts: string[]; accounts: string[] }> {
  const { rows } = await sql<{ id: string; account_id: string }>`
    with gone as (
      delete from posts where boost_of_id = ${postId} returning id, account_id, uri, local
    ), kept as (
      insert into tombstones (uri, former_id, account_uri, deleted_at)
      select gone.uri, gone.id, a.uri, ${ctx.clock()} from gone join accounts a on a.id = gone.account_id where gone.local
      on conflict (uri) do nothing
    ), counted as (
      update accounts set posts_count = greatest(0, posts_count - 1) where id in (select account_id from gone)
    )
    select id, account_id from gone`.execute(tx.sql);
  return { posts: rows.map(({ id }) => id), accounts: rows.map(({ account_id }) => account_id) };
}
