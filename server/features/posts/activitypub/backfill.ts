// Fetching what we miss: the rest of a conversation that somebody looks at, and the last posts of somebody who is newly
// followed. What a collection names is believed only as far as the post's own server says the same.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import {
  asCount,
  asList,
  asObject,
  asOnlyId,
  hostOf,
  isSameHost,
  typeOf,
  type Json,
} from '#server/platform/fediverse/json.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import { importAncestors, importNote, isKnown, readFetchedNote } from '../activitypub.ts';
import { findPostByUri } from '../queries.ts';
import { foreignPosts, hasPosts } from '../queries/conversation.ts';
import { noteRefresh } from '../service/backfill.ts';
import { recordOriginCounts } from '../service/origin-counts.ts';
import type { OriginCounts } from '../service/record.ts';
import { importPin } from '../service/pin.ts';
import { itemsOf } from './collections.ts';
import { readCounts } from './counts-read.ts';
import { boostInGroup, findGroupLeave } from './group-boosts.ts';
import { readNote } from './note-read.ts';

/** What one search may cost: documents in all, of one host, levels of answers, time, and how many are asked for at once. */
const limits = { documents: 500, ofHost: 200, levels: 100, ms: 60_000, together: 6, starts: 40 } as const;
/** What is fetched of somebody new. */
const firstPosts = { pages: 2, items: 20 } as const;

/** One search, and what it has spent. */
interface Hunt {
  ctx: AppContext;
  until: number;
  documents: number;
  ofHost: Map<string, number>;
  /** Posts that were looked at, so that no circle is walked twice. */
  seen: Set<string>;
  found: number;
}

/** A post whose answers are still to be looked for; `json` when it has just been fetched. */
interface Lead {
  uri: string;
  json: Json | null;
}

function openHunt(ctx: AppContext): Hunt {
  return { ctx, until: Date.now() + limits.ms, documents: 0, ofHost: new Map(), seen: new Set(), found: 0 };
}

/** A document, or null when it cannot be had or the search has spent enough. */
async function load(hunt: Hunt, uri: string): Promise<Json | null> {
  const { ctx } = hunt;
  const host = hostOf(uri);
  if (host === null || host === hostOf(ctx.config.origin)) return null;
  const spent = hunt.ofHost.get(host) ?? 0;
  if (hunt.documents >= limits.documents || spent >= limits.ofHost || Date.now() > hunt.until) return null;
  hunt.documents += 1;
  hunt.ofHost.set(host, spent + 1);
  try {
    return await fetchRemote(ctx, uri);
  } catch (error) {
    if (error instanceof DocumentFailure || error instanceof FetchFailure) return null;
    throw error;
  }
}

/** Fetches the answers to the posts of others in a conversation, and the answers to those, level by level. */
export async function fetchThread(ctx: AppContext, { conversationId }: Events['thread.wanted']): Promise<void> {
  const hunt = openHunt(ctx);
  const uris = await foreignPosts(ctx, conversationId, limits.starts);
  let leads: Lead[] = uris.map((uri) => ({ uri, json: null }));
  for (const { uri } of leads) hunt.seen.add(uri);
  for (let level = 0; leads.length > 0 && level < limits.levels; level += 1) {
    leads = await nextLevel(hunt, leads);
    await noteRefresh(ctx, conversationId, { found: hunt.found, isDone: false });
  }
  await noteRefresh(ctx, conversationId, { found: hunt.found, isDone: true });
  ctx.log.debug({ conversationId, found: hunt.found, documents: hunt.documents }, 'a conversation was looked through');
}

/** The new answers to these posts, some posts at a time. */
async function nextLevel(hunt: Hunt, leads: Lead[]): Promise<Lead[]> {
  const next: Lead[] = [];
  const waiting = leads.values();
  const work = async (): Promise<void> => {
    for (const lead of waiting) next.push(...(await followLead(hunt, lead)));
  };
  await Promise.all(Array.from({ length: limits.together }, work));
  return next;
}

/** Looks through the answers to one post, and through the collection of its whole conversation where its server has one. */
async function followLead(hunt: Hunt, { uri, json }: Lead): Promise<Lead[]> {
  const document = json ?? (await load(hunt, uri));
  if (document === null) return [];
  // One that we had: its counts are as old as it is.
  if (json === null) await recordOriginCounts(hunt.ctx, uri, await countsOf(hunt, uri, document));
  const found: Lead[] = [];
  for (const collection of [document['replies'], asOnlyId(document['context'])]) {
    if (collection === null || collection === undefined) continue;
    for await (const item of itemsOf(collection, uri, (address) => load(hunt, address))) {
      const lead = await takeAnswer(hunt, asOnlyId(item));
      if (lead !== null) found.push(lead);
    }
  }
  return found;
}

/** What the origin of a post counts; likes and boosts are asked for where the post only names their collections. */
async function countsOf(hunt: Hunt, uri: string, document: Json): Promise<OriginCounts> {
  const counts = readCounts(document);
  const total = async (value: unknown): Promise<number | null> => {
    const address = asOnlyId(value);
    const collection = address !== null && isSameHost(address, uri) ? await load(hunt, address) : null;
    return collection === null ? null : asCount(collection['totalItems']);
  };
  return {
    ...counts,
    likes: counts.likes ?? (await total(document['likes'])),
    boosts: counts.boosts ?? (await total(document['shares'])),
  };
}

/** Brings in a post that a collection names, if it is an answer to one that we have; with those between them. */
async function takeAnswer(hunt: Hunt, uri: string | null): Promise<Lead | null> {
  const { ctx, seen } = hunt;
  if (uri === null || hostOf(uri) === null || seen.has(uri)) return null;
  seen.add(uri);
  if (await isKnown(ctx, uri)) return null;
  const json = await load(hunt, uri);
  const fetched = json && (await readFetchedNote(ctx, json));
  const parent = fetched?.note.inReplyToUri ?? null;
  if (!fetched || parent === null) return null;
  if (!(await isKnown(ctx, parent))) await importAncestors(ctx, parent);
  if (!(await isKnown(ctx, parent))) return null;
  if ((await importNote(ctx, fetched.note, fetched.author)) === null) return null;
  hunt.found += 1;
  return { uri, json };
}

/** Brings in the last posts of somebody of another server whom one of ours now follows, and what they pinned. */
export async function fetchFirstPosts(ctx: AppContext, { followeeId }: Events['follow.accepted']): Promise<void> {
  const followee = await findAccount(ctx, followeeId);
  if (followee === null || followee.domain === null) return;
  // Whom somebody here follows already sends us all there is.
  if (await hasPosts(ctx, followeeId, firstPosts.items)) return;
  const hunt = openHunt(ctx);
  for await (const item of itemsOf(followee.outboxUrl, followee.uri, (uri) => load(hunt, uri), firstPosts))
    await (followee.kind === 'group' ? takeFromGroup(hunt, followee, item) : takeOwn(hunt, followee, createdBy(item)));
  const pinned: string[] = [];
  for await (const item of itemsOf(followee.featuredUrl, followee.uri, (uri) => load(hunt, uri), firstPosts)) {
    const id = await takeOwn(hunt, followee, item);
    if (id !== null) pinned.unshift(id);
  }
  for (const postId of pinned) await importPin(ctx, { accountId: followee.id, postId, pinned: true });
}

/** What a Create in an outbox made; boosts and the rest are not history that anybody misses. */
function createdBy(item: unknown): unknown {
  const activity = asObject(item);
  return activity !== null && typeOf(activity) === 'Create' ? activity['object'] : null;
}

/** Brings in a post that a group's outbox says to have passed on, as its own server shows it. */
async function takeFromGroup(hunt: Hunt, group: AccountView, item: unknown): Promise<void> {
  const { ctx, seen } = hunt;
  const announce = asObject(item);
  if (announce === null || typeOf(announce) !== 'Announce' || !isSameHost(asOnlyId(announce), group.uri)) return;
  const inner = asObject(announce['object']);
  const uri = asOnlyId(inner !== null && typeOf(inner) === 'Create' ? inner['object'] : announce['object']);
  if (uri === null || seen.has(uri)) return;
  seen.add(uri);
  const json = (await isKnown(ctx, uri)) ? null : await load(hunt, uri);
  const fetched = json && (await readFetchedNote(ctx, json));
  if (fetched && fetched.note.inReplyToUri === null) await importNote(ctx, fetched.note, fetched.author);
  const post = await findPostByUri(ctx, uri);
  if (post === null) return;
  // What was passed on long ago is not news of today.
  const boosting = { group, announce: { published: post.createdAt.toISOString(), ...announce } };
  const leave = await findGroupLeave(ctx, boosting, post);
  await ctx.database.write((tx) => boostInGroup({ ...ctx, database: ctx.database.joined(tx) }, boosting, uri, leave));
}

/** Brings in a public post of that account, which its own server showed us whole or named. */
async function takeOwn(hunt: Hunt, author: AccountView, item: unknown): Promise<string | null> {
  const { ctx, seen } = hunt;
  const [one] = asList(item);
  const uri = asOnlyId(one);
  if (uri === null || !isSameHost(uri, author.uri)) return null;
  const written = asObject(one);
  const isWhole = written !== null && written['type'] !== undefined && written['attributedTo'] !== undefined;
  if (seen.has(uri) || (await isKnown(ctx, uri))) {
    const present = await findPostByUri(ctx, uri);
    return present?.accountId === author.id ? present.id : null;
  }
  seen.add(uri);
  const json = isWhole ? written : await load(hunt, uri);
  const note = json && readNote(json, ctx.config.allowPrivateAddresses);
  if (!note || note.uri !== uri || note.authorUri !== author.uri) return null;
  const fetched = await readFetchedNote(ctx, json);
  return fetched === null ? null : importNote(ctx, fetched.note, fetched.author);
}
