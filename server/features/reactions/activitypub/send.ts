// Telling the author of a post elsewhere what one of ours reacted with. EmojiReact is what FEP-c0e0 asks for and what Akkoma, Pleroma
// and Misskey read; Mastodon passes it over, where a Like would count as a favourite that nobody gave.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { inboxesOfAccounts } from '#server/features/accounts/activitypub/inboxes.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { emojiTags } from '#server/features/emojis/activitypub.ts';
import { findPost, type PostView } from '#server/features/posts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { reactionContext } from '#server/platform/fediverse/vocabulary.ts';
import { findReaction } from '../queries.ts';
import type { Chosen } from '../service/react.ts';

interface Job {
  cause: string;
}

interface Sides {
  reactor: AccountView;
  author: AccountView;
  post: PostView;
}

/** Tells the author's server of a reaction that still stands. */
export async function sendReaction(ctx: AppContext, event: Events['post.reacted'], job: Job): Promise<void> {
  const sides = await findSides(ctx, event);
  const reaction = sides === null ? null : await findReaction(ctx, event.reactionId);
  if (sides === null || reaction === null) return;
  const activity = reactionActivity(ctx, event.reactionId, sides, reaction);
  await ctx.database.write(async (tx) => {
    const { rows } = await sql`select from reactions where id = ${event.reactionId} for share`.execute(tx.sql);
    if (rows.length > 0) await writeOutgoing(tx.sql, outgoing(job, activity, sides), ctx.clock());
  });
}

/** Tells it that the reaction was taken back. */
export async function sendUndoReaction(ctx: AppContext, event: Events['post.unreacted'], job: Job): Promise<void> {
  const sides = await findSides(ctx, event);
  if (sides === null) return;
  const { '@context': context, ...object } = reactionActivity(ctx, event.reactionId, sides, event);
  const activity = {
    '@context': context,
    id: addresses(ctx.config).activity(`undo/${event.reactionId}`),
    type: 'Undo',
    actor: sides.reactor.uri,
    to: [sides.author.uri],
    object,
  };
  await writeOutgoing(ctx.database.read, outgoing(job, activity, sides), ctx.clock());
}

function reactionActivity(ctx: AppContext, id: string, { reactor, author, post }: Sides, chosen: Chosen): Json {
  const { name, emoji } = chosen;
  const content = emoji === null ? name : `:${emoji.shortcode}:`;
  return {
    '@context': reactionContext,
    id: addresses(ctx.config).reaction(id),
    type: 'EmojiReact',
    actor: reactor.uri,
    object: post.uri,
    content,
    _misskey_reaction: content,
    ...(emoji === null ? {} : { tag: emojiTags(ctx.config, [emoji]) }),
    to: [author.uri],
  };
}

/** A reaction and its undoing reach a server in their order. */
function outgoing(job: Job, activity: Json, { reactor, author, post }: Sides) {
  return {
    cause: job.cause,
    activity,
    senderId: reactor.id,
    orderingKey: `reaction:${reactor.id}:${post.id}`,
    inboxes: inboxesOfAccounts([author.id]),
  };
}

/** A reaction by one of ours to a post of one of theirs. */
async function findSides(ctx: AppContext, event: { accountId: string; postId: string }): Promise<Sides | null> {
  const post = await findPost(ctx, event.postId);
  if (post === null || post.local) return null;
  const [reactor, author] = await Promise.all([findAccount(ctx, event.accountId), findAccount(ctx, post.accountId)]);
  return reactor !== null && reactor.domain === null && author !== null ? { reactor, author, post } : null;
}
