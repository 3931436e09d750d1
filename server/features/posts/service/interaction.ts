// Answers, likes and boosts of ours that the author of the other post wants to approve first: asked for, allowed, refused.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import type { PostView } from '../queries.ts';
import { interactionLeave, type Interaction } from '../policy/interaction.ts';
import { approvePost, type Consent } from './approval.ts';
import { forget } from './forget.ts';

const refusals: Record<Interaction, string> = {
  reply: 'The author of this post does not let you reply to it',
  like: 'The author of this post does not let you like it',
  boost: 'The author of this post does not let you boost it',
};

/** Whether its author lets that account of ours do so at once, or wants to be asked. @throws {Invalid} when not at all */
export async function checkInteraction(
  ctx: AppContext,
  accountId: string,
  post: PostView,
  interaction: Interaction,
): Promise<'automatic' | 'manual'> {
  if (post.interactionRules?.[interaction] === undefined) return 'automatic';
  const follows = await isFollower(ctx, accountId, post.accountId);
  const mentioned = post.mentions.some((mention) => mention.accountId === accountId);
  const leave = interactionLeave(accountId, post, interaction, { follows, mentioned });
  if (leave === 'denied') throw new Invalid(`Validation failed: ${refusals[interaction]}`);
  return leave;
}

/** True when one account follows another, as far as we know. */
export async function isFollower(ctx: AppContext, accountId: string, followeeId: string): Promise<boolean> {
  const { rows } =
    await sql`select from follows where follower_id = ${accountId} and followee_id = ${followeeId} and state = 'accepted'`.execute(
      ctx.database.read,
    );
  return rows.length > 0;
}

/** An answer, like or boost of ours that waits for a word, or had it. `subjectId` is the id of the post or like. */
export interface InteractionRequest {
  id: string;
  interaction: Interaction;
  subjectId: string;
  /** The post of another server, and who wrote it. */
  postId: string;
  postUri: string;
  authorId: string;
  authorUri: string;
  /** Who asks. */
  accountId: string;
  state: 'pending' | 'accepted';
}

/** Writes that the author of a post is asked. In the transaction of what is asked for, so that it is not sent before. */
export async function requestInteraction(
  ctx: AppContext,
  tx: Transaction,
  asked: { interaction: Interaction; subjectId: string; postId: string; accountId: string },
): Promise<void> {
  const id = ctx.newId();
  const { interaction, subjectId, postId, accountId } = asked;
  await sql`insert into interaction_requests (id, interaction, subject_id, post_id, account_id, state, created_at)
    values (${id}, ${interaction}, ${subjectId}, ${postId}, ${accountId}, 'pending', ${ctx.clock()})`.execute(tx.sql);
  await tx.emit('interaction.requested', { requestId: id });
}

/** The request with that id, or for that post or like; null when there is none. */
export async function findRequest(
  ctx: AppContext,
  by: { id: string } | { subjectId: string },
): Promise<InteractionRequest | null> {
  const which = 'id' in by ? sql`r.id = ${by.id}` : sql`r.subject_id = ${by.subjectId}`;
  const { rows } = await sql<InteractionRequest>`
    select r.id::text as id, r.interaction, r.subject_id::text as "subjectId", r.post_id::text as "postId", p.uri as "postUri",
      a.id::text as "authorId", a.uri as "authorUri", r.account_id::text as "accountId", r.state
    from interaction_requests r join posts p on p.id = r.post_id join accounts a on a.id = p.account_id
    where ${which}`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/** The author said yes. False when nothing waits (any more). */
export async function acceptInteraction(
  ctx: AppContext,
  request: InteractionRequest,
  consent: Consent,
): Promise<boolean> {
  const touched = await ctx.database.write(async (tx) => {
    const { rows } =
      await sql`update interaction_requests set state = 'accepted' where id = ${request.id} and state = 'pending'
      returning id`.execute(tx.sql);
    if (rows.length === 0) return null;
    await tx.emit('interaction.accepted', { requestId: request.id });
    if (request.interaction !== 'like') return (await approvePost(tx, request.subjectId, consent)) ?? [];
    await tx.sql.updateTable('likes').set({ approved_by: consent.uri }).where('id', '=', request.subjectId).execute();
    await countLike(tx, { postId: request.postId, isOurs: true }, 1);
    return [request.postId];
  });
  if (touched !== null) await forget(ctx, { posts: touched });
  return touched !== null;
}

/**
 * Moves the count of a post's likes. What its origin counted before does not hold what our own people do; what others do it counts
 * itself.
 */
export async function countLike(tx: Transaction, like: { postId: string; isOurs: boolean }, by: 1 | -1): Promise<void> {
  await sql`update posts set likes_count = greatest(0, likes_count + ${by}), origin_likes = origin_likes + ${like.isOurs ? by : 0}
    where id = ${like.postId}`.execute(tx.sql);
}

/** Forgets a request that was refused; what was asked for is taken back by its own verb. */
export async function dropRequest(ctx: AppContext, request: InteractionRequest): Promise<void> {
  await ctx.database.write((tx) => tx.sql.deleteFrom('interaction_requests').where('id', '=', request.id).execute());
}
