// Reactions under a post in the form of Pleroma and Akkoma, which clients of Mastodon's API that show reactions read.
import { Type, type Static } from 'typebox';
import { emojiAddresses } from '#server/features/emojis/serializers.ts';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import type { ReactionCount } from '#server/features/emojis/entities.ts';

/** What addresses of pictures are made of. */
export interface ReactionPlaces {
  media: Pick<MediaAddresses, 'file' | 'remote'>;
}

const address = Type.Union([Type.String(), Type.Null()], { description: 'The picture of a custom one' });

export const EmojiReactionSchema = Type.Object({
  name: Type.String({ description: 'The emoji, `shortcode` of one of this server, or `shortcode@host`' }),
  count: Type.Integer(),
  me: Type.Boolean({ description: 'The reader is among them' }),
  url: address,
  static_url: address,
});
export type EmojiReaction = Static<typeof EmojiReactionSchema>;

/** The reactions; `own` are the names of those that the reader gave. */
export function serializeReactions(
  reactions: readonly ReactionCount[],
  own: readonly string[],
  places: ReactionPlaces,
): EmojiReaction[] {
  return reactions.map(({ name, count, emoji }) => ({
    name,
    count,
    me: own.includes(name),
    ...(emoji === null ? { url: null, static_url: null } : emojiAddresses(emoji, places)),
  }));
}
