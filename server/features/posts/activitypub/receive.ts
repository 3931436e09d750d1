// What other servers tell us about posts: written, changed, deleted (what people did with them: receive-acts.ts). Whoever signed
// is the only one believed, and only about what is theirs.
import type { AppContext } from '#server/context.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { together } from '#server/platform/together.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import {
  asId,
  asObject,
  asOnlyId,
  audienceOf,
  hostOf,
  isSameHost,
  publicAudience,
  typeOf,
  type Json,
} from '#server/platform/fediverse/json.ts';
import { importAncestors, placeNote } from '../activitypub.ts';
import { forward } from './forward.ts';
import { readVote } from './poll-read.ts';
import { isPostType, readNote, visibilityOf, type RemoteNote } from './note-read.ts';
import { findPost, findPostByUri } from '../queries.ts';
import { deletePost } from '../service/delete.ts';
import { importPost } from '../service/import-new.ts';
import { bury, lockUri, updateImported, type ImportedPost } from '../service/import.ts';
import { mayAnswer } from '../service/quote.ts';
import { revokeAgreement } from '../service/revocation.ts';
import { votePoll } from '../service/vote.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** A new post. Kept when somebody here follows its author, is addressed by it, or has part in the conversation; or `isWanted` anyway. */
export async function receiveCreate(
  ctx: AppContext,
  incoming: Incoming,
  known: { isWanted?: boolean } = {},
): Promise<Effect> {
  const vote = readVote(asObject(incoming.json['object']) ?? {});
  if (vote !== null) return receiveVote(ctx, incoming, vote);
  const note = await readOwnNote(ctx, incoming);
  if (typeof note === 'string') return drop(note);
  if (known.isWanted !== true && !(await isWanted(ctx, note, incoming))) return drop('nobody_asked');
  const answered = note.inReplyToUri === null ? null : ownId(ctx.config, 'posts', note.inReplyToUri);
  if (answered !== null && !(await isAnswerTaken(ctx, incoming.actor.id, answered)))
    return refuseReply({ postId: answered, replierId: incoming.actor.id, replyUri: note.uri });
  if (isForAll(note, incoming.actor)) await importAncestors(ctx, note.inReplyToUri);
  const placed = await placeNote(ctx, note, incoming.actor);
  if (answered === null) return arriving(placed);
  return async (ctx) => {
    if ((await importPost(ctx, placed)) === null) return 'deleted';
    await forwardNote(ctx, incoming, note, answered);
    return 'done';
  };
}

async function forwardNote(ctx: AppContext, incoming: Incoming, note: RemoteNote, answeredId: string): Promise<void> {
  await forward(ctx, incoming, { answeredId, noteUri: note.uri, isOpen: isForAll(note, incoming.actor) });
}

/** An effect that brings in one post, and does nothing else, says which. */
type Arriving = Effect & { arrival?: ImportedPost };

function arriving(placed: ImportedPost): Arriving {
  const effect: Effect = async (ctx) => arrivalOutcome(await importPost(ctx, placed));
  return Object.assign(effect, { arrival: placed });
}

/** The post that an effect brings in, when it does nothing else: many such are brought in together. */
export function arrivalOf(effect: Arriving): ImportedPost | null {
  return effect.arrival ?? null;
}

/** What became of a post that came in, by the id that it has here. */
export function arrivalOutcome(id: string | null): string {
  return id === null ? 'deleted' : 'done';
}

/** Their server is told, so that it need not show what we do not. */
function refuseReply(reply: { postId: string; replierId: string; replyUri: string }): Effect {
  const answer = { ...reply, requestUri: null, replyId: null, isAccepted: false };
  return async (ctx) => {
    await ctx.database.write((tx) => tx.emit('reply.answered', answer));
    return 'reply_not_wanted';
  };
}

/** An answer to what we do not have is judged when it is shown. */
async function isAnswerTaken(ctx: AppContext, accountId: string, postId: string): Promise<boolean> {
  const post = await findPost(ctx, postId);
  return post === null || post.replyPolicy === 'everyone' || mayAnswer(ctx, accountId, postId);
}

/** A vote in a poll of ours. Who may not vote there, or voted before, changes nothing: `votePoll` refuses. */
async function receiveVote(
  ctx: AppContext,
  { actor, json }: Incoming,
  vote: { name: string; postUri: string },
): Promise<Effect> {
  const author = asId(asObject(json['object'])?.['attributedTo']);
  if (author !== null && author !== actor.uri) return drop('not_owner');
  const id = ownId(ctx.config, 'posts', vote.postUri);
  const post = id === null ? null : await findPost(ctx, id);
  if (post === null || post.poll === null) return drop('unknown_object');
  const choice = post.poll.options.indexOf(vote.name);
  if (choice === -1) return drop('unknown_option');
  return async (ctx) => {
    await votePoll(ctx, { accountId: actor.id, postId: post.id, choices: [choice], oneByOne: true });
    return 'done';
  };
}

/** A changed post. One that we never saw is taken as new when it changed within a day of being written. */
export async function receiveUpdate(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const note = await readOwnNote(ctx, incoming);
  if (typeof note === 'string') return drop(note);
  const present = await findPostByUri(ctx, note.uri);
  if (present === null) return receiveLateCreate(ctx, incoming, note);
  if (present.accountId !== incoming.actor.id) return drop('not_owner');
  const placed = await placeNote(ctx, note, incoming.actor);
  return async (ctx) => {
    if (!(await updateImported(ctx, present.id, placed, note.updatedAt))) return 'unchanged';
    if (present.inReplyToId !== null) await forwardNote(ctx, incoming, note, present.inReplyToId);
    return 'done';
  };
}

async function receiveLateCreate(ctx: AppContext, incoming: Incoming, note: RemoteNote): Promise<Effect> {
  const age = note.publishedAt === null ? 0 : ctx.clock().getTime() - note.publishedAt.getTime();
  if (age > dayMs || !(await isWanted(ctx, note, incoming))) return drop('unknown_object');
  if (isForAll(note, incoming.actor)) await importAncestors(ctx, note.inReplyToUri);
  const placed = await placeNote(ctx, note, incoming.actor);
  return async (ctx) => {
    const id = await importPost(ctx, placed);
    // Its Create may have been under way at the same moment, and come first.
    if (id !== null) await updateImported(ctx, id, placed, note.updatedAt);
    return id === null ? 'deleted' : 'done';
  };
}

function isForAll(note: RemoteNote, author: AccountView): boolean {
  return ['public', 'unlisted'].includes(visibilityOf(note.audience, author.followersUrl));
}

/** The post in a Create or Update, when it is the sender's own; else the reason why it is not taken. */
async function readOwnNote(ctx: AppContext, { json, actor }: Incoming): Promise<RemoteNote | string> {
  const embedded = asObject(json['object']);
  const uri = asOnlyId(json['object']);
  if (uri === null) return 'malformed';
  if (hostOf(uri) === hostOf(ctx.config.origin)) return 'own_object';
  if (!isSameHost(uri, actor.uri)) return 'other_host';
  // Some send the address alone, or an object with nothing else in it.
  const object =
    embedded === null || embedded['type'] === undefined ? await fetchAsRecipient(ctx, json, actor, uri) : embedded;
  if (!isPostType(typeOf(object))) return 'unsupported_object';
  const note = readNote(object, ctx.config.allowPrivateAddresses);
  if (note === null) return 'malformed';
  if (note.authorUri !== actor.uri) return 'not_owner';
  return readVote(object) === null ? note : 'vote';
}

/** What is not for everybody is shown to those whom it is for: one of them asks. */
async function fetchAsRecipient(ctx: AppContext, json: Json, actor: AccountView, uri: string): Promise<Json> {
  const { to, cc } = audienceOf(json);
  if (to.includes(publicAudience) || cc.includes(publicAudience)) return fetchRemote(ctx, uri);
  const { rows } = await sql<{ id: string }>`
    (select id from accounts where uri = any(${[...to, ...cc]}::text[]) and domain is null and deleted_at is null order by id limit 1)
    union all
    (select a.id from follows f join accounts a on a.id = f.follower_id where f.followee_id = ${actor.id} and f.state = 'accepted' and a.domain is null
      order by f.id limit 1)
    limit 1`.execute(ctx.database.read);
  const [reader] = rows;
  return fetchRemote(ctx, uri, reader === undefined ? {} : { readerId: reader.id });
}

/** What decides whether anybody here wants a post. */
interface Offer {
  authorId: string;
  /** Whom it names or is addressed to, of this server. */
  addressed: string[];
  inReplyToUri: string | null;
  quotedUri: string | null;
}

/** True when somebody here follows the author, is named, addressed or quoted, or wrote or follows what is answered. */
async function isWanted(ctx: AppContext, note: RemoteNote, incoming: Incoming): Promise<boolean> {
  const { actor: author, relayed } = incoming;
  // What relays bring is for the timeline of all servers.
  if (relayed === true && visibilityOf(note.audience, author.followersUrl) === 'public') return true;
  const addressed = [...note.mentionedUris, ...note.audience.to, ...note.audience.cc].filter(
    (uri) => hostOf(uri) === hostOf(ctx.config.origin),
  );
  const offer = { authorId: author.id, addressed, inReplyToUri: note.inReplyToUri, quotedUri: note.quote?.uri ?? null };
  return (await isTaken(ctx, offer)) === true;
}

/** Posts that come at the same moment are asked for by one statement. */
const isTaken = together(async (ctx: AppContext, offers: Offer[]) => {
  const { rows } = await sql<{ place: number }>`
    select w.place from jsonb_to_recordset(${JSON.stringify(offers.map((offer, place) => ({ ...offer, place })))}::jsonb)
      as w (place int, "authorId" bigint, addressed text[], "inReplyToUri" text, "quotedUri" text)
    where exists (select from follows f join accounts a on a.id = f.follower_id
        where f.followee_id = w."authorId" and f.state = 'accepted' and a.domain is null)
      or exists (select from accounts a where a.uri = any(w.addressed) and a.domain is null and a.deleted_at is null
        and not exists (select from blocks b where b.blocker_id = a.id and b.blocked_id = w."authorId"))
      or exists (select from posts p where p.uri = w."inReplyToUri" and p.visibility in ('public', 'unlisted')
        and not exists (select from blocks b where b.blocker_id = p.account_id and b.blocked_id = w."authorId"))
      or exists (select from posts p where p.uri = w."quotedUri" and p.local and p.visibility in ('public', 'unlisted')
        and not exists (select from blocks b where b.blocker_id = p.account_id and b.blocked_id = w."authorId"))`.execute(
    ctx.database.read,
  );
  const taken = new Set(rows.map(({ place }) => place));
  return new Map(offers.map((offer, place) => [offer, taken.has(place)]));
});

/** A deleted post, or the end of an agreement to be quoted, answered, liked or boosted. What we never saw is remembered as deleted, so that it does not appear later. */
export async function receiveDelete(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { json, actor } = incoming;
  const uri = asOnlyId(json['object']);
  if (uri === null) return drop('malformed');
  if (hostOf(uri) === hostOf(ctx.config.origin)) return drop('own_object');
  if (!isSameHost(uri, actor.uri)) return drop('other_host');
  return async (ctx) => {
    await lockUri(ctx, uri);
    const post = await findPostByUri(ctx, uri);
    if (post !== null && post.accountId !== actor.id) return 'not_owner';
    await bury(ctx, uri, actor.uri);
    if (post === null && (await revokeAgreement(ctx, { uri, accountId: actor.id }))) return 'done';
    if (post === null) return 'unknown_object';
    await deletePost(ctx, { postId: post.id, accountId: actor.id });
    const isOpen = post.visibility === 'public' || post.visibility === 'unlisted';
    if (post.inReplyToId !== null) await forward(ctx, incoming, { answeredId: post.inReplyToId, noteUri: uri, isOpen });
    return 'done';
  };
}
