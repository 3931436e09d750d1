// What one can react with, and how often.
import { isShortcode } from '#server/features/emojis/policy.ts';

export const reactionLimits = {
  /** Different emoji on one post; more are refused. */
  kinds: 50,
  /** Of one person on one post. */
  each: 10,
};

/** An emoji of ours or of another server by its name; `domain` is null for ours, or where nobody says. */
export interface CustomName {
  shortcode: string;
  domain: string | null;
}

const whole = new RegExp('^\\p{RGI_Emoji}$', 'v');
/** What may stand in emoji that are newer than this server's tables. */
const parts = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{fe0f}|\u{200d}|[\u{e0020}-\u{e007f}])+$/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The emoji in its full spelling, so that `❤` and `❤️` are one; null for what is no single emoji.
 * @see https://www.unicode.org/reports/tr51/#def_fully_qualified_emoji
 */
export function canonicalEmoji(text: string): string | null {
  if (text.length > 64) return null;
  if (whole.test(text)) return text;
  const bare = text.replaceAll(/[\u{fe0e}\u{fe0f}]/gu, '');
  const full = Array.from(bare).map(qualified).join('');
  const found = [bare, full].find((spelling) => whole.test(spelling));
  if (found !== undefined) return found;
  const isOne =
    parts.test(text) && /^\p{Extended_Pictographic}/u.test(text) && [...graphemes.segment(text)].length === 1;
  return isOne ? text : null;
}

/** A character that would be shown as text gets the mark that makes it an emoji, unless what follows does so. */
function qualified(character: string, place: number, all: string[]): string {
  const isPlain = /\p{Emoji}/u.test(character) && !/\p{Emoji_Presentation}/u.test(character);
  return isPlain && !/\p{Emoji_Modifier}/u.test(all[place + 1] ?? '') ? `${character}\u{fe0f}` : character;
}

/** What a client or server calls a custom emoji: `cat`, `:cat:`, `cat@host`, `:cat@host:`, and Misskey's `:cat@.:` for one's own. */
export function readCustomName(text: string): CustomName | null {
  const [, shortcode = '', host] = /^:?([\w-]{1,100})(?:@([\w.:-]{0,252}[\w.-]))?:?$/u.exec(text) ?? [];
  if (shortcode === '') return null;
  return { shortcode, domain: host === undefined || host === '.' ? null : host.toLowerCase() };
}

/** The name of a custom emoji as it is kept. */
export function customName({ shortcode, domain }: CustomName): string {
  return domain === null ? shortcode : `${shortcode}@${domain}`;
}

/** True for what a name of ours can be. */
export const isOwnName = (name: CustomName): boolean => name.domain === null && isShortcode(name.shortcode);
