// bin/rookery emoji …: the custom emoji of this server, one by one or a folder at once.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Command } from 'commander';
import type { AppContext } from '#server/context.ts';
import { emojiLimits } from '#server/features/emojis/policy.ts';
import { listEmojis, type EmojiView } from '#server/features/emojis/queries.ts';
import { addEmoji, removeEmoji } from '#server/features/emojis/service/write.ts';
import { Failure, Invalid, NotFound } from '#server/platform/errors.ts';
import { answering, table } from './terminal.ts';
import { withContext } from './with-context.ts';

interface Wishes {
  category?: string;
  hidden?: boolean;
}

const categoryHelp = 'the heading under which pickers show it';
const hiddenHelp = 'do not offer it in pickers';

/** Adds the commands of this group. */
export function addEmojiCommands(program: Command): void {
  const emoji = program.command('emoji').description('Custom emoji of this server: add, list, remove, import.');
  answering(
    emoji
      .command('add <shortcode> <file>')
      .description('Adds an emoji: PNG, GIF, WebP, JPEG or AVIF. People write it as :shortcode:.')
      .option('--category <name>', categoryHelp)
      .option('--hidden', hiddenHelp),
    add,
  );
  answering(emoji.command('list').description('Lists all emoji by their shortcode.'), list);
  answering(
    emoji
      .command('remove <shortcode>')
      .description('Deletes an emoji with its picture; posts that show it show its shortcode from then on.'),
    remove,
  );
  answering(
    emoji
      .command('import <folder>')
      .description(
        'Adds an emoji for each picture in a folder, called as its file. Shortcodes that are taken stay as they are. ' +
          'Exit code 1 when a picture is not taken.',
      )
      .option('--category <name>', categoryHelp)
      .option('--hidden', hiddenHelp),
    importFolder,
  );
}

async function add(shortcode: string, file: string, { category, hidden }: Wishes) {
  const picture = await readPicture(file);
  const id = await withContext((ctx) => addEmoji(ctx, { shortcode, picture, category, inPicker: hidden !== true }));
  return { json: { id, shortcode }, lines: [`Added :${shortcode}:.`] };
}

async function list() {
  const emojis = await withContext(listEmojis);
  const rows = emojis.map((emoji) => [emoji.shortcode, emoji.category ?? '', standing(emoji), emoji.id]);
  return {
    json: emojis.map(({ id, shortcode, category, inPicker, disabled }) => ({
      id,
      shortcode,
      category,
      visible_in_picker: inPicker,
      disabled,
    })),
    lines: rows.length === 0 ? ['There are no emoji yet.'] : table(['SHORTCODE', 'CATEGORY', 'STATE', 'ID'], rows),
  };
}

function standing({ inPicker, disabled }: EmojiView): string {
  if (disabled) return 'disabled';
  return inPicker ? 'in pickers' : 'hidden';
}

async function remove(shortcode: string) {
  await withContext(async (ctx) => {
    const found = (await listEmojis(ctx)).find((emoji) => emoji.shortcode === shortcode);
    if (found === undefined) throw new NotFound(`There is no emoji :${shortcode}:`);
    await removeEmoji(ctx, found.id);
  });
  return { json: { shortcode }, lines: [`Deleted :${shortcode}:.`] };
}

interface Imported {
  added: string[];
  taken: string[];
  refused: Array<{ file: string; reason: string }>;
}

const endings = new Set(['.png', '.gif', '.webp', '.jpg', '.jpeg', '.avif']);

async function importFolder(folder: string, wishes: Wishes) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new Invalid(`${folder} cannot be read as a folder`, { cause });
  });
  const files = entries
    .filter((entry) => entry.isFile() && endings.has(parse(entry.name).ext.toLowerCase()))
    .map(({ name }) => name)
    .toSorted();
  const done = await withContext((ctx) => importFiles(ctx, folder, files, wishes));
  return {
    json: done,
    exitCode: done.refused.length > 0 ? 1 : 0,
    lines: [
      `Added ${done.added.length} of ${files.length} pictures; ${done.taken.length} shortcodes were taken.`,
      ...done.refused.map(({ file, reason }) => `${file}: ${reason}`),
    ],
  };
}

async function importFiles(
  ctx: AppContext,
  folder: string,
  files: readonly string[],
  { category, hidden }: Wishes,
): Promise<Imported> {
  const present = new Set((await listEmojis(ctx)).map(({ shortcode }) => shortcode.toLowerCase()));
  const done: Imported = { added: [], taken: [], refused: [] };
  for (const file of files) {
    const shortcode = parse(file).name.replaceAll(/[\s-]+/g, '_');
    if (present.has(shortcode.toLowerCase())) {
      done.taken.push(shortcode);
      continue;
    }
    try {
      const picture = await readPicture(join(folder, file));
      await addEmoji(ctx, { shortcode, picture, category, inPicker: hidden !== true });
      present.add(shortcode.toLowerCase());
      done.added.push(shortcode);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      done.refused.push({ file, reason: error.message });
    }
  }
  return done;
}

/** The bytes of a picture; one that is far too large is not read. @throws {Invalid} */
async function readPicture(file: string): Promise<Buffer> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new Invalid(`There is no file ${file}`);
  if (found.size > emojiLimits.upload)
    throw new Invalid(`${file} is too large (at most ${emojiLimits.upload / 1024 / 1024} MB)`);
  return readFile(file);
}
