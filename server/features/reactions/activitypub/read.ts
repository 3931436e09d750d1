// What other servers send as a reaction: EmojiReact (FEP-c0e0, Akkoma, Pleroma) and Misskey's Like with an emoji in it.
import type { RemoteEmoji } from '#server/features/emojis/entities.ts';
import { readEmojis } from '#server/features/emojis/activitypub.ts';
import { asText, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { canonicalEmoji, readCustomName, type CustomName } from '../policy.ts';

/** An emoji, or a custom one with the picture that came with it. */
export type RemoteReaction = { unicode: string } | { custom: CustomName; picture: RemoteEmoji | null };

/** Words that Misskey sent before it sent emoji. */
const former: Readonly<Record<string, string>> = {
  like: '👍',
  love: '❤️',
  laugh: '😆',
  hmm: '🤔',
  surprise: '😮',
  congrats: '🎉',
  angry: '💢',
  confused: '😥',
  rip: '😇',
  pudding: '🍮',
  star: '⭐',
};

/** What Misskey and its relatives send when somebody just likes. */
const likes: ReadonlySet<string> = new Set(['❤️', '♥️', '⭐']);

/** The reaction in a Like or EmojiReact; 'like' for a plain one; null for what nobody can show. */
export function readReaction(json: Json): RemoteReaction | 'like' | null {
  const isLike = typeOf(json) === 'Like';
  const given = asText(json['content']) ?? asText(json['_misskey_reaction']) ?? (isLike ? null : asText(json['name']));
  const text = given?.trim() ?? '';
  const unicode = canonicalEmoji(Object.hasOwn(former, text) ? (former[text] ?? text) : text);
  if (unicode !== null) return isLike && likes.has(unicode) ? 'like' : { unicode };
  const custom = readCustomName(text);
  // A word without colons is no emoji; a Like that brings one, or any other text, is a like.
  if (custom === null || !text.startsWith(':') || !text.endsWith(':')) return isLike ? 'like' : null;
  const pictures = readEmojis(json['tag']);
  const names = new Set([custom.shortcode, text.slice(1, -1)]);
  return { custom, picture: pictures.find(({ shortcode }) => names.has(shortcode)) ?? null };
}
