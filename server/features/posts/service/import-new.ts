// Bringing in posts of other servers that we do not have. Many that come at one moment are written together, by as many
// statements as one, with the same outcome as one after the other.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import type { InteractionRules } from '../entities.ts';
import { findAwaited, holdBack, noteApproval } from './approval.ts';
import { forget } from './forget.ts';
import { importQuote, noteAuthorization } from './import-quote.ts';
import { recordFiles, type ImportedPost } from './import.ts';
import { mergeConversations } from './merge-conversations.ts';
import { lockAddresses } from '#server/platform/fediverse/address-lock.ts';
import { writePoll } from './poll.ts';
import { recordPosts, type PostRecord } from './record.ts';

/** Writes a remote post and returns its id; the id it has when it is there already; null when it was deleted. */
export async function importPost(ctx: AppContext, post: ImportedPost): Promise<string | null> {
  const [id] = await importPosts(ctx, [post]);
  return id ?? null;
}

const mostAttempts = 4;

/** What became of one: its id, and the posts that show something else now. */
interface Written {
  id: string | null;
  touched: Array<string | null>;
}

/** The same for many posts, in one transaction. */
export async function importPosts(ctx: AppContext, posts: readonly ImportedPost[]): Promise<Array<string | null>> {
  const written = await ctx.database.write(async (tx) => {
    await lockAddresses(
      tx.sql,
      posts.map(({ uri }) => uri),
      // An answer and what it answers may come to two workers at one moment: one of them sees the other's.
      posts.flatMap(({ inReplyToUri }) => inReplyToUri ?? []),
    );
    const done = new Map<ImportedPost, Written>();
    for (let left = [...posts]; left.length > 0; left = left.filter((post) => !done.has(post)))
      for (const [post, outcome] of await importWave(ctx, tx, nextWave(left))) done.set(post, outcome);
    return done;
  });
  const kept = [...written].filter(([, { id }]) => id !== null);
  await forget(ctx, {
    posts: kept.flatMap(([, { touched }]) => touched),
    accounts: [...new Set(kept.map(([{ accountId }]) => accountId))],
  });
  return posts.map((post) => written.get(post)?.id ?? null);
}

/** The first of those that are left which may be written at once: each address once, and what is answered before its answers. */
function nextWave(left: readonly ImportedPost[]): ImportedPost[] {
  const coming = new Set(left.map(({ uri }) => uri));
  const taken = new Set<string>();
  const wave = left.filter(({ uri, inReplyToUri }) => {
    if (taken.has(uri) || (inReplyToUri !== null && inReplyToUri !== uri && coming.has(inReplyToUri))) return false;
    taken.add(uri);
    return true;
  });
  // Only posts that answer each other in a circle are left over.
  return wave.length > 0 ? wave : left.slice(0, 1);
}

async function importWave(
  ctx: AppContext,
  tx: Transaction,
  wave: readonly ImportedPost[],
): Promise<Map<ImportedPost, Written>> {
  const known = await findKnown(tx, wave);
  const fresh = wave.filter((_, index) => known[index]?.id === null && !known[index].buried);
  const records = await recordNew(ctx, tx, await findPlaces(tx, fresh));
  const written = new Map<ImportedPost, Written>(
    wave.map((post, index) => [
      post,
      { id: known[index]?.buried === true ? null : (known[index]?.id ?? null), touched: [] },
    ]),
  );
  for (const [index, post] of wave.entries()) await hearAgreements(tx, post, known[index]);
  for (const [index, post] of fresh.entries()) {
    const record = records[index];
    if (record !== undefined) written.set(post, await addParts(ctx, tx, record, post));
  }
  const linked = await linkWaiting(tx, records);
  for (const { id, touched } of written.values()) touched.push(...(linked.get(id ?? '') ?? []));
  return written;
}

/** Writes posts whose addresses are free, and returns their records. */
async function recordNew(ctx: AppContext, tx: Transaction, places: readonly Place[]): Promise<PostRecord[]> {
  const made = new Map(places.map((place) => [place, newRecord(ctx, place)]));
  // An id says when a post was written, to the millisecond: another of that moment may have it.
  for (let left = [...made], attempt = 0; left.length > 0; attempt += 1) {
    if (attempt === mostAttempts)
      throw new Error('posts of other servers met ids that are taken; the next try makes others');
    const areNew = await recordPosts(
      ctx,
      tx,
      left.map(([{ post: parts }, post]) => ({ post, parts })),
    );
    left = left.filter((_, index) => areNew[index] === false).map(([place]) => [place, newRecord(ctx, place)]);
    for (const [place, record] of left) made.set(place, record);
  }
  return [...made.values()];
}

/** What few posts have besides their text. */
async function addParts(ctx: AppContext, tx: Transaction, record: PostRecord, post: ImportedPost): Promise<Written> {
  if (post.files.length > 0) await recordFiles(ctx, tx, record, post.files);
  if (post.poll !== null) await writePoll(tx, record.id, post.poll);
  if (record.awaitsId != null) await tx.emit('reply.unproven', { postId: record.id });
  const quotedId = await importQuote(ctx, tx, record, post.quote);
  return { id: record.id, touched: [record.inReplyToId, quotedId] };
}

/** A post that came before may come again with an agreement that it had not then. */
async function hearAgreements(tx: Transaction, post: ImportedPost, known: Known | undefined): Promise<void> {
  if (known?.id == null || known.account_id !== post.accountId) return;
  await noteApproval(tx, { id: known.id, awaits_id: known.awaits_id }, post.approvalUri);
  await noteAuthorization(tx, known.id, post.quote);
}

interface Known {
  buried: boolean;
  id: string | null;
  account_id: string | null;
  awaits_id: string | null;
}

/** Of each: whether its author deleted it, and the post that is there. Read once the addresses are locked. */
async function findKnown(tx: Transaction, posts: readonly ImportedPost[]): Promise<Known[]> {
  const { rows } = await sql<Known>`
    select t.uri is not null as buried, p.id, p.account_id, p.awaits_id
    from unnest(${posts.map(({ uri }) => uri)}::text[], ${posts.map(({ authorUri }) => authorUri)}::text[])
      with ordinality as w (uri, author_uri, place)
    left join tombstones t on t.uri = w.uri and (t.account_uri is null or t.account_uri = w.author_uri)
    left join posts p on p.uri = w.uri
    order by w.place`.execute(tx.sql);
  return rows;
}

interface Parent {
  id: string;
  accountId: string;
  conversationId: string;
  groupId: string | null;
  interactionRules: InteractionRules | null;
  awaitsId: string | null;
}

/** What is answered, by address, if we have it; it stays until the transaction ends. An answer to a boost is one to what it boosts. */
async function findParents(tx: Transaction, uris: readonly string[]): Promise<Map<string, Parent>> {
  if (uris.length === 0) return new Map();
  const { rows } = await sql<Parent & { uri: string }>`
    select named.uri, p.id, p.account_id as "accountId", p.conversation_id as "conversationId", p.group_id as "groupId",
      p.interaction_rules as "interactionRules", p.awaits_id as "awaitsId"
    from posts named join posts p on p.id = coalesce(named.boost_of_id, named.id)
    where named.uri = any(${uris}::text[]) order by p.id for key share of p`.execute(tx.sql);
  return new Map(rows.map((row) => [row.uri, row]));
}

/** A new post with what it answers, if we have that, and whose leave it waits for. */
interface Place {
  post: ImportedPost;
  parent: Parent | null;
  awaitsId: string | null;
}

async function findPlaces(tx: Transaction, posts: readonly ImportedPost[]): Promise<Place[]> {
  const parents = await findParents(
    tx,
    posts.map(({ inReplyToUri }) => inReplyToUri).filter((uri) => uri !== null),
  );
  const placed = posts.map((post) => ({ post, parent: parents.get(post.inReplyToUri ?? '') ?? null }));
  const awaited = await findAwaited(
    tx,
    placed.map(({ post, parent }) => ({ ...post, parent })),
  );
  return placed.map((place, at) => ({ ...place, awaitsId: awaited[at] ?? null }));
}

function newRecord(ctx: AppContext, { post, parent, awaitsId }: Place): PostRecord {
  const now = ctx.clock();
  const createdAt = post.publishedAt !== null && post.publishedAt < now ? post.publishedAt : now;
  const id = ctx.newId(createdAt);
  const isForAll = post.visibility === 'public' || post.visibility === 'unlisted';
  return {
    id,
    accountId: post.accountId,
    uri: post.uri,
    url: post.url,
    local: false,
    visibility: post.visibility,
    source: null,
    html: post.html,
    summary: post.summary,
    sensitive: post.sensitive,
    language: post.language,
    emojis: post.emojis,
    inReplyToId: parent?.id ?? null,
    inReplyToAccountId: parent?.accountId ?? null,
    inReplyToUri: post.inReplyToUri,
    conversationId: parent?.conversationId ?? id,
    groupId: isForAll ? (post.groupId ?? parent?.groupId ?? null) : null,
    boostOfId: null,
    appId: null,
    quotePolicy: post.quotePolicy,
    quoteAsking: post.quoteAsking,
    originCounts: post.counts,
    interactionRules: post.interactionRules,
    awaitsId,
    approvedBy: post.inReplyToUri === null ? null : post.approvalUri,
    createdAt,
    editedAt: post.updatedAt !== null && post.updatedAt > createdAt ? post.updatedAt : null,
  };
}

interface Linked {
  id: string;
  parent_id: string;
  account_id: string;
  visibility: Visibility;
  conversation_id: string;
  counted: boolean;
}

/**
 * Replies that came before what they answer find it now, and bring their conversation with them. Returns, by the answered
 * post, the ids of those that show something else: its own and theirs.
 */
async function linkWaiting(tx: Transaction, posts: readonly PostRecord[]): Promise<Map<string, string[]>> {
  if (posts.length === 0) return new Map();
  const { rows } = await sql<Linked>`
    update posts w set in_reply_to_id = p.id, in_reply_to_account_id = p.account_id
    from unnest(${posts.map(({ id }) => id)}::bigint[], ${posts.map(({ accountId }) => accountId)}::bigint[],
      ${posts.map(({ uri }) => uri)}::text[]) as p (id, account_id, uri)
    where w.in_reply_to_uri = p.uri and w.in_reply_to_id is null
    returning w.id, p.id as parent_id, w.account_id, w.visibility, w.conversation_id, w.visibility in ('public', 'unlisted') as counted`.execute(
    tx.sql,
  );
  const byParent = Map.groupBy(rows, (row) => row.parent_id);
  for (const { id } of rows) await tx.emit('post.linked', { postId: id });
  for (const post of posts) {
    const waiting = byParent.get(post.id) ?? [];
    const held = await holdUnasked(tx, post, waiting);
    await welcomeAnswers(
      tx,
      post,
      waiting.map((row) => ({ ...row, counted: row.counted && !held.has(row.id) })),
    );
  }
  return new Map([...byParent].map(([id, waiting]) => [id, [id, ...waiting.map((row) => row.id)]]));
}

/** Of answers that came first, those that have to wait for the author's leave do so from now on; returns their ids. */
async function holdUnasked(tx: Transaction, post: PostRecord, waiting: readonly Linked[]): Promise<Set<string>> {
  const { id, accountId, interactionRules = null, awaitsId = null } = post;
  if (waiting.length === 0 || (interactionRules === null && awaitsId === null)) return new Set();
  const parent = { id, accountId, interactionRules, awaitsId };
  const awaited = await findAwaited(
    tx,
    waiting.map((row) => ({ accountId: row.account_id, visibility: row.visibility, parent })),
  );
  const held = waiting.filter((_, at) => awaited[at] != null).map((row) => row.id);
  if (held.length > 0) await holdBack(tx, held, awaitsId ?? accountId);
  return new Set(held);
}

/** Counts answers that were waiting, and makes their conversations part of that of the post. */
async function welcomeAnswers(tx: Transaction, post: PostRecord, waiting: readonly Linked[]): Promise<void> {
  if (waiting.length === 0) return;
  const counted = waiting.filter((row) => row.counted).length;
  // What was written with it may have moved its conversation since.
  const {
    rows: [present],
  } = await sql<{ conversation_id: string }>`update posts set replies_count = replies_count + ${counted}
    where id = ${post.id} returning conversation_id`.execute(tx.sql);
  await mergeConversations(tx, {
    from: waiting.map((row) => row.conversation_id),
    into: present?.conversation_id ?? post.conversationId,
    at: post.createdAt,
  });
}
