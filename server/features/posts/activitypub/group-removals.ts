// Groups pass on deletions too, by authors and by moderators. What its own server says is gone goes; what a moderator takes out
// of the group stays its author's, and is no longer boosted by the group.
import type { AppContext } from '#server/context.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { drop, type Effect } from '#server/features/accounts/activitypub/receive.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asOnlyId, hostOf, typeOf } from '#server/platform/fediverse/json.ts';
import { findPostByUri } from '../queries.ts';
import { unboostPost } from '../service/boost.ts';
import { deletePost } from '../service/delete.ts';
import { boostInGroup, findGroupLeave } from './group-boosts.ts';
import { receiveDelete } from './receive.ts';
import type { PassedOn } from './receive-groups.ts';

/** A post or comment was deleted, by its author or by a moderator. */
export async function receiveRemoval(ctx: AppContext, passed: PassedOn): Promise<Effect> {
  const uri = asOnlyId(passed.json['object']);
  if (uri === null) return drop('malformed');
  const post = await findPostByUri(ctx, uri);
  const isOwn = hostOf(uri) === hostOf(ctx.config.origin);
  const isGroups = hostOf(uri) === hostOf(passed.group.uri);
  if (isGroups && (post === null || post.accountId === passed.actor.id)) return receiveDelete(ctx, passed);
  if (post === null) return drop('unknown_object');
  const isGone = !isOwn && (await isGoneThere(ctx, uri));
  return async (ctx) => {
    if (isGone) await deletePost(ctx, { postId: post.id, accountId: post.accountId });
    else await unboostPost(ctx, { accountId: passed.group.id, postId: post.id });
    return isGone ? 'done' : 'removed_from_group';
  };
}

async function isGoneThere(ctx: AppContext, uri: string): Promise<boolean> {
  try {
    return typeOf(await fetchRemote(ctx, uri)) === 'Tombstone';
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    if (error.retryable) throw error;
    return error.reason === 'gone' || error.reason === 'missing';
  }
}

/** A moderator lets a post into the group again. What its author deleted stays deleted. */
export async function receiveReturn(ctx: AppContext, passed: PassedOn, uri: string | null): Promise<Effect> {
  if (uri === null) return drop('malformed');
  const post = await findPostByUri(ctx, uri);
  const leave = post && (await findGroupLeave(ctx, passed, post));
  return (ctx) => boostInGroup(ctx, passed, uri, leave);
}
