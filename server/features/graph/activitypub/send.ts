// Telling other servers what our people do to theirs: ask to follow, answer, stop, block. Subscribers; each writes its
// activity once, whatever happens to the job.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { actorDocument } from '#server/features/accounts/activitypub/actor-document.ts';
import { inboxesOfAccounts } from '#server/features/accounts/activitypub/inboxes.ts';
import { prove } from '#server/features/accounts/activitypub/prove.ts';
import { publicKeysOf } from '#server/features/accounts/activitypub/public-keys.ts';
import { accountView, findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience, type Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { inboxesOfFollowers } from './inboxes.ts';

interface Job {
  cause: string;
  eventId: string;
}

/** Asks the followee's server. Nothing when the wish was taken back meanwhile. */
export async function sendFollow(ctx: AppContext, event: Events['follow.requested'], job: Job): Promise<void> {
  const pair = await findPair(ctx, event.followerId, event.followeeId);
  if (pair === null || !isOutward(pair.from, pair.to)) return;
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{
      uri: string | null;
    }>`select uri from follows where id = ${event.followId} for share`.execute(tx.sql);
    const [row] = rows;
    if (!row) return;
    const activity = followActivity(pair.from, pair.to, row.uri ?? addresses(ctx.config).follow(event.followId));
    await writeOutgoing(tx.sql, between(pair, job, { '@context': activityStreams, ...activity }), ctx.clock());
  });
}

/** Says yes to a follower from elsewhere. */
export async function sendAccept(ctx: AppContext, event: Events['follow.accepted'], job: Job): Promise<void> {
  const pair = await findPair(ctx, event.followeeId, event.followerId);
  if (pair === null || !isOutward(pair.from, pair.to)) return;
  const follow = await ctx.database.read
    .selectFrom('follows')
    .select('uri')
    .where('id', '=', event.followId)
    .executeTakeFirst();
  if (!follow) return;
  await answer(ctx, 'Accept', pair, follow.uri, job);
}

/** Says no to a request from elsewhere, or sends a follower away. */
export async function sendReject(ctx: AppContext, event: Events['follow.rejected'], job: Job): Promise<void> {
  const pair = await findPair(ctx, event.followeeId, event.followerId);
  if (pair === null || !isOutward(pair.from, pair.to)) return;
  await answer(ctx, 'Reject', pair, event.followUri, job);
}

async function answer(
  ctx: AppContext,
  type: 'Accept' | 'Reject',
  pair: Pair,
  followUri: string | null,
  job: Job,
): Promise<void> {
  const object = followActivity(pair.to, pair.from, followUri ?? `${pair.to.uri}#follows/${pair.from.id}`);
  const activity = wrap(ctx, type, pair.from, pair.to, object, job);
  await writeOutgoing(
    ctx.database.read,
    between({ from: pair.to, to: pair.from }, job, activity, pair.from, pair.to),
    ctx.clock(),
  );
}

/** Stops following, or takes the request back. */
export async function sendUndoFollow(ctx: AppContext, event: Events['follow.removed'], job: Job): Promise<void> {
  const pair = await findPair(ctx, event.followerId, event.followeeId);
  if (pair === null || event.followUri === null || !isOutward(pair.from, pair.to)) return;
  const activity = wrap(ctx, 'Undo', pair.from, pair.to, followActivity(pair.from, pair.to, event.followUri), job);
  await writeOutgoing(ctx.database.read, between(pair, job, activity), ctx.clock());
}

/** Tells the blocked one's server, so that it can keep the two apart. */
export async function sendBlock(ctx: AppContext, event: Events['block.created'], job: Job): Promise<void> {
  const pair = await findPair(ctx, event.blockerId, event.blockedId);
  if (pair === null || !isOutward(pair.from, pair.to)) return;
  const activity = { '@context': activityStreams, ...blockActivity(pair, addresses(ctx.config).block(event.blockId)) };
  await writeOutgoing(ctx.database.read, between(pair, job, activity), ctx.clock());
}

export async function sendUndoBlock(ctx: AppContext, event: Events['block.removed'], job: Job): Promise<void> {
  const pair = await findPair(ctx, event.blockerId, event.blockedId);
  if (pair === null || event.blockUri === null || !isOutward(pair.from, pair.to)) return;
  const activity = wrap(ctx, 'Undo', pair.from, pair.to, blockActivity(pair, event.blockUri), job);
  await writeOutgoing(ctx.database.read, between(pair, job, activity), ctx.clock());
}

/** Shows a changed profile to the servers of all followers. */
export async function sendProfile(ctx: AppContext, event: Events['account.updated'], job: Job): Promise<void> {
  const account = await findAccount(ctx, event.accountId);
  if (account === null || account.domain !== null) return;
  const { '@context': context, ...document } = actorDocument(ctx.config, account, await publicKeysOf(ctx, account.id));
  const plain = {
    '@context': context,
    id: addresses(ctx.config).activity(`update/${job.eventId}`),
    type: 'Update',
    actor: account.uri,
    published: account.updatedAt.toISOString(),
    to: [publicAudience],
    cc: [addresses(ctx.config).followers(account.id)],
    object: document,
  };
  const inboxes = inboxesOfFollowers(account.id);
  const activity = await prove(ctx, { activity: plain, senderId: account.id, inboxes, kind: 'other' });
  await writeOutgoing(
    ctx.database.read,
    { cause: job.cause, activity, senderId: account.id, orderingKey: account.uri, inboxes },
    ctx.clock(),
  );
}

interface Pair {
  from: AccountView;
  to: AccountView;
}

/** Both accounts, also deleted ones: they are still to be told. */
async function findPair(ctx: AppContext, fromId: string, toId: string): Promise<Pair | null> {
  const rows = await ctx.database.read.selectFrom('accounts').selectAll().where('id', 'in', [fromId, toId]).execute();
  const from = rows.find((row) => row.id === fromId);
  const to = rows.find((row) => row.id === toId);
  return from && to ? { from: accountView(from), to: accountView(to) } : null;
}

/** True when one of ours does something to one of theirs. */
function isOutward(from: AccountView, to: AccountView): boolean {
  return from.domain === null && to.domain !== null;
}

function followActivity(follower: AccountView, followee: AccountView, uri: string): Json {
  return { id: uri, type: 'Follow', actor: follower.uri, object: followee.uri, to: [followee.uri] };
}

function blockActivity(pair: Pair, uri: string): Json {
  return { id: uri, type: 'Block', actor: pair.from.uri, object: pair.to.uri, to: [pair.to.uri] };
}

function wrap(
  ctx: AppContext,
  type: 'Accept' | 'Reject' | 'Undo',
  from: AccountView,
  to: AccountView,
  object: Json,
  job: Job,
): Json {
  const id = addresses(ctx.config).activity(`${type.toLowerCase()}/${job.eventId}`);
  return { '@context': activityStreams, id, type, actor: from.uri, to: [to.uri], object };
}

/** Everything that passes between a pair about following and blocking keeps its order. */
function between(pair: Pair, job: Job, activity: Json, sender = pair.from, receiver = pair.to) {
  const orderingKey = `pair:${pair.from.id}:${pair.to.id}`;
  return { cause: job.cause, activity, senderId: sender.id, orderingKey, inboxes: inboxesOfAccounts([receiver.id]) };
}
