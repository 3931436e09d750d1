// Accounts of other servers: finding them by address or handle, keeping them fresh, and asking in the server's name.
import type { AppContext } from '#server/context.ts';
import { standingOf } from '#server/features/domains/policy.ts';
import { Conflict, Gone } from '#server/platform/errors.ts';
import { addresses, ownId } from '#server/platform/fediverse/addresses.ts';
import {
  DocumentFailure,
  fetchDocument,
  type AskOptions,
  type DocumentSource,
} from '#server/platform/fediverse/documents.ts';
import { hostOf, type Json } from '#server/platform/fediverse/json.ts';
import { askWebFinger } from '#server/platform/fediverse/webfinger.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { readActor } from './activitypub/actor-read.ts';
import { ensureInstanceActor, instanceSigner } from './activitypub/instance-actor.ts';
import { signerOf } from './activitypub/public-keys.ts';
import {
  findAccount,
  findAccountByHandle,
  findAccountByUri,
  findAccountsByHandles,
  isOwnDomain,
  parseHandle,
  type AccountView,
} from './queries.ts';
import { importAccount, type ImportedAccount, type RemoteActor } from './service/import.ts';

const staleAfterMs = 24 * 60 * 60 * 1000;
const webFingerTimeoutMs = 5000;
const maxLookups = 20;

/** Fetches an ActivityPub document in the name of the server, or in that of one of its people (`readerId`). @throws {DocumentFailure} */
export async function fetchRemote(
  ctx: AppContext,
  uri: string,
  options: AskOptions & { readerId?: string } = {},
): Promise<Json> {
  return fetchDocument(documentSource(ctx, options.readerId), uri, options);
}

function documentSource(ctx: AppContext, readerId: string | undefined): DocumentSource {
  const signer = async () => (readerId === undefined ? null : await signerOf(ctx, readerId)) ?? instanceSigner(ctx);
  return { fetch: ctx.fetch, clock: ctx.clock, origin: ctx.config.origin, signer };
}

/**
 * The account with that ActivityPub id or handle (`name@domain`), fetched when we do not know it yet, or when what we know is
 * older than a day; an old account that cannot be fetched now stands as it is. Null when there is none.
 * @throws {DocumentFailure} {FetchFailure} when an unknown one cannot be asked for now
 */
export async function resolveAccount(
  ctx: AppContext,
  uriOrHandle: string,
  options: { timeoutMs?: number } = {},
): Promise<AccountView | null> {
  return hostOf(uriOrHandle) === null
    ? resolveHandle(ctx, uriOrHandle, options)
    : resolveUri(ctx, uriOrHandle, options);
}

async function resolveUri(ctx: AppContext, uri: string, options: { timeoutMs?: number }): Promise<AccountView | null> {
  if (uri === addresses(ctx.config).instanceActor) return ensureInstanceActor(ctx);
  if (hostOf(uri) === hostOf(ctx.config.origin)) {
    const id = ownId(ctx.config, 'users', uri);
    return id === null ? null : findAccount(ctx, id);
  }
  const known = await findAccountByUri(ctx, uri);
  if (known !== null && !isStale(ctx, known)) return known;
  return fetchOrKeep(ctx, uri, known, options);
}

async function resolveHandle(
  ctx: AppContext,
  handle: string,
  options: { timeoutMs?: number },
): Promise<AccountView | null> {
  const known = await findAccountByHandle(ctx, handle);
  if (known !== null && (known.domain === null || !isStale(ctx, known))) return known;
  if (known !== null) return fetchOrKeep(ctx, known.uri, known, options);
  const parsed = parseHandle(ctx.config, handle);
  if (parsed === null || parsed.domain === null) return null;
  const answer = await askWebFinger(ctx.fetch, {
    username: parsed.username,
    domain: parsed.domain,
    allowHttp: ctx.config.allowPrivateAddresses,
    timeoutMs: options.timeoutMs ?? webFingerTimeoutMs,
  });
  return answer === null ? null : resolveUri(ctx, answer.actorUri, options);
}

function isStale(ctx: AppContext, account: AccountView): boolean {
  return account.fetchedAt === null || ctx.clock().getTime() - account.fetchedAt.getTime() > staleAfterMs;
}

async function fetchOrKeep(
  ctx: AppContext,
  uri: string,
  known: AccountView | null,
  options: { timeoutMs?: number },
): Promise<AccountView | null> {
  try {
    return await fetchAccount(ctx, uri, options);
  } catch (error) {
    if (known === null || !(error instanceof DocumentFailure)) throw error;
    return known;
  }
}

const underWay = new WeakMap<AppContext['config'], Map<string, Promise<AccountView | null>>>();

/**
 * Fetches an actor and writes it, whatever we knew. Null when what is there is no actor, its handle belongs to another,
 * or it was deleted. Two who ask at once share one request.
 * @throws {DocumentFailure}
 */
export async function fetchAccount(
  ctx: AppContext,
  uri: string,
  options: { timeoutMs?: number } = {},
): Promise<AccountView | null> {
  const fetches = underWay.get(ctx.config) ?? new Map<string, Promise<AccountView | null>>();
  underWay.set(ctx.config, fetches);
  const shared = fetches.get(uri);
  if (shared !== undefined) return shared;
  const fetched = fetchRemote(ctx, uri, options).then((json) => importActor(ctx, json));
  fetches.set(uri, fetched);
  try {
    return await fetched;
  } finally {
    fetches.delete(uri);
  }
}

/** Writes an actor from the document that its own server gave under the actor's id. Null as `fetchAccount`. */
export async function importActor(ctx: AppContext, json: Json): Promise<AccountView | null> {
  const actor = readActor(json, ctx.config.allowPrivateAddresses);
  if (
    actor === null ||
    hostOf(actor.uri) === hostOf(ctx.config.origin) ||
    hostOf(actor.inboxUrl) === hostOf(ctx.config.origin)
  )
    return null;
  try {
    const account = await withDomain(ctx, actor);
    if (standingOf(ctx.domains, account) === 'shut') return null;
    return await findAccount(ctx, await importAccount(ctx, account));
  } catch (error) {
    if (!(error instanceof Conflict || error instanceof Gone)) throw error;
    ctx.log.info(
      { actor: actor.uri, reason: error instanceof Gone ? 'deleted' : 'handle_taken' },
      'an actor was not imported',
    );
    return null;
  }
}

/** The actor with the handle that its server and its domain agree on; a handle that was verified once stays. */
async function withDomain(ctx: AppContext, actor: RemoteActor): Promise<ImportedAccount> {
  const known = await findAccountByUri(ctx, actor.uri);
  if (known !== null && known.domain !== null && known.username.toLowerCase() === actor.username.toLowerCase()) {
    return { ...actor, domain: known.domain };
  }
  return { ...actor, ...(await verifiedHandle(ctx, actor)) };
}

/**
 * A server speaks for handles on its own host. Another domain counts only when the server names it and that domain, asked
 * in turn, leads back to the same actor.
 */
async function verifiedHandle(ctx: AppContext, actor: RemoteActor): Promise<{ username: string; domain: string }> {
  const own = { username: actor.username, domain: hostOf(actor.uri) ?? '' };
  const answer = await tryWebFinger(ctx, own);
  const claimed =
    answer?.actorUri === actor.uri && answer.subject !== null ? answer.subject : readClaim(actor.claimedHandle);
  if (claimed === null || claimed.domain === own.domain || isOwnDomain(ctx.config, claimed.domain)) return own;
  if (
    !/^[^\s/?#@:[\]\\%]+(?::\d{1,5})?$/u.test(claimed.domain) ||
    claimed.username.toLowerCase() !== own.username.toLowerCase()
  )
    return own;
  const back = await tryWebFinger(ctx, claimed);
  return back?.actorUri === actor.uri ? { username: actor.username, domain: claimed.domain } : own;
}

function readClaim(handle: string | null): { username: string; domain: string } | null {
  const [, username, domain] = /^@?([^@\s]{1,200})@([^@\s]{1,260})$/u.exec(handle ?? '') ?? [];
  return username === undefined || domain === undefined ? null : { username, domain: domain.toLowerCase() };
}

async function tryWebFinger(ctx: AppContext, handle: { username: string; domain: string }) {
  try {
    return await askWebFinger(ctx.fetch, {
      ...handle,
      allowHttp: ctx.config.allowPrivateAddresses,
      timeoutMs: webFingerTimeoutMs,
    });
  } catch (error) {
    if (error instanceof FetchFailure) return null;
    throw error;
  }
}

/**
 * Looks up the handles that we do not know yet, so that a mention of a stranger becomes one. Waits at most `timeoutMs`;
 * what is not found by then, or at all, stays unknown. Returns those that were found now, by the handle in lower case that
 * was asked for. Never throws for what a stranger's server does.
 */
export async function ensureAccounts(
  ctx: AppContext,
  handles: readonly string[],
  options: { timeoutMs: number },
): Promise<ReadonlyMap<string, AccountView>> {
  const found = new Map<string, AccountView>();
  const asked = handles.slice(0, maxLookups).flatMap((handle) => parseHandle(ctx.config, handle) ?? []);
  const remote = asked
    .filter((handle) => handle.domain !== null)
    .map(({ username, domain }) => `${username}@${domain ?? ''}`);
  if (remote.length === 0) return found;
  const known = new Set(
    (await findAccountsByHandles(ctx, remote)).map((account) =>
      `${account.username}@${account.domain ?? ''}`.toLowerCase(),
    ),
  );
  const unknown = [...new Set(remote.map((handle) => handle.toLowerCase()))].filter((handle) => !known.has(handle));
  if (unknown.length === 0) return found;
  const lookups = unknown.map(async (handle) => {
    try {
      const account = await resolveAccount(ctx, handle, options);
      if (account !== null) found.set(handle, account);
    } catch (error) {
      ctx.log.debug({ err: error, handle }, 'a mentioned account could not be looked up');
    }
  });
  await Promise.race([Promise.all(lookups), patience(options.timeoutMs)]);
  return found;
}

/**
 * Looks up one handle as `ensureAccounts` does. Returns the handle by which the account goes: its server may stand under
 * another domain than its handles, and answers to both. What is not found is returned as it is.
 */
export async function lookUpHandle(ctx: AppContext, text: string, options: { timeoutMs: number }): Promise<string> {
  const [account] = (await ensureAccounts(ctx, [text], options)).values();
  return account === undefined || account.domain === null ? text : `${account.username}@${account.domain}`;
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
