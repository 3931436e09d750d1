// Activities that somebody else than their actor brings: forwarded replies, what relays pass on. The door asks only whether they may
// prove themselves; the proof is judged later, by the worker, and what proves nothing is asked of its origin or dropped.
import type { KeyObject } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { fetchRemote, resolveAccount } from '#server/features/accounts/activitypub.ts';
import {
  fetchSigningKey,
  findSigningKey,
  mayRefetch,
  type SigningKey,
} from '#server/features/accounts/activitypub/signing-keys.ts';
import { isKnown } from '#server/features/posts/activitypub.ts';
import { takeRelayed } from '#server/features/posts/activitypub/relayed.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asId, asObject, asOnlyId, hostOf, isSameHost, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import type { ReadActivity } from '#server/platform/fediverse/precheck.ts';
import { readProof, verifyProof } from '#server/platform/fediverse/proofs/integrity-proof.ts';
import { LinkedDataBusy } from '#server/platform/fediverse/proofs/linked-data.ts';
import { readLinkedSignature, verifyLinkedSignature } from '#server/platform/fediverse/proofs/linked-signature.ts';

/** What is said to everybody, and stays as true when somebody says it again later. */
const carriedTypes: ReadonlySet<string> = new Set([
  'Create',
  'Update',
  'Delete',
  'Announce',
  'Like',
  'EmojiReact',
  'Undo',
]);
const undoneTypes: ReadonlySet<string> = new Set(['Announce', 'Like', 'EmojiReact']);

const minuteMs = 60_000;
const mostBrought = { stranger: 300, relay: 6000 };
const mostRefetched = { stranger: 30, relay: 600 };
const refetchMs = 15_000;

/** How the door answers somebody who brings what is not theirs; null: take it. */
export async function refuseCarrier(
  ctx: AppContext,
  activity: ReadActivity,
  carrier: { uri: string; isRelay: boolean },
): Promise<{ status: number; reason: string; retryAfter?: number } | null> {
  const refused = { status: 401, reason: 'other_signer' };
  if (!carriedTypes.has(activity.type)) return refused;
  if (activity.type === 'Undo' && !undoneTypes.has(activity.objectType ?? '')) return refused;
  if (!carrier.isRelay && !mayProveItself(activity)) return refused;
  const most = carrier.isRelay ? mostBrought.relay : mostBrought.stranger;
  const { count } = await ctx.cache.count(`carried:${hostOf(carrier.uri)}`, minuteMs);
  return count > most ? { status: 429, reason: 'brings_too_much', retryAfter: 60 } : null;
}

/** A server speaks for its own people only: the key must be of the actor's host. */
function mayProveItself({ actor, document }: ReadActivity): boolean {
  const keyIds = [readProof(document)?.keyId, readLinkedSignature(document)?.keyId];
  return keyIds.some((keyId) => keyId !== undefined && isSameHost(keyId, actor));
}

/** True when it is certain already that this actor said this. */
export async function isProven(ctx: AppContext, actorUri: string, activityUri: string): Promise<boolean> {
  const rows = await ctx.database.prepared(
    'inbox_proven',
    'select 1 from inbox_activities where actor_uri = $1 and activity_uri = $2 and proven',
    [actorUri, activityUri],
  );
  return rows.length > 0;
}

/** An activity that waits for its judgement. */
export interface Carried {
  id: string;
  actorUri: string;
  activityUri: string;
  carrierUri: string;
  byRelay: boolean;
  json: Json;
}

/** `json` is what may be believed; without it, `outcome` says why nothing is. */
export type Judgement = { json: Json } | { outcome: string };

/**
 * Judges a carried activity by the proof inside it. One that holds is noted as proven, so that it counts once whoever brings it; of
 * another the origin is asked.
 * @throws {DocumentFailure} to be tried again
 */
export async function judgeCarried(ctx: AppContext, carried: Carried): Promise<Judgement> {
  if (await isProven(ctx, carried.actorUri, carried.activityUri)) return { outcome: 'known' };
  const reading = (await readProven(ctx, carried)) ?? (await readSigned(ctx, carried));
  if (reading === null) return askOrigin(ctx, carried);
  return (await noteProven(ctx, carried, reading)) ? { json: reading } : { outcome: 'known' };
}

async function readProven(ctx: AppContext, carried: Carried): Promise<Json | null> {
  const proof = readProof(carried.json);
  if (proof === null) return null;
  const holds = async (key: KeyObject) => verifyProof(carried.json, proof, key, ctx.clock());
  return (await isByActor(ctx, carried, proof.keyId, holds)) ? carried.json : null;
}

async function readSigned(ctx: AppContext, carried: Carried): Promise<Json | null> {
  const signature = readLinkedSignature(carried.json);
  if (signature === null) return null;
  let reading: Json | null = null;
  const holds = async (key: KeyObject) => {
    const verdict = await verifyLinkedSignature(carried.json, signature, key, hostOf(carried.carrierUri) ?? '').catch(
      later,
    );
    if (verdict.ok) reading = verdict.reading;
    else ctx.log.debug({ activity: carried.activityUri, reason: verdict.reason }, 'a signature inside does not hold');
    return verdict.ok;
  };
  return (await isByActor(ctx, carried, signature.keyId, holds)) ? reading : null;
}

function later(error: unknown): never {
  if (!(error instanceof LinkedDataBusy)) throw error;
  throw new DocumentFailure('unreachable', error.message, { cause: error, retryable: true });
}

/** Whether a proof holds by a key that the actor presents as its own; a key that we had is asked for once more. */
async function isByActor(
  ctx: AppContext,
  carried: Carried,
  keyId: string,
  holds: (key: KeyObject) => Promise<boolean>,
): Promise<boolean> {
  if (!isSameHost(keyId, carried.actorUri)) return false;
  const budget = `carried:${hostOf(carried.carrierUri)}`;
  const key = await findSigningKey(ctx, keyId, budget);
  if (key === 'unreachable' || key === 'busy')
    throw new DocumentFailure('unreachable', `${hostOf(keyId)}: its key cannot be had now`, { retryable: true });
  if (key === 'unknown') return false;
  const fits = (found: SigningKey): boolean => found.accountUri === carried.actorUri && !found.suspended;
  if (!fits(key)) return false;
  if (await holds(key.key)) return true;
  const renewed = (await mayRefetch(ctx, keyId)) ? await fetchSigningKey(ctx, keyId, budget) : 'unknown';
  return typeof renewed !== 'string' && !renewed.key.equals(key.key) && fits(renewed) && holds(renewed.key);
}

/** Puts what may be believed in the place of what came. False when somebody else proved it in the meantime. */
async function noteProven(ctx: AppContext, { id, actorUri, activityUri }: Carried, reading: Json): Promise<boolean> {
  try {
    const rows = await ctx.database.prepared(
      'inbox_prove',
      `update inbox_activities set proven = true, body = $4 where id = $1 and not exists (
         select from inbox_activities o where o.actor_uri = $2 and o.activity_uri = $3 and o.proven) returning 1`,
      [id, actorUri, activityUri, JSON.stringify(reading)],
    );
    return rows.length > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '23505') return false;
    throw error;
  }
}

/** What everybody may read is asked of its own server, and its word counts. It proves the post, not the activity, which may come again. */
async function askOrigin(ctx: AppContext, carried: Carried): Promise<Judgement> {
  const { json, actorUri, activityUri, carrierUri, byRelay } = carried;
  const type = typeOf(json);
  const objectUri = asOnlyId(json['object']);
  const uri = type === 'Announce' ? activityUri : objectUri;
  if (uri === null || !isSameHost(uri, actorUri) || !['Create', 'Update', 'Announce'].includes(type ?? ''))
    return { outcome: 'unproven' };
  if (type === 'Create' && byRelay) return { outcome: await takeRelayed(ctx, uri) };
  if (type !== 'Update' && (await isKnown(ctx, uri))) return { outcome: 'known' };
  const { count } = await ctx.cache.count(`carried-asks:${hostOf(carrierUri)}`, minuteMs);
  if (count > (byRelay ? mostRefetched.relay : mostRefetched.stranger)) return { outcome: 'unproven' };
  // Many bring the same at once: one asks, and then the others find it known.
  if (!(await ctx.cache.setIfAbsent(`carried-asked:${uri}`, '1', refetchMs)))
    throw new DocumentFailure('unreachable', `${hostOf(uri)}: is being asked`, { retryable: true });
  const document = await fetchRemote(ctx, uri);
  // Its author may be unknown here until now.
  await resolveAccount(ctx, actorUri);
  if (type !== 'Announce')
    return isBy(document, actorUri) ? { json: { ...json, object: document } } : { outcome: 'unproven' };
  const isSame = typeOf(document) === 'Announce' && asId(document['actor']) === actorUri;
  return isSame ? { json: document } : { outcome: 'unproven' };
}

function isBy(document: Json, actorUri: string): boolean {
  const authors = asObject(document) === null ? [] : [asId(document['attributedTo'])];
  return authors.includes(actorUri);
}
