// Custom emoji of this server, and how texts refer to them and to those of others.
import { defineEntity, p } from '@mikro-orm/core';

/** One of another server, as it came with the text that shows it. */
export interface RemoteEmoji {
  shortcode: string;
  /** Where its picture is. */
  url: string;
}

/** One of ours: its row and the keys of its pictures, which never change. */
export interface OwnEmoji {
  shortcode: string;
  own: { id: string; file: string; still: string };
}

/** A custom emoji that a name, biography, post or reaction may show as `:shortcode:`. */
export type EmojiReference = RemoteEmoji | OwnEmoji;

/** How often people reacted to a post with one emoji: itself, `shortcode` of one of ours, or `shortcode@host`. */
export interface ReactionCount {
  name: string;
  count: number;
  /** The picture of a custom one. */
  emoji: EmojiReference | null;
}

export const CustomEmojiSchema = defineEntity({
  name: 'CustomEmoji',
  tableName: 'custom_emojis',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    shortcode: p.text(),
    /** Under which heading pickers show it; null: under none. */
    category: p.text().nullable(),
    /** Key of its picture in the files port, and of one that stands still: the same where it does not move. */
    file: p.text(),
    still: p.text(),
    /** Pickers offer it. Who knows its shortcode may use it either way. */
    inPicker: p.boolean().default(true),
    /** Nobody may use it any more; what was written with it still shows it. */
    disabled: p.boolean().default(false),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  uniques: [
    {
      name: 'custom_emojis_shortcode',
      expression: 'create unique index custom_emojis_shortcode on custom_emojis (lower(shortcode))',
    },
  ],
});
export class CustomEmoji extends CustomEmojiSchema.class {}
CustomEmojiSchema.setClass(CustomEmoji);
