// Quoting posts, and deciding who may. What other servers answer is in quote-answer.ts.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Forbidden, Invalid, NotFound } from '#server/platform/errors.ts';
import type { QuotePolicy, ReplyPolicy } from '../entities.ts';
import type { QuoteAnswer } from '../entities/quotes.ts';
import { isCounted, mayEdit, repliableBy } from '../policy.ts';
import { quoteLeave } from '../policy/quote.ts';
import { findPost, findVisiblePost, type PostView } from '../queries.ts';
import { forget } from './forget.ts';
import { holdPost, type PostRecord } from './record.ts';

/**
 * The post that an account wants to quote.
 * @throws {NotFound} when it may not see it
 * @throws {Invalid} when it is a boost, or its author does not want that
 */
export async function findQuotable(ctx: AppContext, accountId: string, id: string): Promise<PostView> {
  const post = await findVisiblePost(ctx, accountId, id);
  if (post === null) throw new NotFound('The post that you quote was not found.');
  if (post.boostOfId !== null) throw new Invalid('Validation failed: A boost cannot be quoted; quote what it boosts');
  if (quoteLeave(accountId, post, await follows(ctx, accountId, post.accountId)) === 'denied')
    throw new Invalid('Validation failed: The author of this post does not let you quote it');
  return post;
}

async function follows(ctx: AppContext, followerId: string, followeeId: string): Promise<boolean> {
  const { rows } = await sql`select from follows
    where follower_id = ${followerId} and followee_id = ${followeeId} and state = 'accepted'`.execute(
    ctx.database.read,
  );
  return rows.length > 0;
}

/**
 * Writes that a new post of ours quotes another. The author of a post of another server is asked, whatever its policy says:
 * only their server can tell everybody else that they agree.
 */
export async function quotePost(tx: Transaction, post: PostRecord, quoted: PostView): Promise<void> {
  const isAsked = !quoted.local;
  await recordQuote(tx, post, { id: quoted.id, state: isAsked ? 'pending' : 'accepted' });
  if (isAsked) await tx.emit('quote.requested', { postId: post.id });
}

/** Writes that a new post quotes another. Quotes that everybody may see are counted. */
export async function recordQuote(
  tx: Transaction,
  post: Pick<PostRecord, 'id' | 'visibility'>,
  quoted: { id: string; state: QuoteAnswer },
): Promise<void> {
  await holdPost(tx, quoted.id);
  await sql`insert into quotes (post_id, quoted_id, quoted_uri, state)
    select ${post.id}, id, uri, ${quoted.state} from posts where id = ${quoted.id}`.execute(tx.sql);
  if (quoted.state === 'accepted' && isCounted(post.visibility)) countQuote(tx, quoted.id, 1);
}

/** Moves the counter of a quoted post. */
export function countQuote(tx: Transaction, quotedId: string, by: 1 | -1): void {
  tx.last(`post ${quotedId}`, () =>
    sql`update posts set quotes_count = greatest(0, quotes_count + ${by}) where id = ${quotedId}`.execute(tx.sql),
  );
}

/**
 * Takes a post of one's own out of a post that quotes it; a second time changes nothing.
 * @throws {NotFound} when it is not one's own, or not quoted there
 */
export async function revokeQuote(
  ctx: AppContext,
  request: { accountId: string; postId: string; quotingId: string },
): Promise<void> {
  const { accountId, postId, quotingId } = request;
  const [post, quoting] = [await findPost(ctx, postId), await findPost(ctx, quotingId)];
  if (post === null || post.accountId !== accountId || quoting?.quote?.id !== post.id)
    throw new NotFound('Record not found');
  await ctx.database.write(async (tx) => {
    const { rows } = await sql`update quotes set state = 'revoked'
      where post_id = ${quoting.id} and state = 'accepted' returning post_id`.execute(tx.sql);
    if (rows.length === 0) return;
    if (isCounted(quoting.visibility)) countQuote(tx, post.id, -1);
    await tx.emit('quote.changed', { postId: quoting.id, quotedId: post.id });
    await tx.emit('quote.revoked', { postId: quoting.id, quotedId: post.id });
  });
  await forget(ctx, { posts: [post.id, quoting.id] });
}

/** Changes who may quote and answer a post from now on. @throws {NotFound} when there is none of that account with that id */
export async function changeInteractions(
  ctx: AppContext,
  change: { accountId: string; postId: string; quotePolicy?: QuotePolicy; replyPolicy?: ReplyPolicy },
): Promise<void> {
  const post = await findPost(ctx, change.postId);
  if (post === null || !post.local || !mayEdit(change.accountId, post)) throw new NotFound('Record not found');
  const { quotePolicy = post.quotePolicy, replyPolicy = post.replyPolicy } = change;
  await ctx.database.write(async (tx) => {
    await tx.sql
      .updateTable('posts')
      .set({ quote_policy: quotePolicy, reply_policy: replyPolicy })
      .where('id', '=', post.id)
      .execute();
    if (quotePolicy !== post.quotePolicy) await tx.emit('quote.changed', { postId: post.id, quotedId: null });
  });
  await forget(ctx, { posts: [post.id] });
}

/** @throws {Forbidden} when the author of a post does not take answers of that account */
export async function checkReply(ctx: AppContext, accountId: string, parentId: string): Promise<void> {
  if (!(await mayAnswer(ctx, accountId, parentId)))
    throw new Forbidden('The author of this post does not take your replies.');
}

/** True when the author of that post takes answers of that account. */
export async function mayAnswer(ctx: AppContext, accountId: string, parentId: string): Promise<boolean> {
  if (!isId(parentId)) return false;
  const { rows } =
    await sql`select from posts where id = ${parentId} and ${repliableBy(sql`${accountId}::bigint`)}`.execute(
      ctx.database.read,
    );
  return rows.length > 0;
}
