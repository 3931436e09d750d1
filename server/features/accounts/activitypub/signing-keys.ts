// The public keys by which other servers' accounts sign, and whose they are. A key counts only when the actor that it
// names as its owner presents it as its own.
import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AppContext } from '#server/context.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asId, asText, hostOf, isSameHost, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { importPublicKey } from '#server/platform/fediverse/keys.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { inHelpings } from '#server/platform/together.ts';
import { fetchAccount, fetchRemote, importActor } from '../activitypub.ts';
import type { AccountView } from '../queries.ts';
import { isActorType } from './actor-read.ts';

/** A key and the account that signs with it. */
export interface SigningKey {
  key: KeyObject;
  accountId: string;
  accountUri: string;
  suspended: boolean;
}

/**
 * - `unknown`: there is no such key, or its owner does not know it
 * - `unreachable`: its server does not answer now · `busy`: too many unknown keys came from that address
 */
export type KeyAbsence = 'unknown' | 'unreachable' | 'busy';

interface KnownKey extends SigningKey {
  fetchedAt: Date;
}

const rememberMs = 60_000;
const unknownForMs = 5 * 60_000;
const staleAfterMs = 24 * 60 * 60 * 1000;
const fetchWindowMs = 60_000;
const fetchesPerWindow = 20;
const refreshesPerWindow = 300;

const caches = new WeakMap<AppContext['config'], LRUCache<string, KnownKey>>();

function cacheOf(ctx: AppContext): LRUCache<string, KnownKey> {
  const cache = caches.get(ctx.config) ?? new LRUCache<string, KnownKey>({ max: 20_000, ttl: rememberMs });
  caches.set(ctx.config, cache);
  return cache;
}

/** Whether nothing and nobody has to be asked for that key now. */
export function isKeyAtHand(ctx: AppContext, keyId: string): boolean {
  const known = cacheOf(ctx).get(keyId);
  return known !== undefined && isFresh(ctx, known);
}

function isFresh(ctx: AppContext, { fetchedAt }: KnownKey): boolean {
  return ctx.clock().getTime() - fetchedAt.getTime() < staleAfterMs;
}

/**
 * The key at that address. Known ones come from memory or the database; unknown ones from their server, at most 20 a minute for
 * one client address; those fetched over a day ago again from there, at most 300.
 */
export async function findSigningKey(
  ctx: AppContext,
  keyId: string,
  clientAddress: string,
): Promise<SigningKey | KeyAbsence> {
  const known = cacheOf(ctx).get(keyId) ?? (await readKey(ctx, keyId));
  if (known !== null && isFresh(ctx, known)) return known;
  // One that is unknown may have come for another letter while the database was asked. Keys of accounts that we know are no
  // invention of the sender: they have a larger budget.
  if (known === null) return cacheOf(ctx).get(keyId) ?? fetchSigningKey(ctx, keyId, clientAddress);
  return fetchWithin(ctx, keyId, `key-refreshes:${clientAddress}`, refreshesPerWindow);
}

/** The key as its server gives it now, whatever we knew: for keys that are unknown or old, or that did not verify. */
export async function fetchSigningKey(
  ctx: AppContext,
  keyId: string,
  clientAddress: string,
): Promise<SigningKey | KeyAbsence> {
  return fetchWithin(ctx, keyId, `key-fetches:${clientAddress}`, fetchesPerWindow);
}

const underWay = new WeakMap<AppContext['config'], Map<string, Promise<SigningKey | KeyAbsence>>>();

/** A key that is asked for at this moment is waited for: the first letters of a server come by the dozen. */
function fetchWithin(ctx: AppContext, keyId: string, budget: string, most: number): Promise<SigningKey | KeyAbsence> {
  const fetches = underWay.get(ctx.config) ?? new Map<string, Promise<SigningKey | KeyAbsence>>();
  underWay.set(ctx.config, fetches);
  const shared = fetches.get(keyId);
  if (shared !== undefined) return shared;
  const fetched = fetchOnce(ctx, keyId, budget, most).finally(() => fetches.delete(keyId));
  fetches.set(keyId, fetched);
  return fetched;
}

async function fetchOnce(
  ctx: AppContext,
  keyId: string,
  budget: string,
  most: number,
): Promise<SigningKey | KeyAbsence> {
  if (hostOf(keyId) === null || hostOf(keyId) === hostOf(ctx.config.origin)) return 'unknown';
  if ((await ctx.cache.get(absenceKey(keyId))) !== null) return 'unknown';
  const { count } = await ctx.cache.count(budget, fetchWindowMs);
  if (count > most) return 'busy';
  try {
    const account = await fetchOwner(ctx, keyId);
    cacheOf(ctx).delete(keyId);
    const fetched = account === null ? null : await readKey(ctx, keyId);
    if (fetched !== null && fetched.accountId === account?.id) return fetched;
  } catch (error) {
    if (!(error instanceof DocumentFailure || error instanceof FetchFailure)) throw error;
    if (error.retryable) return 'unreachable';
  }
  await ctx.cache.set(absenceKey(keyId), '1', unknownForMs);
  return 'unknown';
}

/** Keys that were fetched again a short while ago, at most that many. */
const refetched = new WeakMap<AppContext['config'], LRUCache<string, true>>();

/**
 * True when a re-fetch of that key for a failed verification may be tried: once in five minutes for each key. The same forgery a
 * thousand times does not ask the cache each time.
 */
export async function mayRefetch(ctx: AppContext, keyId: string): Promise<boolean> {
  const lately = refetched.get(ctx.config) ?? new LRUCache<string, true>({ max: 1000, ttl: 10_000 });
  refetched.set(ctx.config, lately);
  if (lately.has(keyId)) return false;
  const may = await ctx.cache.setIfAbsent(`key-again:${keyId}`, '1', unknownForMs);
  lately.set(keyId, true);
  return may;
}

function absenceKey(keyId: string): string {
  return `key-absent:${keyId}`;
}

interface KeyRow {
  wanted: string;
  accountId: string;
  accountUri: string;
  suspended: boolean;
  rsaPublic: string;
  edPublic: string | null;
  isEd: boolean;
  fetchedAt: Date;
}

const rowOf = `select k.account_id::text as "accountId", a.uri as "accountUri", a.suspended_at is not null as "suspended", k.rsa_public as "rsaPublic",
  k.ed_public as "edPublic", coalesce(k.ed_key_id = w.key_id, false) as "isEd", k.fetched_at as "fetchedAt"
from account_keys k join accounts a on a.id = k.account_id
where a.domain is not null and a.deleted_at is null and`;

// Some name the key by the actor whose only key it is.
const keysText = `
select w.key_id as "wanted", found.* from unnest($1::text[]) as w (key_id) cross join lateral (
  (${rowOf} (k.key_id = w.key_id or k.ed_key_id = w.key_id) limit 1)
  union all (${rowOf} a.uri = w.key_id limit 1) limit 1
) as found`;

/** Whoever invents keys waits for others who do: together they hold one connection, whatever their number. */
const readKey = inHelpings(readKeys, { most: 64, mayPart: () => false });

async function readKeys(ctx: AppContext, keyIds: string[]): Promise<Array<KnownKey | null>> {
  const rows = await ctx.database.prepared<KeyRow>('signing_keys', keysText, [[...new Set(keyIds)]]);
  const known = new Map(rows.map((row) => [row.wanted, toKnownKey(row)]));
  for (const [keyId, key] of known) if (key !== null) cacheOf(ctx).set(keyId, key);
  return keyIds.map((keyId) => known.get(keyId) ?? null);
}

function toKnownKey({
  accountId,
  accountUri,
  suspended,
  rsaPublic,
  edPublic,
  isEd,
  fetchedAt,
}: KeyRow): KnownKey | null {
  const text = isEd ? edPublic : rsaPublic;
  const key = text === null ? null : importPublicKey(text);
  return key === null ? null : { key, accountId, accountUri, suspended, fetchedAt };
}

/** The account that owns a key: the document at its address is the actor itself, or a key that names its owner. */
async function fetchOwner(ctx: AppContext, keyId: string): Promise<AccountView | null> {
  const json = await fetchRemote(ctx, keyId);
  if (isActorType(typeOf(json))) return importActor(ctx, json);
  const owner = ownerOfKey(json, keyId);
  return owner === null ? null : fetchAccount(ctx, owner);
}

function ownerOfKey(json: Json, keyId: string): string | null {
  const owner = asId(json['owner']) ?? asId(json['controller']);
  const holdsKey = asText(json['publicKeyPem']) !== null || asText(json['publicKeyMultibase']) !== null;
  return holdsKey && asText(json['id']) === keyId && isSameHost(owner, keyId) ? owner : null;
}
