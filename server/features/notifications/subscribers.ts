// What people are told when others act, and what is taken back when they undo it.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { severancesByIds } from '#server/features/graph/queries/severances.ts';
import { isPollOver } from '#server/features/posts/policy/poll.ts';
import { findPost, type PostView } from '#server/features/posts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { together } from '#server/platform/together.ts';
import { tell } from './service/tell.ts';
import { untell, untellAll, untellEachOther, untellServer } from './service/untell.ts';

/** A post that was found long after it was made is no news to anybody. */
const newsworthyMs = 7 * 24 * 60 * 60 * 1000;

/** Tells of a mention or answer, of a boost, and those who asked to hear of each post of its author. */
export async function tellOfPost(ctx: AppContext, { postId }: Events['post.created']): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post === null || ctx.clock().getTime() - post.createdAt.getTime() > newsworthyMs) return;
  if (post.boostOfId !== null) {
    const recipients = sql`select account_id as id from posts where id = ${post.boostOfId}`;
    await tell(ctx, { kind: 'boost', fromId: post.accountId, postId: post.boostOfId, recipients, at: post.createdAt });
    return;
  }
  await tellMentioned(ctx, post, post.createdAt);
  await tellQuoted(ctx, post);
  if (post.inReplyToUri !== null && post.inReplyToAccountId !== post.accountId) return;
  if ((await isAwaited(ctx, post.accountId)) !== true) return;
  const recipients = sql`
    select f.follower_id as id from follows f
    where f.followee_id = ${post.accountId} and f.state = 'accepted' and f.notify
      and (${post.language}::text is null or f.languages is null or jsonb_exists(f.languages, ${post.language}::text))
      and not exists (select from mentions m where m.post_id = ${postId} and m.account_id = f.follower_id)`;
  await tell(ctx, { kind: 'post', fromId: post.accountId, postId, recipients, at: post.createdAt });
}

/** Whether somebody asked to hear of each post of an account; those that are asked for at the same moment cost one statement. */
const isAwaited = together(async (ctx: AppContext, accountIds: string[]) => {
  const { rows } = await sql<{ id: string }>`select id from unnest(${accountIds}::bigint[]) as author (id)
    where exists (select from follows f where f.followee_id = author.id and f.state = 'accepted' and f.notify)`.execute(
    ctx.database.read,
  );
  return new Map(rows.map(({ id }) => [id, true]));
});

/** Tells those who boosted a post that it now says something else, and those whom it mentions for the first time. */
export async function tellOfEdit(ctx: AppContext, { postId }: Events['post.edited']): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post === null || post.editedAt === null) return;
  await tellMentioned(ctx, post, post.editedAt);
  await tellQuoting(ctx, post, post.editedAt);
  await untell(ctx, { kinds: ['edit'], fromId: post.accountId, postId, before: post.editedAt });
  const recipients = sql`select account_id as id from posts where boost_of_id = ${postId}`;
  await tell(ctx, { kind: 'edit', fromId: post.accountId, postId, recipients, at: post.editedAt });
}

/** Tells a post's author that somebody likes it, if they still do. */
export async function tellOfLike(ctx: AppContext, { postId, accountId }: Events['post.liked']): Promise<void> {
  const recipients = sql`select p.account_id as id from posts p join likes l on l.post_id = p.id
    where p.id = ${postId} and l.account_id = ${accountId}`;
  await tell(ctx, { kind: 'like', fromId: accountId, postId, recipients });
}

/** Takes back the news of a like, unless it was given again. */
export async function untellLike(ctx: AppContext, { postId, accountId }: Events['post.unliked']): Promise<void> {
  const { rows } = await sql`select from likes where post_id = ${postId} and account_id = ${accountId}`.execute(
    ctx.database.read,
  );
  if (rows.length === 0) await untell(ctx, { kinds: ['like'], fromId: accountId, postId });
}

/** Tells a post's author of a reaction that still stands. A second emoji of the same person is no news. */
export async function tellOfReaction(ctx: AppContext, event: Events['post.reacted']): Promise<void> {
  const { reactionId, postId, accountId } = event;
  const recipients = sql`select p.account_id as id from posts p join reactions r on r.post_id = p.id
    where p.id = ${postId} and r.id = ${reactionId}`;
  await tell(ctx, { kind: 'reaction', fromId: accountId, postId, recipients });
}

/** Takes back the news of reactions, when none by that person is left. */
export async function untellReaction(ctx: AppContext, event: Events['post.unreacted']): Promise<void> {
  const { postId, accountId } = event;
  const { rows } =
    await sql`select from reactions where post_id = ${postId} and account_id = ${accountId} limit 1`.execute(
      ctx.database.read,
    );
  if (rows.length === 0) await untell(ctx, { kinds: ['reaction'], fromId: accountId, postId });
}

/** Takes back the news of a boost, unless it was given again. News of a deleted post goes with the post. */
export async function untellPost(ctx: AppContext, { boostOfId, accountId }: Events['post.deleted']): Promise<void> {
  if (boostOfId === null) return;
  const { rows } = await sql`select from posts where boost_of_id = ${boostOfId} and account_id = ${accountId}`.execute(
    ctx.database.read,
  );
  if (rows.length === 0) await untell(ctx, { kinds: ['boost'], fromId: accountId, postId: boostOfId });
}

/** Tells the author and those who voted that a poll has ended; nobody when its end was moved. */
export async function tellOfPollEnd(ctx: AppContext, { postId }: Events['poll.closed']): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post === null || post.poll === null || !isPollOver(post.poll, ctx.clock())) return;
  const recipients = sql`select account_id as id from poll_votes where post_id = ${postId}
    union select ${post.accountId}::bigint`;
  await tell(ctx, { kind: 'poll', fromId: post.accountId, postId, recipients, ownToo: true });
}

/** Tells a locked account that somebody asks to follow it. */
export async function tellOfRequest(
  ctx: AppContext,
  { followerId, followeeId }: Events['follow.requested'],
): Promise<void> {
  const recipients = sql`select followee_id as id from follows
    where follower_id = ${followerId} and followee_id = ${followeeId} and state = 'pending'`;
  await tell(ctx, { kind: 'follow_request', fromId: followerId, postId: null, recipients });
}

/** Tells an account of a new follower; whoever let them in by hand knows it already. */
export async function tellOfFollow(
  ctx: AppContext,
  { followerId, followeeId }: Events['follow.accepted'],
): Promise<void> {
  await untell(ctx, { kinds: ['follow_request'], fromId: followerId, accountId: followeeId });
  const recipients = sql`select f.followee_id as id from follows f join accounts a on a.id = f.followee_id
    where f.follower_id = ${followerId} and f.followee_id = ${followeeId} and f.state = 'accepted' and not a.locked`;
  await tell(ctx, { kind: 'follow', fromId: followerId, postId: null, recipients });
}

/** Takes back the news of a follow or a request that ended, unless it was made again. */
export async function untellFollow(
  ctx: AppContext,
  { followerId, followeeId }: { followerId: string; followeeId: string },
): Promise<void> {
  const { rows } =
    await sql`select from follows where follower_id = ${followerId} and followee_id = ${followeeId}`.execute(
      ctx.database.read,
    );
  if (rows.length === 0)
    await untell(ctx, { kinds: ['follow', 'follow_request'], fromId: followerId, accountId: followeeId });
}

/** Nothing of each other is left in the notifications of two people of whom one blocks the other. */
export async function untellBlocked(ctx: AppContext, { blockerId, blockedId }: Events['block.created']): Promise<void> {
  const { rows } = await sql`select from blocks where blocker_id = ${blockerId} and blocked_id = ${blockedId}`.execute(
    ctx.database.read,
  );
  if (rows.length === 0) return;
  await untellEachOther(ctx, blockerId, blockedId);
}

/** Nothing by people of a server that the reader blocks is left. */
export async function untellDomain(ctx: AppContext, { accountId, domain }: Events['domain.blocked']): Promise<void> {
  const { rows } = await sql`select from domain_blocks where account_id = ${accountId} and domain = ${domain}`.execute(
    ctx.database.read,
  );
  if (rows.length > 0) await untellServer(ctx, accountId, domain);
}

/** Tells the author of a post that it is quoted with their leave, when that came later than the quote. */
export async function tellOfQuote(ctx: AppContext, { postId }: Events['quote.changed']): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post !== null && ctx.clock().getTime() - post.createdAt.getTime() <= newsworthyMs) await tellQuoted(ctx, post);
}

/** Tells the author of a post that it is quoted. */
async function tellQuoted(ctx: AppContext, post: PostView): Promise<void> {
  if (post.quote === null || post.quote.accountId === null || post.quote.state !== 'accepted') return;
  const recipients = sql`select ${post.quote.accountId}::bigint as id`;
  await tell(ctx, { kind: 'quote', fromId: post.accountId, postId: post.id, recipients, at: post.createdAt });
}

/** Tells those who quote a post that it says something else; each edit once. */
async function tellQuoting(ctx: AppContext, post: PostView, at: Date): Promise<void> {
  await untell(ctx, { kinds: ['quoted_edit'], fromId: post.accountId, postId: post.id, before: at });
  const recipients = sql`select p.account_id as id from quotes q join posts p on p.id = q.post_id
    where q.quoted_id = ${post.id} and q.state = 'accepted'`;
  await tell(ctx, { kind: 'quoted_edit', fromId: post.accountId, postId: post.id, recipients, at });
}

/** Nothing by, and nothing for, an account that was deleted is left. */
export async function untellGone(ctx: AppContext, { accountId }: Events['account.removed']): Promise<void> {
  await untellAll(ctx, accountId);
}

/** Whom the text names and whom it answers: answers are mentions too. */
async function tellMentioned(ctx: AppContext, post: PostView, at: Date): Promise<void> {
  const isToUs = post.mentions.some(({ domain, silent }) => domain === null && !silent);
  if (!isToUs && post.inReplyToAccountId === null) return;
  const recipients = sql`
    select account_id as id from mentions where post_id = ${post.id} and not silent
    union select ${post.inReplyToAccountId}::bigint`;
  await tell(ctx, { kind: 'mention', fromId: post.accountId, postId: post.id, recipients, at });
}

/** Tells people that a server was blocked, and which follows it took along. */
export async function tellOfSeverance(ctx: AppContext, { severanceIds }: Events['follows.severed']): Promise<void> {
  for (const { id, accountId } of await severancesByIds(ctx, severanceIds)) {
    const recipients = sql`select ${accountId}::bigint as id`;
    await tell(ctx, { kind: 'severed', fromId: accountId, postId: null, severanceId: id, recipients, ownToo: true });
  }
}
