// Reactions of other servers and their undoing. Whoever signed is the only one believed, and only about their own.
import type { AppContext } from '#server/context.ts';
import { drop, type Effect, type Incoming } from '#server/features/accounts/activitypub/receive.ts';
import type { AccountView } from '#server/features/accounts/queries.ts';
import { findUsableEmoji } from '#server/features/emojis/queries.ts';
import { findSubject, receiveLike, undoLike, type Undone } from '#server/features/posts/activitypub/receive-acts.ts';
import { findVisibleSubject, type PostView } from '#server/features/posts/queries.ts';
import { wasBuried } from '#server/features/posts/service/import.ts';
import { asObject, asOnlyId } from '#server/platform/fediverse/json.ts';
import { customName } from '../policy.ts';
import { findOwnReaction } from '../queries.ts';
import { addReaction, removeReaction, type Chosen } from '../service/react.ts';
import { readReaction, type RemoteReaction } from './read.ts';

/** A Like, with or without an emoji, or an EmojiReact. */
export async function receiveReaction(ctx: AppContext, incoming: Incoming): Promise<Effect> {
  const { id, json, actor } = incoming;
  const reaction = readReaction(json);
  if (reaction === 'like') return receiveLike(ctx, incoming);
  if (reaction === null) return drop('unknown_emoji');
  const subject = await findSubject(ctx, asOnlyId(json['object']));
  if (subject === null) return drop('unknown_object');
  return async (ctx) => {
    if (await wasBuried(ctx, id, actor.uri)) return 'undone';
    const post = await findVisibleSubject(ctx, actor.id, subject.id);
    if (post === null) return 'unknown_object';
    const chosen = await nameFor(ctx, post, actor, reaction);
    if (chosen === null) return 'unknown_emoji';
    await addReaction(ctx, post, { ...chosen, accountId: actor.id, uri: id });
    return 'done';
  };
}

/**
 * Under which name a reaction counts. A custom emoji belongs to the server that sent it, whatever it says about others; one
 * with the very picture of an emoji of ours, or of one that the post has already, joins that.
 */
async function nameFor(
  ctx: AppContext,
  post: PostView,
  actor: AccountView,
  reaction: RemoteReaction,
): Promise<Chosen | null> {
  if ('unicode' in reaction) return { name: reaction.unicode, emoji: null };
  const { shortcode } = reaction.custom;
  const name = customName({ shortcode, domain: actor.domain });
  const { picture } = reaction;
  const present = post.reactions.find((one) => one.name === name);
  if (picture === null) return present === undefined ? null : { name, emoji: present.emoji };
  const own = await findUsableEmoji(ctx, shortcode);
  if (own !== null && ctx.media.file(own.own.file) === picture.url) return { name: shortcode, emoji: own };
  const same = post.reactions.find(
    ({ emoji }) => emoji !== null && !('own' in emoji) && emoji.shortcode === shortcode && emoji.url === picture.url,
  );
  return { name: same?.name ?? name, emoji: { shortcode, url: picture.url } };
}

/** A Like or an EmojiReact is taken back: the reaction of that address, or with that emoji; else a like. */
export async function undoReaction(ctx: AppContext, incoming: Incoming, undone: Undone): Promise<Effect> {
  const { actor, json } = incoming;
  const embedded = asObject(json['object']);
  const reaction = embedded === null ? 'like' : readReaction(embedded);
  const like = await undoLike(ctx, incoming, undone);
  return async (ctx) => {
    const byUri = undone.uri === null ? null : await findOwnReaction(ctx, actor.id, { uri: undone.uri });
    const found = byUri ?? (await findNamed(ctx, actor, undone, reaction));
    if (found === null) return reaction === 'like' ? like(ctx) : 'unknown_object';
    await removeReaction(ctx, found);
    return 'done';
  };
}

async function findNamed(
  ctx: AppContext,
  actor: AccountView,
  undone: Undone,
  reaction: ReturnType<typeof readReaction>,
): ReturnType<typeof findOwnReaction> {
  if (reaction === null || reaction === 'like') return null;
  const post = await findSubject(ctx, undone.object);
  if (post === null) return null;
  const names =
    'unicode' in reaction
      ? [reaction.unicode]
      : [customName({ ...reaction.custom, domain: actor.domain }), customName(reaction.custom)];
  return findOwnReaction(ctx, actor.id, { postId: post.id, names });
}
