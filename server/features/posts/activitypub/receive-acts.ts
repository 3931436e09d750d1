// What other servers tell us that people did with posts: liked, voted against, boosted, and took back.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { asOnlyId, audienceOf } from '#server/platform/fediverse/json.ts';
import { resolvePost } from '../activitypub.ts';
import { findBoost, findPost, findPostByUri, type PostView } from '../queries.ts';
import { boostPost, unboostPost } from '../service/boost.ts';
import { wasBuried } from '../service/import.ts';
import { likePost, unlikePost } from '../service/like.ts';
import { boostedAt, isFollowedHere } from './group-boosts.ts';
import { findLeave } from './interaction-leave.ts';
import { visibilityOf } from './note-read.ts';

/** A like. */
export async function receiveLike(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { id, json, actor } = incoming;
  const post = await findSubject(ctx, asOnlyId(json['object']));
  if (post === null) return drop('unknown_object');
  const leave = await findLeave(ctx, incoming, post, 'like');
  if (leave === null) return drop('not_authorized');
  return async (ctx) => {
    if (await wasBuried(ctx, id, actor.uri)) return 'undone';
    await likePost(ctx, { accountId: actor.id, postId: post.id, uri: id, ...leave });
    return 'done';
  };
}

/** A vote against a post (Lemmy's, Mbin's). Nothing shows it; a like of the same person is taken back by it. */
export async function receiveDislike(ctx: AppContext, { json, actor }: Incoming): Promise<Effect> {
  const post = await findSubject(ctx, asOnlyId(json['object']));
  if (post === null) return drop('unknown_object');
  return async (ctx) => {
    await unlikePost(ctx, { accountId: actor.id, postId: post.id });
    return 'done';
  };
}

/** A boost. What is boosted is asked of its own server, and only what is for everybody is shown on. */
export async function receiveAnnounce(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { id, json, actor } = incoming;
  const uri = asOnlyId(json['object']);
  if (uri === null) return drop('malformed');
  if (!(await isFollowedOrOwn(ctx, actor, uri))) return drop('nobody_asked');
  const post = (await findSubject(ctx, uri)) ?? (await resolvePost(ctx, uri));
  if (post === null) return drop('unknown_object');
  const isOwnFollowersOnly = post.visibility === 'followers' && post.accountId === actor.id;
  if (post.visibility !== 'public' && post.visibility !== 'unlisted' && !isOwnFollowersOnly) return drop('not_public');
  const visibility = visibilityOf(audienceOf(json), actor.followersUrl);
  if (visibility === 'direct') return drop('not_public');
  const leave = await findLeave(ctx, incoming, post, 'boost');
  if (leave === null) return drop('not_authorized');
  return async (ctx) => {
    if (await wasBuried(ctx, id, actor.uri)) return 'undone';
    await boostPost(ctx, {
      accountId: actor.id,
      postId: post.id,
      visibility,
      uri: id,
      createdAt: boostedAt(ctx, json),
      ...leave,
    });
    return 'done';
  };
}

async function isFollowedOrOwn(ctx: AppContext, actor: AccountView, objectUri: string): Promise<boolean> {
  return ownId(ctx.config, 'posts', objectUri) !== null || isFollowedHere(ctx, actor.id);
}

/** What is taken back, as far as the Undo tells: the address of the activity, and that of its object. */
export interface Undone {
  uri: string | null;
  object: string | null;
}

/** A like is taken back. */
export async function undoLike(_ctx: AppContext, { actor }: Incoming, undone: Undone): Promise<Effect> {
  return async (ctx) => {
    const named = (await findSubject(ctx, undone.object))?.id ?? null;
    const postId = await likedBy(ctx, actor.id, undone.uri, named);
    if (postId === null) return 'unknown_object';
    await unlikePost(ctx, { accountId: actor.id, postId });
    return 'done';
  };
}

/** The post that an account likes, by the like's address or by the post's id; null when there is no such like. */
async function likedBy(
  ctx: AppContext,
  accountId: string,
  uri: string | null,
  postId: string | null,
): Promise<string | null> {
  const { rows } = await sql<{ post_id: string }>`
    select post_id from likes where account_id = ${accountId} and (uri = ${uri} or post_id = ${postId}::bigint)
    order by (uri = ${uri}) desc nulls last limit 1`.execute(ctx.database.read);
  return rows[0]?.post_id ?? null;
}

/** A boost is taken back. */
export async function undoAnnounce(_ctx: AppContext, { actor }: Incoming, undone: Undone): Promise<Effect> {
  return async (ctx) => {
    const byUri = undone.uri === null ? null : await findPostByUri(ctx, undone.uri);
    const subject = byUri === null ? await findSubject(ctx, undone.object) : null;
    const boost = byUri ?? (subject === null ? null : await findBoost(ctx, actor.id, subject.id));
    if (boost === null || boost.boostOfId === null) return 'unknown_object';
    if (boost.accountId !== actor.id) return 'not_owner';
    await unboostPost(ctx, { accountId: actor.id, postId: boost.id });
    return 'done';
  };
}

/** A post by its address, ours or theirs; a boost stands for what it boosts, and the activity that made a post of ours for that post. */
export async function findSubject(ctx: AppContext, uri: string | null): Promise<PostView | null> {
  if (uri === null) return null;
  const id = ownId(ctx.config, 'posts', uri) ?? ownId(ctx.config, 'activities/create', uri);
  const post = id === null ? await findPostByUri(ctx, uri) : await findPost(ctx, id);
  return post?.boostOfId == null ? post : findPost(ctx, post.boostOfId);
}
