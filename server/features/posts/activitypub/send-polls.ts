// Votes on their way to the server of a poll, and the counts of our polls on their way to everybody. Subscribers.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { inboxesOfAccounts, inboxesWhere } from '#server/features/accounts/activitypub/inboxes.ts';
import { prove } from '#server/features/accounts/activitypub/prove.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { isPollOver } from '../policy/poll.ts';
import { findPost, type PostView } from '../queries.ts';
import { ownVotes } from '../queries/polls.ts';
import { countsActivity } from './note-document.ts';
import { findTold, readersOf } from './send.ts';

interface Job {
  cause: string;
  eventId: string;
}

/** Tells the server of a poll what one of ours chose: for each choice a note that has a name and no text. */
export async function sendVotes(ctx: AppContext, event: Events['poll.voted'], job: Job): Promise<void> {
  const post = await findPost(ctx, event.postId);
  if (post === null || post.local || post.poll === null) return;
  const [voter, author] = await Promise.all([findAccount(ctx, event.accountId), findAccount(ctx, post.accountId)]);
  if (voter === null || voter.domain !== null || author === null) return;
  const inboxes = inboxesOfAccounts([author.id]);
  for (const choice of (await ownVotes(ctx.database.read, voter.id, post.id)) ?? []) {
    const activity = voteActivity(ctx, post, { voter, author, choice });
    const cause = `${job.cause}-${choice}`;
    const outgoing = { cause, activity, senderId: voter.id, orderingKey: post.uri, inboxes };
    await writeOutgoing(ctx.database.read, outgoing, ctx.clock());
  }
}

function voteActivity(
  ctx: AppContext,
  post: PostView,
  vote: { voter: AccountView; author: AccountView; choice: number },
): Json {
  const { voter, author, choice } = vote;
  const at = addresses(ctx.config);
  const name = `vote/${post.id}/${voter.id}/${choice}`;
  const more = { to: [author.uri], published: ctx.clock().toISOString() };
  return {
    '@context': activityStreams,
    id: at.activity(`create/${name}`),
    type: 'Create',
    actor: voter.uri,
    ...more,
    object: {
      id: at.activity(name),
      type: 'Note',
      attributedTo: voter.uri,
      name: post.poll?.options[choice],
      inReplyTo: post.uri,
      ...more,
    },
  };
}

/** Sends the counts of a poll of ours as they are now; later votes are told anew. */
export async function sendCounts(ctx: AppContext, event: Events['poll.counted'], job: Job): Promise<void> {
  await sql`update polls set counts_due_at = null where post_id = ${event.postId}`.execute(ctx.database.read);
  await sendPoll(ctx, event.postId, job);
}

/** Sends how a poll of ours ended; nothing when its end was moved. */
export async function sendPollEnd(ctx: AppContext, event: Events['poll.closed'], job: Job): Promise<void> {
  const post = await findPost(ctx, event.postId);
  if (post?.poll && isPollOver(post.poll, ctx.clock())) await sendPoll(ctx, event.postId, job);
}

async function sendPoll(ctx: AppContext, postId: string, job: Job): Promise<void> {
  const own = await findTold(ctx, postId);
  if (own === null || own.post.poll === null) return;
  const { post, author } = own;
  const voters = inboxesWhere(sql`a.id in (select account_id from poll_votes where post_id = ${postId})`);
  const plain = countsActivity(ctx, post, author, `counts-${job.eventId}`);
  const inboxes = sql`${readersOf(post, [])} union ${voters}`;
  const activity = await prove(ctx, { activity: plain, senderId: author.id, inboxes, kind: 'other' });
  await writeOutgoing(
    ctx.database.read,
    { cause: job.cause, activity, senderId: author.id, orderingKey: post.uri, inboxes },
    ctx.clock(),
  );
}
