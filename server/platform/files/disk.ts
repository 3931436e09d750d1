// Files on the local disk, under DATA_DIR/media. A file gets its name when it is whole and durable, never before.
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, type Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange, Files, ListedFile } from './files.ts';
import { putFolder } from './folder.ts';
import { checkKey, checkPlace, checkPrefix, typeOfKey } from './keys.ts';

/** `baseUrl` is where media.ts serves the folder, without a trailing slash. */
export function openDiskFiles(folder: string, baseUrl: string): Files {
  const pathOf = (key: string): string => {
    checkKey(key);
    return join(folder, key);
  };
  const store = async (key: string, source: () => Readable, isPrivate: boolean): Promise<void> => {
    checkPlace(key, isPrivate);
    await writeWhole(join(folder, key), source, isPrivate ? 0o600 : 0o644);
  };
  const files: Files = {
    put: (key, content) => store(key, () => Readable.from([content]), false),
    putFile: (key, path) => store(key, () => createReadStream(path), false),
    putPrivate: (key, path) => store(key, () => createReadStream(path), true),
    putFolder: (prefix, from) => putFolder(files, prefix, from),
    read: async (key, range) => readPieces(pathOf(key), range),
    get: async (key) => orNull(readFile(pathOf(key))),
    async head(key) {
      const found = await orNull(stat(pathOf(key)));
      return found?.isFile() === true ? { bytes: found.size, contentType: typeOfKey(key) } : null;
    },
    list(prefix) {
      checkPrefix(prefix);
      return walk(folder, prefix);
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
      await tidy(folder, dirname(key));
    },
    async deleteFolder(prefix) {
      checkPrefix(prefix);
      if (prefix === '') throw new Error('not everything at once');
      await rm(join(folder, prefix), { recursive: true, force: true });
      await tidy(folder, dirname(prefix));
    },
    url: (key) => `${baseUrl}/${key}`,
  };
  return files;
}

/** Writes beside the place, makes that durable, and only then gives it its name; of what fails nothing stays. */
async function writeWhole(path: string, source: () => Readable, mode: number): Promise<void> {
  const draft = join(dirname(path), `.${randomBytes(12).toString('hex')}.part`);
  try {
    await openDraft(draft, mode);
    await pipeline(source(), createWriteStream(draft, { flags: 'r+', flush: true }));
    await rename(draft, path);
    await keepName(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Makes the empty file and its folders; any of them may be tidied away in between, then once more. */
async function openDraft(draft: string, mode: number): Promise<void> {
  for (let left = 5; ; left -= 1) {
    try {
      await mkdir(dirname(draft), { recursive: true });
      const handle = await open(draft, 'wx', mode);
      await handle.close();
      return;
    } catch (error) {
      if (left === 0 || !isMissing(error)) throw error;
    }
  }
}

/** A name is durable when its folder is. */
async function keepName(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readPieces(path: string, range?: ByteRange): Promise<Readable | null> {
  const handle = await orNull(open(path, 'r'));
  if (handle === null) return null;
  const found = await handle.stat();
  if (found.isFile() && (range === undefined || range.start < found.size))
    return handle.createReadStream({
      start: range?.start ?? 0,
      ...(range?.end === undefined ? {} : { end: range.end }),
    });
  await handle.close();
  return found.isFile() ? Readable.from([]) : null;
}

/** Whatever is there, folder by folder; what goes while we look is left out. */
async function* walk(root: string, prefix: string): AsyncGenerator<ListedFile> {
  const entries: Dirent[] = (await orNull(readdir(join(root, prefix), { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    const key = `${prefix}${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* walk(root, `${key}/`);
    if (!entry.isFile()) continue;
    const found = await orNull(stat(join(root, key)));
    if (found !== null) yield { key, bytes: found.size, modifiedAt: found.mtime };
  }
}

/** Removes the folders that the last file has left, upwards. */
async function tidy(root: string, below: string): Promise<void> {
  for (let at = below; at !== '.' && at !== ''; at = dirname(at)) {
    try {
      await rmdir(join(root, at));
    } catch {
      return;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));
}

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
