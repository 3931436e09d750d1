// What accounts of other servers pin to their profiles, and take down again.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { asOnlyId, isSameHost } from '#server/platform/fediverse/json.ts';
import { resolvePost } from '../activitypub.ts';
import { mayPin } from '../policy.ts';
import { findPostByUri } from '../queries.ts';
import { importPin } from '../service/pin.ts';

/** A post of theirs goes to the top of their profile. */
export async function receiveAdd(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const uri = featuredOf(incoming);
  if (uri === null) return drop('unsupported_object');
  if (!isSameHost(uri, incoming.actor.uri)) return drop('other_host');
  const post = (await findPostByUri(ctx, uri)) ?? (await resolvePost(ctx, uri));
  if (post === null) return drop('unknown_object');
  if (!mayPin(incoming.actor.id, post)) return drop('not_owner');
  return async (ctx) => {
    await importPin(ctx, { accountId: incoming.actor.id, postId: post.id, pinned: true });
    return 'done';
  };
}

/** It stands there no longer. */
export async function receiveRemove(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const uri = featuredOf(incoming);
  if (uri === null) return drop('unsupported_object');
  const post = await findPostByUri(ctx, uri);
  if (post === null) return drop('unknown_object');
  if (post.accountId !== incoming.actor.id) return drop('not_owner');
  return async (ctx) => {
    await importPin(ctx, { accountId: incoming.actor.id, postId: post.id, pinned: false });
    return 'done';
  };
}

/** What is added to, or removed from, the actor's own collection of featured posts; null for any other collection. */
function featuredOf({ json, actor }: Incoming): string | null {
  const target = asOnlyId(json['target']);
  return target !== null && target === actor.featuredUrl ? asOnlyId(json['object']) : null;
}
