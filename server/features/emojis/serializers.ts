// Custom emoji as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import type { MediaAddresses } from '#server/platform/files/address.ts';
import type { EmojiReference } from './entities.ts';
import type { EmojiView } from './queries.ts';

/** @see https://docs.joinmastodon.org/entities/CustomEmoji/ */
export const CustomEmojiSchema = Type.Object({
  shortcode: Type.String(),
  url: Type.String(),
  static_url: Type.String({ description: 'The same picture without its movement' }),
  visible_in_picker: Type.Boolean(),
  category: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
export type MastodonCustomEmoji = Static<typeof CustomEmojiSchema>;

/** One in a text. */
export interface MastodonEmoji {
  shortcode: string;
  url: string;
  static_url: string;
  visible_in_picker: boolean;
}

/** What addresses of pictures are made of. */
interface Places {
  media: Pick<MediaAddresses, 'file' | 'remote'>;
}

/** Where the picture of an emoji is fetched, moving and still: always from this server. */
export function emojiAddresses(emoji: EmojiReference, { media }: Places): { url: string; static_url: string } {
  return 'own' in emoji
    ? { url: media.file(emoji.own.file), static_url: media.file(emoji.own.still) }
    : { url: media.remote(emoji.url, 'emoji'), static_url: media.remote(emoji.url, 'emoji-still') };
}

/** Custom emoji that a text refers to by `:shortcode:`; each stands still under its second address. */
export function serializeEmojis(emojis: readonly EmojiReference[], places: Places): MastodonEmoji[] {
  return emojis.map((emoji) => ({
    shortcode: emoji.shortcode,
    ...emojiAddresses(emoji, places),
    visible_in_picker: false,
  }));
}

/** One of ours, for pickers. */
export function serializeCustomEmoji(emoji: EmojiView, { media }: Places): MastodonCustomEmoji {
  return {
    shortcode: emoji.shortcode,
    url: media.file(emoji.file),
    static_url: media.file(emoji.still),
    visible_in_picker: emoji.inPicker,
    category: emoji.category,
  };
}

/** One of ours, for the staff. */
export const StaffEmojiSchema = Type.Object({
  id: Type.String(),
  shortcode: Type.String(),
  category: Type.Union([Type.String(), Type.Null()]),
  url: Type.String(),
  static_url: Type.String(),
  visible_in_picker: Type.Boolean(),
  disabled: Type.Boolean({ description: 'Nobody may use it any more' }),
  updated_at: Type.String({ format: 'date-time' }),
});
export type StaffEmoji = Static<typeof StaffEmojiSchema>;

export function serializeStaffEmoji(emoji: EmojiView, places: Places): StaffEmoji {
  const { shortcode, url, static_url, visible_in_picker } = serializeCustomEmoji(emoji, places);
  const { id, category, disabled, updatedAt: updated_at } = emoji;
  return { id, shortcode, category, url, static_url, visible_in_picker, disabled, updated_at };
}
