// Posts in groups stand in home timelines as boosted by the group, once, whether the group sends the post's Create, the post's
// address, or both; those of authors who restrict boosts when they let the group.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { asDate, asOnlyId, asText, audienceOf, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { findPost, findPostByUri, type PostView } from '../queries.ts';
import { boostPost } from '../service/boost.ts';
import { wasBuried } from '../service/import.ts';
import { findLeave, type Leave } from './interaction-leave.ts';
import { visibilityOf } from './note-read.ts';

/** Who boosts, and the Announce that says so. */
interface Boosting {
  group: AccountView;
  announce: Json;
}

/** As `findLeave`; before the write, for the author's server may be asked. */
export function findGroupLeave(
  ctx: AppContext,
  { group, announce }: Boosting,
  post: Pick<PostView, 'uri' | 'accountId' | 'interactionRules'>,
): Promise<Leave | null> {
  return findLeave(ctx, { id: asText(announce['id']) ?? '', json: announce, actor: group }, post, 'boost');
}

/** True when somebody here follows an account of another server. */
export async function isFollowedHere(ctx: AppContext, accountId: string): Promise<boolean> {
  const { rows } = await sql<{ wanted: boolean }>`select
    exists (select from follows f join accounts a on a.id = f.follower_id where f.followee_id = ${accountId} and f.state = 'accepted' and a.domain is null)
    as wanted`.execute(ctx.database.read);
  return rows[0]?.wanted === true;
}

/**
 * Within a write: lets the group boost the post with that address, unless it is a comment, or not for everybody. `leave` null: only when
 * its author restricts no boosts.
 */
export async function boostInGroup(
  ctx: AppContext,
  boosting: Boosting,
  uri: string,
  leave: Leave | null,
): Promise<string> {
  const post = await findPostByUri(ctx, uri);
  return post === null ? 'unknown_object' : boost(ctx, boosting, post, leave);
}

async function boost(
  ctx: AppContext,
  { group, announce }: Boosting,
  post: PostView,
  leave: Leave | null,
): Promise<string> {
  const visibility = visibilityOf(audienceOf(announce), group.followersUrl);
  const isOpen = (word: string): boolean => word === 'public' || word === 'unlisted';
  if (post.inReplyToUri !== null || post.boostOfId !== null) return 'done';
  if (!isOpen(visibility) || !isOpen(post.visibility)) return 'not_public';
  if (leave === null && post.interactionRules?.boost !== undefined) return 'not_authorized';
  const uri = asText(announce['id']) ?? '';
  if (await wasBuried(ctx, uri, group.uri)) return 'undone';
  const createdAt = boostedAt(ctx, announce);
  await boostPost(ctx, { accountId: group.id, postId: post.id, visibility, uri, createdAt, ...leave });
  return 'done';
}

/** When a boost says that it was made; never later than now. */
export function boostedAt(ctx: AppContext, announce: Json): Date {
  const now = ctx.clock();
  const published = asDate(announce['published']);
  return published !== null && published < now ? published : now;
}

/** A group passes on what one of ours wrote in it: the post is boosted, the rest we know better than anybody. */
export async function receiveOwnReturn(ctx: AppContext, incoming: Incoming, inner: Json): Promise<Effect> {
  const uri = asOnlyId(inner['object']);
  const id = uri === null ? null : ownId(ctx.config, 'posts', uri);
  const post = id === null || typeOf(inner) !== 'Create' ? null : await findPost(ctx, id);
  if (post === null) return drop('own_object');
  return (ctx) => boost(ctx, { group: incoming.actor, announce: incoming.json }, post, null);
}
