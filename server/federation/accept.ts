// The way of an activity into this server: the gate, the signature, one durable row, 202. What it means comes later.
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import {
  fetchSigningKey,
  findSigningKey,
  isKeyAtHand,
  mayRefetch,
  type KeyAbsence,
  type SigningKey,
} from '#server/features/accounts/activitypub/signing-keys.ts';
import { findAccount, isId } from '#server/features/accounts/queries.ts';
import { compareFollowers, synchronizationHeader } from '#server/features/graph/activitypub/synchronization.ts';
import { isRelay } from '#server/features/relays/queries.ts';
import { noteAlive } from '#server/platform/fediverse/hosts.ts';
import { hostOf, isSameHost } from '#server/platform/fediverse/json.ts';
import { isWithoutId, precheckInbox, readActivity, type ReadActivity } from '#server/platform/fediverse/precheck.ts';
import { parseSignatures } from '#server/platform/fediverse/signatures/parse.ts';
import { verifyRequest, verifySignature } from '#server/platform/fediverse/signatures/verify.ts';
import type { SignedRequest } from '#server/platform/fediverse/signatures/request.ts';
import { createPace } from '#server/platform/turns.ts';
import { isProven, refuseCarrier } from './carried.ts';
import { crowdAtGate } from './crowd.ts';
import { storeActivity } from './store.ts';

/** A request as it came, body and target unchanged. */
export interface RawRequest {
  method: string;
  /** The request target: path and query, not decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  /** Whose budget of key fetches it uses. */
  clientAddress: string;
  /** The id of the account whose own inbox it came to; none for the shared one. */
  addressee?: string | undefined;
}

/** A request at a door, as it came. */
export function rawRequest(request: FastifyRequest): RawRequest {
  return {
    method: request.method,
    path: request.raw.url ?? '/',
    headers: request.headers,
    rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    clientAddress: request.ip,
  };
}

/** The status to answer with; `reason` is for the log and the metrics. */
export interface Answer {
  status: number;
  reason: string;
  /** Seconds. */
  retryAfter?: number;
}

/** What is judged costs tenths of a millisecond: people's requests do not wait for a whole crowd of it. */
const mayBegin = createPace(4);

/** Lets one activity in, or refuses it, and counts it as long as that takes. @see judgeActivity */
export async function acceptActivity(ctx: AppContext, request: RawRequest): Promise<Answer> {
  const crowd = crowdAtGate(ctx);
  crowd.enter();
  try {
    await mayBegin();
    return await judgeActivity(ctx, request);
  } finally {
    crowd.leave();
  }
}

/** Judges and stores one activity. 202 means that it is stored, known already, or of no use and not to be sent again. */
async function judgeActivity(ctx: AppContext, request: RawRequest): Promise<Answer> {
  // Where no key has to be asked for, the signature comes first: what is forged ends here, before anybody reads it as JSON.
  const early = isSignerAtHand(ctx, request) ? await findSigner(ctx, request) : null;
  if (early !== null && 'status' in early) return early;
  const ourHosts = ourNames(ctx).hosts;
  const checked = precheckInbox({ ...request, ourHosts });
  if (!checked.ok) return { status: checked.status, reason: checked.reason };
  const { allowPrivateAddresses } = ctx.config;
  const nameless = isWithoutId(checked.document) ? digestOfSignatures(request) : undefined;
  const read = readActivity(checked.document, { allowPrivateAddresses, ourHosts, ...(nameless && { nameless }) });
  if (!read.ok) return { status: 202, reason: `dropped_${read.reason}` };
  const { activity } = read;
  // Also what others pass on: a relay, or a forwarder.
  if (ctx.domains.isShut(hostOf(activity.actor) ?? '')) return { status: 202, reason: 'dropped_domain' };
  if (await isDeletionOfStranger(ctx, activity)) return { status: 202, reason: 'dropped_stranger' };
  if (isSignedElsewhere(request, activity) && (await isProven(ctx, activity.actor, activity.id)))
    return { status: 202, reason: 'known' };
  const signer = early ?? (await findSigner(ctx, request));
  if ('status' in signer) return signer;
  if (request.addressee !== undefined && !(await isOneOfUs(ctx, request.addressee)))
    return { status: 404, reason: 'no_such_inbox' };
  const isCarried = signer.accountUri !== activity.actor;
  // Nobody could ask its origin for it.
  if (isCarried && nameless !== undefined) return { status: 202, reason: 'dropped_id' };
  const refusal = isCarried ? await judgeCarrier(ctx, activity, signer) : null;
  if (refusal !== null) return refusal;
  if (signer.suspended) return { status: 202, reason: 'dropped_suspended' };
  const isNew = await storeActivity(ctx, {
    actorUri: activity.actor,
    activityUri: activity.id,
    body: request.rawBody.toString('utf8'),
    carrierUri: isCarried ? signer.accountUri : null,
  });
  const followers = request.headers[synchronizationHeader];
  if (typeof followers === 'string') await compareFollowers(ctx, signer, followers);
  await noteAlive(ctx.database.read, hostOf(signer.accountUri) ?? '', ctx.clock());
  return { status: 202, reason: isNew ? 'stored' : 'known' };
}

/** The same for the same request, and another for the next, also when that says the same again. */
function digestOfSignatures({ headers }: RawRequest): string {
  const parsed = parseSignatures(headers);
  const hash = createHash('sha256');
  if (parsed.ok) for (const { signature } of parsed.signatures) hash.update(signature);
  return hash.digest('base64url');
}

async function isOneOfUs(ctx: AppContext, accountId: string): Promise<boolean> {
  const account = isId(accountId) ? await findAccount(ctx, accountId) : null;
  return account !== null && account.domain === null;
}

async function judgeCarrier(ctx: AppContext, activity: ReadActivity, signer: SigningKey): Promise<Answer | null> {
  return refuseCarrier(ctx, activity, { uri: signer.accountUri, isRelay: await isRelay(ctx, signer.accountUri) });
}

function isSignerAtHand(ctx: AppContext, { headers }: RawRequest): boolean {
  const parsed = parseSignatures(headers);
  return !parsed.ok || parsed.signatures.every(({ keyId }) => isKeyAtHand(ctx, keyId));
}

/** Whether the key is of another host than the actor. What is known already then needs no look at the key. */
function isSignedElsewhere({ headers }: RawRequest, { actor }: ReadActivity): boolean {
  const parsed = parseSignatures(headers);
  return parsed.ok && parsed.signatures.every(({ keyId }) => !isSameHost(keyId, actor));
}

/** Servers tell everybody when an account goes. Most were never heard of here, and their keys are gone with them. */
async function isDeletionOfStranger(ctx: AppContext, activity: ReadActivity): Promise<boolean> {
  if (activity.type !== 'Delete' || activity.objectId !== activity.actor) return false;
  const known = await ctx.database.prepared(
    'inbox_stranger',
    'select 1 from accounts where uri = $1 and deleted_at is null',
    [activity.actor],
  );
  return known.length === 0;
}

/**
 * Whose key signed the request, or the answer that refuses it. A signature that does not fit a key that we had is tried
 * once more with the key as its server gives it now.
 */
export async function findSigner(ctx: AppContext, request: RawRequest): Promise<SigningKey | Answer> {
  const signed = signedRequest(ctx, request);
  const found = new Map<string, SigningKey>();
  const absences: KeyAbsence[] = [];
  const verdict = await verifyRequest(signed, async (keyId) => {
    const key = await findSigningKey(ctx, keyId, request.clientAddress);
    if (typeof key === 'string') absences.push(key);
    else found.set(keyId, key);
    return typeof key === 'string' ? null : key.key;
  });
  if (verdict.ok) return found.get(verdict.keyId) ?? { status: 401, reason: 'no_key' };
  if (verdict.reason === 'wrong_signature' || verdict.reason === 'wrong_key_type') {
    const renewed = await verifyRenewed(ctx, signed, [...found.keys()], request.clientAddress);
    if (renewed !== null) return renewed;
  }
  if (verdict.reason === 'no_key' && absences.some((absence) => absence !== 'unknown')) {
    return { status: 503, reason: absences.includes('busy') ? 'key_fetches' : 'key_unreachable', retryAfter: 60 };
  }
  return { status: verdict.status, reason: verdict.reason };
}

async function verifyRenewed(
  ctx: AppContext,
  signed: SignedRequest,
  keyIds: string[],
  clientAddress: string,
): Promise<SigningKey | null> {
  for (const keyId of keyIds) {
    if (!(await mayRefetch(ctx, keyId))) continue;
    const key = await fetchSigningKey(ctx, keyId, clientAddress);
    if (typeof key !== 'string' && verifySignature({ ...signed, keyId, key: key.key }).ok) return key;
  }
  return null;
}

interface Names {
  hosts: string[];
  protocol: 'http' | 'https';
}
const names = new WeakMap<AppContext['config'], Names>();

/** How others call us; read out of the settings once. */
function ourNames({ config }: AppContext): Names {
  const known = names.get(config);
  if (known !== undefined) return known;
  const { host, protocol } = new URL(config.origin);
  const ours: Names = { hosts: [host], protocol: protocol === 'http:' ? 'http' : 'https' };
  names.set(config, ours);
  return ours;
}

function signedRequest(ctx: AppContext, request: RawRequest): SignedRequest {
  const { hosts, protocol } = ourNames(ctx);
  return {
    method: request.method,
    path: request.path,
    headers: request.headers,
    rawBody: request.rawBody,
    now: ctx.clock(),
    expectedHosts: hosts,
    protocol,
  };
}
