// Telling other servers what our people write, change, delete, like and boost. Subscribers; each writes its activity
// once, whatever happens to the job.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { inboxesOfAccounts, inboxesWhere } from '#server/features/accounts/activitypub/inboxes.ts';
import { prove, type Proving } from '#server/features/accounts/activitypub/prove.ts';
import { findAccount, loadAccounts, type AccountView } from '#server/features/accounts/queries.ts';
import { inboxesOfFollowers } from '#server/features/graph/activitypub/inboxes.ts';
import { inboxesOfRelays } from '#server/features/relays/activitypub/send.ts';
import { sql, type RawBuilder, type Transaction } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { isSettled } from '../policy/interaction.ts';
import { findPost, type PostView } from '../queries.ts';
import { announceActivity, audienceFor, createActivity, groupAudience, updateActivity } from './note-document.ts';

interface Job {
  cause: string;
  eventId: string;
}

/** Sends a new post, or boost, of ours to the servers of those who follow its author or are named in it. */
export async function sendCreate(ctx: AppContext, event: Events['post.created'], job: Job): Promise<void> {
  const own = await findOwn(ctx, event.postId);
  if (own === null) return;
  const { post, author } = own;
  if (post.boostOfId !== null) return sendAnnounce(ctx, post, author, post.boostOfId, job);
  const inboxes = withRelays(post, readersOf(post, [post.inReplyToAccountId, post.group?.id ?? null]));
  await sendWhilePresent(ctx, post, job, createActivity(ctx, post, author), inboxes, kindOf(post));
}

async function sendAnnounce(
  ctx: AppContext,
  boost: PostView,
  booster: AccountView,
  boostedId: string,
  job: Job,
): Promise<void> {
  const boosted = await findPost(ctx, boostedId);
  const author = boosted === null ? null : await findAccount(ctx, boosted.accountId);
  if (boosted === null || author === null) return;
  const activity = announceActivity(ctx.config, boost, booster, { uri: boosted.uri, authorUri: author.uri });
  await sendWhilePresent(ctx, boost, job, activity, readersOf(boost, [author.id]));
}

/** Sends what an edited post says now, also to those who answered, liked or boosted it. */
export async function sendUpdate(ctx: AppContext, event: Events['post.edited'], job: Job): Promise<void> {
  const own = await findOwn(ctx, event.postId);
  if (own === null || own.post.boostOfId !== null) return;
  const { post, author } = own;
  await sendWhilePresent(
    ctx,
    post,
    job,
    updateActivity(ctx, post, author),
    withRelays(post, sql`${readersOf(post, [post.group?.id ?? null])} union ${inboxesOfTouched(post.id)}`),
    kindOf(post),
  );
}

/** The post stays locked until its activity is written, so that no Delete can be written before it. */
async function sendWhilePresent(
  ctx: AppContext,
  post: PostView,
  job: Job,
  plain: Json,
  inboxes: RawBuilder<unknown>,
  kind: Proving['kind'] = 'other',
): Promise<void> {
  const activity = await prove(ctx, { activity: plain, senderId: post.accountId, inboxes, kind });
  await ctx.database.write(async (tx: Transaction) => {
    // What waits for somebody's leave is sent when it has it.
    const { rows } = await sql`select from posts where id = ${post.id} and awaits_id is null for share`.execute(tx.sql);
    if (rows.length === 0) return;
    await writeOutgoing(
      tx.sql,
      { cause: job.cause, activity, senderId: post.accountId, orderingKey: post.uri, inboxes },
      ctx.clock(),
    );
  });
}

/** What everybody may see and our people wrote goes to relays too. */
function withRelays({ visibility }: Pick<PostView, 'visibility'>, inboxes: RawBuilder<unknown>): RawBuilder<unknown> {
  return visibility === 'public' ? sql`${inboxes} union ${inboxesOfRelays()}` : inboxes;
}

/** What answers others is passed on by their servers. */
function kindOf(post: { accountId: string; inReplyToAccountId: string | null }): 'post' | 'answer' {
  return post.inReplyToAccountId === null || post.inReplyToAccountId === post.accountId ? 'post' : 'answer';
}

/** Tells everybody to forget a post of ours, or that a boost was taken back. */
export async function sendDelete(ctx: AppContext, event: Events['post.deleted'], job: Job): Promise<void> {
  if (!event.local) return;
  const author = await findAccount(ctx, event.accountId);
  if (author === null || author.domain !== null) return;
  const groupId = event.groupId ?? null;
  const told = await loadAccounts(ctx, [...event.mentionedIds, ...(groupId === null ? [] : [groupId])]);
  // Safe: the event was made from a post, whose visibility is one.
  const visibility = event.visibility as Visibility;
  const audience = audienceFor(
    visibility,
    addresses(ctx.config).followers(author.id),
    told.map(({ uri }) => uri),
  );
  const object =
    event.boostOfId === null
      ? { id: event.uri, type: 'Tombstone' }
      : { id: event.uri, type: 'Announce', actor: author.uri, object: event.boostOfUri ?? undefined };
  const activity = {
    '@context': activityStreams,
    id: addresses(ctx.config).activity(`${event.boostOfId === null ? 'delete' : 'undo'}/${event.postId}`),
    type: event.boostOfId === null ? 'Delete' : 'Undo',
    actor: author.uri,
    ...audience,
    ...groupAudience(told.find(({ id }) => id === groupId) ?? null),
    object,
  };
  const readers = readersOf({ accountId: author.id, visibility, mentionedIds: event.mentionedIds }, [
    event.inReplyToAccountId,
    groupId,
    ...(await authorOf(ctx, event.boostOfId)),
  ]);
  const hearers = event.boostOfId === null ? withRelays({ visibility }, readers) : readers;
  // Of what still waited only the one who was asked has heard.
  const inboxes = event.awaitsId == null ? hearers : inboxesOfAccounts([event.awaitsId]);
  const kind = event.boostOfId === null ? kindOf(event) : 'other';
  await writeOutgoing(
    ctx.database.read,
    {
      cause: job.cause,
      activity: await prove(ctx, { activity, senderId: author.id, inboxes, kind }),
      senderId: author.id,
      orderingKey: event.uri,
      inboxes,
    },
    ctx.clock(),
  );
}

async function authorOf(ctx: AppContext, postId: string | null): Promise<string[]> {
  const post = postId === null ? null : await findPost(ctx, postId);
  return post === null ? [] : [post.accountId];
}

/** Tells the author's server of a like, and the group in which the post was written. */
export async function sendLike(ctx: AppContext, event: Events['post.liked'], job: Job): Promise<void> {
  const found = await findLike(ctx, event);
  if (found === null) return;
  const { liker, author, post } = found;
  const activity = {
    '@context': activityStreams,
    id: addresses(ctx.config).like(event.likeId),
    type: 'Like',
    actor: liker.uri,
    object: post.uri,
    ...likeAudience(author, post),
  };
  await ctx.database.write(async (tx) => {
    const { rows } =
      await sql`select from likes where id = ${event.likeId} and ${isSettled(sql.ref('likes.id'))} for share`.execute(
        tx.sql,
      );
    if (rows.length > 0) await writeOutgoing(tx.sql, likeOf(job, activity, liker, author, post), ctx.clock());
  });
}

export async function sendUndoLike(ctx: AppContext, event: Events['post.unliked'], job: Job): Promise<void> {
  const found = await findLike(ctx, event);
  if (found === null) return;
  const { liker, author, post } = found;
  const like = {
    id: event.likeUri ?? addresses(ctx.config).like(event.likeId),
    type: 'Like',
    actor: liker.uri,
    object: post.uri,
  };
  const id = addresses(ctx.config).activity(`undo/${event.likeId}`);
  const activity = {
    '@context': activityStreams,
    id,
    type: 'Undo',
    actor: liker.uri,
    ...likeAudience(author, post),
    object: like,
  };
  await writeOutgoing(ctx.database.read, likeOf(job, activity, liker, author, post), ctx.clock());
}

function likeOf(job: Job, activity: Json, liker: AccountView, author: AccountView, post: PostView) {
  return {
    cause: job.cause,
    activity,
    senderId: liker.id,
    orderingKey: `like:${liker.id}:${post.id}`,
    inboxes: inboxesOfAccounts(post.group === null ? [author.id] : [author.id, post.group.id]),
  };
}

function likeAudience(author: AccountView, { group }: PostView): Json {
  return group === null ? { to: [author.uri] } : { to: [author.uri], cc: [group.uri], ...groupAudience(group) };
}

/** A like by one of ours of a post of one of theirs, or of one of ours in a group of theirs. */
async function findLike(
  ctx: AppContext,
  event: { accountId: string; postId: string },
): Promise<{ liker: AccountView; author: AccountView; post: PostView } | null> {
  const post = await findPost(ctx, event.postId);
  if (post === null || (post.local && post.group === null)) return null;
  const [liker, author] = await Promise.all([findAccount(ctx, event.accountId), findAccount(ctx, post.accountId)]);
  return liker !== null && liker.domain === null && author !== null ? { liker, author, post } : null;
}

/** As `findOwn`, but null also while it waits for somebody's leave: nobody else has heard of it then. */
export async function findTold(
  ctx: AppContext,
  postId: string,
): Promise<{ post: PostView; author: AccountView } | null> {
  const own = await findOwn(ctx, postId);
  return own?.post.awaitsId === null ? own : null;
}

/** A post of ours with its author; null when it is somebody else's, or gone. */
export async function findOwn(
  ctx: AppContext,
  postId: string,
): Promise<{ post: PostView; author: AccountView } | null> {
  const post = await findPost(ctx, postId);
  const author = post === null || !post.local ? null : await findAccount(ctx, post.accountId);
  return post === null || author === null || author.domain !== null ? null : { post, author };
}

interface Read {
  accountId: string;
  visibility: Visibility;
  mentions?: ReadonlyArray<{ accountId: string }>;
  mentionedIds?: readonly string[];
}

/** The inboxes of those who get a post: followers unless it is direct, whom it names, and who else it concerns when all may see it. */
export function readersOf(post: Read, concernedIds: ReadonlyArray<string | null>): RawBuilder<unknown> {
  const named = [...(post.mentions ?? []).map(({ accountId }) => accountId), ...(post.mentionedIds ?? [])];
  const isOpen = post.visibility === 'public' || post.visibility === 'unlisted';
  const people = inboxesOfAccounts(isOpen ? [...named, ...concernedIds.filter((id) => id !== null)] : named);
  return post.visibility === 'direct' ? people : sql`${inboxesOfFollowers(post.accountId)} union ${people}`;
}

/** The inboxes of those who answered, liked or boosted a post: their servers have a copy. */
function inboxesOfTouched(postId: string): RawBuilder<unknown> {
  return inboxesWhere(sql`a.id in (
    select account_id from likes where post_id = ${postId}
    union select account_id from posts where boost_of_id = ${postId}
    union select account_id from posts where in_reply_to_id = ${postId})`);
}
