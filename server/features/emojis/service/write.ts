// What the staff does with the emoji of this server: add, change, remove.
import { randomBytes } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { makeEmoji } from '#server/platform/media/pictures-emoji.ts';
import { cleanName } from '#server/platform/text.ts';
import { isId } from '#server/platform/ids.ts';
import { emojiLimits, isShortcode } from '../policy.ts';
import { emojisFragment } from '../queries.ts';

export interface NewEmoji {
  shortcode: string;
  picture: Buffer;
  category?: string | null;
  inPicker?: boolean;
}

/** What may change; absent means: stays. */
export interface EmojiChange {
  shortcode?: string;
  /** Null or blank: none. */
  category?: string | null;
  inPicker?: boolean;
  disabled?: boolean;
}

/**
 * Adds an emoji and returns its id.
 * @throws {Invalid} when the shortcode is none or taken, there are too many, or the picture cannot be shown
 */
export async function addEmoji(ctx: AppContext, emoji: NewEmoji): Promise<string> {
  checkShortcode(emoji.shortcode);
  const category = checkCategory(emoji.category);
  if (emoji.picture.length > emojiLimits.upload)
    throw refusal('image', 'ERR_TOO_LONG', `image is too large (at most ${emojiLimits.upload / 1024 / 1024} MB)`);
  const made = await makeEmoji(emoji.picture);
  const id = ctx.newId();
  const keyOf = (role: string): string => `emojis/${id}/${role}-${randomBytes(16).toString('hex')}.webp`;
  const file = keyOf('picture');
  const still = made.still === null ? file : keyOf('still');
  await ctx.files.put(file, made.picture, 'image/webp');
  try {
    if (made.still !== null) await ctx.files.put(still, made.still, 'image/webp');
    await ctx.database.write(async (tx) => {
      await checkRoom(tx);
      await refuseTaken(tx, emoji.shortcode, null);
      const now = ctx.clock();
      const row = { id, shortcode: emoji.shortcode, category, file, still, in_picker: emoji.inPicker ?? true };
      await tx.sql
        .insertInto('custom_emojis')
        .values({ ...row, disabled: false, created_at: now, updated_at: now })
        .execute();
      await tx.emit('emoji.changed', { emojiId: id });
    });
  } catch (error) {
    for (const key of new Set([file, still])) await ctx.files.delete(key);
    throw error;
  }
  await ctx.fragments.drop([emojisFragment]);
  return id;
}

/** Changes an emoji. What was written with it stays as it is. @throws {NotFound} @throws {Invalid} as `addEmoji` */
export async function changeEmoji(ctx: AppContext, id: string, change: EmojiChange): Promise<void> {
  const { shortcode, inPicker, disabled } = change;
  if (shortcode !== undefined) checkShortcode(shortcode);
  const category = change.category === undefined ? undefined : checkCategory(change.category);
  await ctx.database.write(async (tx) => {
    if (shortcode !== undefined) await lockShortcodes(tx);
    await hold(tx, id);
    if (shortcode !== undefined) await refuseTaken(tx, shortcode, id);
    await tx.sql
      .updateTable('custom_emojis')
      .set({
        updated_at: ctx.clock(),
        ...(shortcode === undefined ? {} : { shortcode }),
        ...(category === undefined ? {} : { category }),
        ...(inPicker === undefined ? {} : { in_picker: inPicker }),
        ...(disabled === undefined ? {} : { disabled }),
      })
      .where('id', '=', id)
      .execute();
    await tx.emit('emoji.changed', { emojiId: id });
  });
  await ctx.fragments.drop([emojisFragment]);
}

/** Deletes an emoji for good, with its pictures: texts that show it show its shortcode from then on. @throws {NotFound} */
export async function removeEmoji(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const { file, still } = await hold(tx, id);
    await tx.sql.deleteFrom('custom_emojis').where('id', '=', id).execute();
    await tx.emit('emoji.changed', { emojiId: id });
    await tx.emit('emoji.removed', { emojiId: id, keys: [...new Set([file, still])] });
  });
  await ctx.fragments.drop([emojisFragment]);
}

async function hold(tx: Transaction, id: string): Promise<{ file: string; still: string }> {
  const row = isId(id)
    ? await tx.sql
        .selectFrom('custom_emojis')
        .select(['file', 'still'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw new NotFound('Record not found');
  return row;
}

/** One at a time takes a name or a place, so that what is free when it is looked at is free when it is written. */
async function lockShortcodes(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('custom_emojis', 0))`.execute(tx.sql);
}

async function checkRoom(tx: Transaction): Promise<void> {
  await lockShortcodes(tx);
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from custom_emojis`.execute(tx.sql);
  if ((rows[0]?.count ?? 0) >= emojiLimits.count)
    throw new Invalid(`There may be at most ${emojiLimits.count} emoji; delete some first`);
}

async function refuseTaken(tx: Transaction, shortcode: string, besides: string | null): Promise<void> {
  const { rows } = await sql`select from custom_emojis where lower(shortcode) = lower(${shortcode})
    and id is distinct from ${besides}::bigint`.execute(tx.sql);
  if (rows.length > 0) throw refusal('shortcode', 'ERR_TAKEN', `the shortcode ${shortcode} is taken`);
}

function checkShortcode(shortcode: string): void {
  if (isShortcode(shortcode)) return;
  throw refusal('shortcode', 'ERR_INVALID', 'the shortcode must be 2 to 50 letters (a to z), digits or underscores');
}

function checkCategory(category: string | null | undefined): string | null {
  const clean = cleanName(category ?? '', 1000);
  if (Array.from(clean).length > emojiLimits.category)
    throw refusal('category', 'ERR_TOO_LONG', `the category is too long (at most ${emojiLimits.category} characters)`);
  return clean === '' ? null : clean;
}

function refusal(field: string, error: 'ERR_INVALID' | 'ERR_TAKEN' | 'ERR_TOO_LONG', description: string): Invalid {
  return new Invalid(`Validation failed: ${description}`, { details: { [field]: [{ error, description }] } });
}
