// Posts between servers: finding one by its address, and bringing a remote one in with all that belongs to it.
// What we accept is in activitypub/receive.ts, what we send in activitypub/send.ts.
import type { AppContext } from '#server/context.ts';
import { fetchRemote, resolveAccount } from '#server/features/accounts/activitypub.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { type AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { together } from '#server/platform/together.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { hostOf, isSameHost, type Json } from '#server/platform/fediverse/json.ts';
import { readNote, visibilityOf, type RemoteNote } from './activitypub/note-read.ts';
import { interactionRulesOf } from './activitypub/interaction-read.ts';
import { quoteRulesOf } from './activitypub/quote-read.ts';
import { findPost, findPostByUri, type PostView } from './queries.ts';
import { importPost } from './service/import-new.ts';
import type { ImportedPost } from './service/import.ts';

/** `quoteDepth`: how many quotes of quotes led to a post. */
export interface Finding {
  quoteDepth?: number;
}

/** How many posts above one that comes in are fetched at most. */
export const maxAncestors = 20;

/**
 * The post with that ActivityPub id, fetched from its server when we do not have it; with the posts that it answers. Null when there
 * is none, it was deleted, or it is not for everybody: those come only by being sent to us.
 * @throws {DocumentFailure} when it cannot be asked for now
 */
export async function resolvePost(ctx: AppContext, uri: string, finding: Finding = {}): Promise<PostView | null> {
  if (hostOf(uri) === hostOf(ctx.config.origin)) {
    const id = ownId(ctx.config, 'posts', uri);
    return id === null ? null : findPost(ctx, id);
  }
  const known = await findPostByUri(ctx, uri);
  if (known !== null) return known;
  const fetches = underWay.get(ctx.config) ?? new Map<string, Promise<PostView | null>>();
  underWay.set(ctx.config, fetches);
  const shared = fetches.get(uri);
  if (shared !== undefined) return shared;
  const fetched = fetchPost(ctx, uri, finding).finally(() => fetches.delete(uri));
  fetches.set(uri, fetched);
  return fetched;
}

/** A post that hundreds boost in the same minute is fetched once. */
const underWay = new WeakMap<AppContext['config'], Map<string, Promise<PostView | null>>>();

async function fetchPost(ctx: AppContext, uri: string, finding: Finding): Promise<PostView | null> {
  return importDocument(ctx, await fetchRemote(ctx, uri), finding);
}

/** Brings in the post that its own server has just shown, with those that it answers; null for anything that is not for everybody. @throws {DocumentFailure} */
export async function importDocument(ctx: AppContext, json: Json, finding: Finding = {}): Promise<PostView | null> {
  const fetched = await readFetchedNote(ctx, json);
  if (fetched === null) return null;
  await importAncestors(ctx, fetched.note.inReplyToUri, finding);
  const id = await importNote(ctx, fetched.note, fetched.author, finding);
  return id === null ? null : findPost(ctx, id);
}

/** A post with its author, as its server has them. */
export interface FetchedNote {
  note: RemoteNote;
  author: AccountView;
}

/** A public or unlisted post with its author, as their server has them; null for anything else. @throws {DocumentFailure} */
async function fetchNote(ctx: AppContext, uri: string): Promise<FetchedNote | null> {
  return readFetchedNote(ctx, await fetchRemote(ctx, uri));
}

/** The same from a document that its own server has just given. @throws {DocumentFailure} */
export async function readFetchedNote(ctx: AppContext, json: Json): Promise<FetchedNote | null> {
  const note = readNote(json, ctx.config.allowPrivateAddresses);
  // A server speaks for its own people only.
  if (note === null || !isSameHost(note.uri, note.authorUri)) return null;
  const author = await resolveAccount(ctx, note.authorUri);
  if (author === null || author.domain === null || !isActive(author)) return null;
  const visibility = visibilityOf(note.audience, author.followersUrl);
  return visibility === 'public' || visibility === 'unlisted' ? { note, author } : null;
}

/**
 * Brings in what a post answers, and what that answers, at most 20 up, the oldest first. Where the way ends early (private, deleted,
 * out of reach), the rest waits to be linked when it comes.
 */
export async function importAncestors(ctx: AppContext, uri: string | null, finding: Finding = {}): Promise<void> {
  const chain: FetchedNote[] = [];
  const seen = new Set<string>();
  let next = uri;
  while (next !== null && chain.length < maxAncestors && !seen.has(next)) {
    seen.add(next);
    const fetched = (await isKnown(ctx, next)) ? null : await tryFetchNote(ctx, next);
    if (fetched !== null) chain.push(fetched);
    next = fetched?.note.inReplyToUri ?? null;
  }
  for (const { note, author } of chain.toReversed()) await importNote(ctx, note, author, finding);
}

/** True for a post that we have or know to be deleted, and for all of our own server. */
export async function isKnown(ctx: AppContext, uri: string): Promise<boolean> {
  return hostOf(uri) === hostOf(ctx.config.origin) || (await isStored(ctx, uri)) === true;
}

const isStored = together(async (ctx: AppContext, uris: string[]) => {
  const { rows } = await sql<{ uri: string }>`select uri from posts where uri = any(${uris}::text[])
    union all select uri from tombstones where uri = any(${uris}::text[])`.execute(ctx.database.read);
  return new Map(rows.map(({ uri }) => [uri, true]));
});

async function tryFetchNote(ctx: AppContext, uri: string): Promise<FetchedNote | null> {
  try {
    return await fetchNote(ctx, uri);
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    ctx.log.debug({ err: error }, 'an earlier post of a conversation could not be fetched');
    return null;
  }
}

/** Writes a remote post whose author is proven. Returns its id, or null when it was deleted. */
export async function importNote(
  ctx: AppContext,
  note: RemoteNote,
  author: AccountView,
  finding: Finding = {},
): Promise<string | null> {
  return importPost(ctx, await placeNote(ctx, note, author, finding));
}

/** A remote post with the accounts here that it names or is addressed to. Strangers in it stay text and links. */
export async function placeNote(
  ctx: AppContext,
  note: RemoteNote,
  author: AccountView,
  { quoteDepth: depth = 0 }: Finding = {},
): Promise<ImportedPost> {
  const addressed = [...note.audience.to, ...note.audience.cc];
  const known = await knownAmong(ctx, [...note.mentionedUris, ...note.groupUris, ...addressed]);
  const named = new Set(note.mentionedUris);
  const answered = await authorOf(ctx, note.inReplyToUri);
  const visibility = visibilityOf(note.audience, author.followersUrl);
  // Private messages of Lemmy, and of others, name nobody: they are for one person alone.
  if (visibility === 'direct' && named.size === 0 && new Set(addressed).size === 1) named.add(addressed[0] ?? '');
  const mentioned = known.filter(({ id, uri }) => id !== author.id && (named.has(uri) || id === answered));
  const silent = known.filter(({ id, uri, domain }) => domain === null && !named.has(uri) && id !== answered);
  return {
    ...note,
    ...quoteRulesOf(note.quoteRules, author),
    interactionRules: interactionRulesOf(note.interactions, author),
    quote: note.quote && { ...note.quote, depth },
    accountId: author.id,
    authorUri: author.uri,
    visibility,
    mentionedIds: mentioned.map(({ id }) => id),
    silentIds: silent.map(({ id }) => id),
    groupId: groupAmong(known, note.groupUris)?.id ?? null,
  };
}

/** The group that a post is written in: the one that it says, or else the first that it is addressed to. */
function groupAmong(known: readonly Known[], said: readonly string[]): Known | undefined {
  const groups = known.filter(({ kind, domain }) => kind === 'group' && domain !== null);
  return groups.find(({ uri }) => said.includes(uri)) ?? groups[0];
}

/** Whom a reply answers counts as named when it is addressed to them. */
async function authorOf(ctx: AppContext, uri: string | null): Promise<string | null> {
  return uri === null ? null : authorByUri(ctx, uri);
}

const authorByUri = together(async (ctx: AppContext, uris: string[]) => {
  const rows = await ctx.database.read
    .selectFrom('posts')
    .select(['uri', 'account_id'])
    .where(sql<boolean>`uri = any(${uris}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.uri, row.account_id]));
});

interface Known {
  id: string;
  uri: string;
  domain: string | null;
  kind: string;
}

async function knownAmong(ctx: AppContext, uris: readonly string[]): Promise<Known[]> {
  const asked = [...new Set(uris)].filter((uri) => hostOf(uri) !== null);
  return (await Promise.all(asked.map((uri) => knownByUri(ctx, uri)))).filter((account) => account !== null);
}

/** Accounts that are asked for at the same moment, for one post or for many, are read by one statement. */
const knownByUri = together(async (ctx: AppContext, uris: string[]): Promise<Map<string, Known>> => {
  const rows = await ctx.database.read
    .selectFrom('accounts')
    .select(['id', 'uri', 'domain', 'kind'])
    .where(sql<boolean>`uri = any(${uris}::text[])`)
    .where('deleted_at', 'is', null)
    .where('opened', '=', true)
    .execute();
  return new Map(rows.map((row) => [row.uri, row]));
});
