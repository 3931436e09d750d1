// What groups of other servers pass on (FEP-1b12): an Announce with somebody else's activity in it, or its address. The activity
// is believed when its doer is of the group's own server, or when the doer's server says the same when it is asked.
import type { AppContext } from '#server/context.ts';
import { fetchRemote, resolveAccount } from '#server/features/accounts/activitypub.ts';
import { drop, receiveActorUpdate, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import {
  asId,
  asObject,
  asOnlyId,
  asText,
  hostOf,
  isSameHost,
  typeOf,
  type Json,
} from '#server/platform/fediverse/json.ts';
import { importDocument, isKnown } from '../activitypub.ts';
import { boostInGroup, findGroupLeave, isFollowedHere, receiveOwnReturn } from './group-boosts.ts';
import { receiveRemoval, receiveReturn } from './group-removals.ts';
import type { Leave } from './interaction-leave.ts';
import { interactionRulesOf, readInteractions } from './interaction-read.ts';
import { receiveCreate, receiveUpdate } from './receive.ts';
import { receiveAnnounce, receiveDislike, receiveLike, undoLike } from './receive-acts.ts';

/** An activity that a group passes on, with its proven doer. */
export interface PassedOn extends Incoming {
  group: AccountView;
  /** The Announce that brought it. */
  announce: Json;
}

/** Votes are many, and each that is not of the group's server must be asked for. */
const maxVotesAsked = 60;
/** So many documents of one host that groups only name are asked for. */
const maxNamedAsked = 300;
const windowMs = 60_000;

const receivers: Record<string, (ctx: AppContext, passed: PassedOn) => Promise<Effect>> = {
  Create: receivePassedPost,
  Update: (ctx, passed) => receiveUpdate(ctx, passed),
  Delete: receiveRemoval,
  Like: (ctx, passed) => receiveLike(ctx, passed),
  Dislike: (ctx, passed) => receiveDislike(ctx, passed),
  Undo: receivePassedUndo,
};

const isActivity = (json: Json | null): json is Json => Object.hasOwn(receivers, (json && typeOf(json)) ?? '');

/** A group's Announce: of an activity, or of a post as anybody may boost it. */
export async function receiveFromGroup(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const inner = asObject(incoming.json['object']);
  if (isActivity(inner)) return receivePassedOn(ctx, incoming, inner);
  const uri = asOnlyId(incoming.json['object']);
  const isWhole = inner !== null && typeOf(inner) !== null;
  return uri === null || isWhole ? receiveAnnounce(ctx, incoming) : receiveNamed(ctx, incoming, uri);
}

/** What stands at the address that a group announces, a post or an activity, only its own server can tell. */
async function receiveNamed(ctx: AppContext, incoming: Incoming, uri: string): Promise<Effect> {
  if (!(await isFollowedHere(ctx, incoming.actor.id)) || (await isKnown(ctx, uri)))
    return receiveAnnounce(ctx, incoming);
  const { count } = await ctx.cache.count(`group-named:${hostOf(uri)}`, windowMs);
  if (count > maxNamedAsked) return drop('too_many');
  const shown = await fetchRemote(ctx, uri);
  if (isActivity(shown)) return receivePassedOn(ctx, incoming, shown, { isProven: true });
  return (await importDocument(ctx, shown)) === null ? drop('unknown_object') : receiveAnnounce(ctx, incoming);
}

/** Takes what a group passes on as if its doer had sent it. `isProven`: it comes from the address that is its id. */
async function receivePassedOn(
  ctx: AppContext,
  incoming: Incoming,
  inner: Json,
  { isProven = false } = {},
): Promise<Effect> {
  const doerUri = asOnlyId(inner['actor']);
  const id = asText(inner['id']);
  if (doerUri === null || id === null || !isSameHost(id, doerUri)) return drop('malformed');
  if (hostOf(doerUri) === hostOf(ctx.config.origin)) return receiveOwnReturn(ctx, incoming, inner);
  const type = typeOf(inner) ?? '';
  // The group itself changed: what it is now is asked of its server.
  if (type === 'Update' && asOnlyId(inner['object']) === incoming.actor.uri)
    return receiveActorUpdate(ctx, { ...incoming, json: inner });
  const isBelieved = isProven || isSameHost(doerUri, incoming.actor.uri);
  const json = isBelieved ? inner : await prove(ctx, inner, type, doerUri);
  if (json === null) return drop('unproven');
  const actor = await resolveAccount(ctx, doerUri);
  if (actor === null || actor.domain === null || !isActive(actor)) return drop('unknown_actor');
  const { receivedAt, actor: group, json: announce } = incoming;
  return receivers[type]?.(ctx, { id, type, json, actor, receivedAt, group, announce }) ?? drop('unsupported_type');
}

/** The activity as the doer's own server confirms it; null when it does not. */
async function prove(ctx: AppContext, inner: Json, type: string, doerUri: string): Promise<Json | null> {
  const object = asOnlyId(inner['object']);
  if (object === null) return null;
  if (type === 'Create' || type === 'Update')
    return isSameHost(object, doerUri) ? { ...inner, object: await fetchRemote(ctx, object) } : null;
  // What is gone is asked for by `receiveRemoval`.
  if (type === 'Delete') return inner;
  return proveVote(ctx, inner, type);
}

async function proveVote(ctx: AppContext, inner: Json, type: string): Promise<Json | null> {
  const id = asText(inner['id']) ?? '';
  const { count } = await ctx.cache.count(`group-votes:${hostOf(id)}`, windowMs);
  if (count > maxVotesAsked) return null;
  try {
    const shown = await fetchRemote(ctx, id);
    const isSame =
      shown['id'] === id && typeOf(shown) === type && asOnlyId(shown['actor']) === asOnlyId(inner['actor']);
    return isSame && asOnlyId(shown['object']) === asOnlyId(inner['object']) ? shown : null;
  } catch (error) {
    // Many servers do not show their votes to anybody.
    if (error instanceof DocumentFailure) return null;
    throw error;
  }
}

/** A post or comment. A post stands in the home timelines of those who follow the group as boosted by it. */
async function receivePassedPost(ctx: AppContext, passed: PassedOn): Promise<Effect> {
  const isWanted = await isFollowedHere(ctx, passed.group.id);
  const effect = await receiveCreate(ctx, passed, { isWanted });
  const uri = asOnlyId(passed.json['object']) ?? '';
  const leave = isWanted ? await findWrittenLeave(ctx, passed, uri) : null;
  return async (ctx) => {
    const outcome = await effect(ctx);
    if (outcome === 'done' && isWanted) await boostInGroup(ctx, passed, uri, leave);
    return outcome;
  };
}

/** Whether the author of a post that is not stored yet lets the group boost it; null also when the post is only named. */
async function findWrittenLeave(ctx: AppContext, passed: PassedOn, uri: string): Promise<Leave | null> {
  const { actor: author } = passed;
  const object = asObject(passed.json['object']);
  if (object === null || typeOf(object) === null) return null;
  const interactionRules = interactionRulesOf(readInteractions(object), author);
  return findGroupLeave(ctx, passed, { uri, accountId: author.id, interactionRules });
}

/** A vote or a removal is taken back. */
async function receivePassedUndo(ctx: AppContext, passed: PassedOn): Promise<Effect> {
  const undone = asObject(passed.json['object']);
  const type = undone === null ? null : typeOf(undone);
  const doer = asId(undone?.['actor']);
  if (undone === null || (doer !== null && doer !== passed.actor.uri)) return drop('not_owner');
  if (type === 'Delete') return receiveReturn(ctx, passed, asOnlyId(undone['object']));
  if (type === 'Dislike') return drop('ignored');
  if (type !== 'Like') return drop('unsupported_object');
  return undoLike(ctx, passed, { uri: asText(undone['id']), object: asOnlyId(undone['object']) });
}
