// What a relay brings without a proof is asked of its own server, once, however many bring it.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asObject, asOnlyId, hostOf, typeOf } from '#server/platform/fediverse/json.ts';
import { isKnown, resolvePost } from '../activitypub.ts';

const askingMs = 15_000;
const refusedMs = 5 * 60_000;

/**
 * Brings in a public post by its address, as its own server has it; one word for what became of it.
 * @throws {DocumentFailure} to be tried again: somebody else is asking, or its server does not answer
 */
export async function takeRelayed(ctx: AppContext, uri: string): Promise<string> {
  if (hostOf(uri) === hostOf(ctx.config.origin)) return 'own_object';
  if (ctx.domains.isShut(hostOf(uri) ?? '')) return 'dropped_domain';
  if (await isKnown(ctx, uri)) return 'known';
  const key = `relayed:${uri}`;
  if (!(await ctx.cache.setIfAbsent(key, 'asking', askingMs))) {
    if ((await ctx.cache.get(key)) === 'refused') return 'refused_before';
    throw new DocumentFailure('unreachable', `${hostOf(uri)}: is being asked`, { retryable: true });
  }
  try {
    const post = await resolvePost(ctx, uri);
    if (post === null) await ctx.cache.set(key, 'refused', refusedMs);
    return post === null ? 'unknown_object' : 'done';
  } catch (error) {
    if (error instanceof DocumentFailure && !error.retryable) await ctx.cache.set(key, 'refused', refusedMs);
    throw error;
  }
}

/** A relay boosts what it has to pass on: the post is taken from its own server, and the boost is none. */
export async function receiveRelayed(ctx: AppContext, { json }: Incoming): Promise<Effect> {
  const embedded = asObject(json['object']);
  const carried = embedded !== null && typeOf(embedded) === 'Create' ? asOnlyId(embedded['object']) : null;
  const uri = carried ?? asOnlyId(json['object']);
  return drop(uri === null ? 'malformed' : await takeRelayed(ctx, uri));
}
