// Our custom emoji: all of them, kept in memory by every process until one changes.
import type { AppContext } from '#server/context.ts';
import type { Fragments } from '#server/platform/fragments.ts';
import type { EmojiReference, OwnEmoji } from './entities.ts';
import { emojiLimits, shortcodesIn } from './policy.ts';

export interface EmojiView {
  id: string;
  shortcode: string;
  category: string | null;
  file: string;
  still: string;
  inPicker: boolean;
  disabled: boolean;
  /** ISO 8601. */
  updatedAt: string;
}

/** Where the list of all is kept as text. */
export const emojisFragment = 'custom-emojis';

interface Kept {
  text: string;
  all: EmojiView[];
  usable: Map<string, EmojiView>;
}

const kept = new WeakMap<Fragments, Kept>();

async function readAll({ database, fragments }: AppContext): Promise<Kept> {
  const since = fragments.mark();
  const text = fragments.get(emojisFragment);
  const known = kept.get(fragments);
  if (known !== undefined && known.text === text) return known;
  const all: EmojiView[] = text === undefined ? await selectAll(database) : JSON.parse(text);
  const usable = new Map(all.filter(({ disabled }) => !disabled).map((emoji) => [emoji.shortcode, emoji]));
  const read = { text: text ?? JSON.stringify(all), all, usable };
  if (text === undefined) fragments.set(emojisFragment, read.text, since);
  kept.set(fragments, read);
  return read;
}

async function selectAll(database: AppContext['database']): Promise<EmojiView[]> {
  const rows = await database.read.selectFrom('custom_emojis').selectAll().orderBy('shortcode').execute();
  return rows.map(({ id, shortcode, category, file, still, in_picker: inPicker, disabled, updated_at: updatedAt }) => ({
    id,
    shortcode,
    category,
    file,
    still,
    inPicker,
    disabled,
    updatedAt: updatedAt.toISOString(),
  }));
}

/** All of ours by their shortcode, also those that nobody may use. */
export async function listEmojis(ctx: AppContext): Promise<readonly EmojiView[]> {
  return (await readAll(ctx)).all;
}

/** One of ours by its id, or null. */
export async function findEmoji(ctx: AppContext, id: string): Promise<EmojiView | null> {
  return (await listEmojis(ctx)).find((emoji) => emoji.id === id) ?? null;
}

/** One of ours that may be used, by its shortcode in that very spelling, or null. */
export async function findUsableEmoji(ctx: AppContext, shortcode: string): Promise<OwnEmoji | null> {
  const emoji = (await readAll(ctx)).usable.get(shortcode);
  return emoji === undefined ? null : referenceTo(emoji);
}

/** Those of ours that texts of ours name. Texts without a colon ask nobody. */
export async function emojisIn(ctx: AppContext, texts: readonly string[]): Promise<EmojiReference[]> {
  const shortcodes = shortcodesIn(texts);
  if (shortcodes.length === 0) return [];
  const { usable } = await readAll(ctx);
  return shortcodes
    .flatMap((shortcode) => usable.get(shortcode) ?? [])
    .slice(0, emojiLimits.inText)
    .map(referenceTo);
}

function referenceTo({ id, shortcode, file, still }: EmojiView): OwnEmoji {
  return { shortcode, own: { id, file, still } };
}
