// Putting what was made into the files port, under keys that nobody can guess.
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { AppContext } from '#server/context.ts';
import { OutOfSpace } from '#server/platform/errors.ts';
import { isDiskFull } from '#server/platform/files/files.ts';
import type { MadeFile } from '#server/platform/media/made.ts';
import type { MediaFile } from '../entities.ts';

/** 128 random bits in letters that are safe in keys. */
function unguessable(): string {
  return randomBytes(16).toString('base64url');
}

/**
 * Stores all of `made` for the medium with that id; nothing stays when one of them cannot be stored.
 * @throws {OutOfSpace} when there is no room
 */
export async function storeMade(ctx: AppContext, id: string, made: readonly MadeFile[]): Promise<MediaFile[]> {
  const prefix = `media/${id}/${unguessable()}/`;
  const files: MediaFile[] = [];
  try {
    for (const { role, path, contentType } of made) {
      if (role === 'hls') {
        const key = `${prefix}hls/`;
        const { bytes } = await ctx.files.putFolder(key, path);
        files.push({ role, key, contentType, bytes });
        continue;
      }
      const key = `${prefix}${role}${extname(path)}`;
      await ctx.files.putFile(key, path, contentType);
      files.push({ role, key, contentType, bytes: (await stat(path)).size });
    }
    return files;
  } catch (error) {
    await ctx.files.deleteFolder(prefix);
    throw inWords(error);
  }
}

/** Stores what was uploaded where nobody but the worker reads it. @throws {OutOfSpace} when there is no room */
export async function storeUpload(ctx: AppContext, id: string, path: string, contentType: string): Promise<MediaFile> {
  const key = `uploads/${id}/${unguessable()}`;
  try {
    await ctx.files.putPrivate(key, path, contentType);
  } catch (error) {
    throw inWords(error);
  }
  return { role: 'upload', key, contentType, bytes: (await stat(path)).size };
}

/** Does what makes stored files belong to a row; they go when that fails. */
export async function orDrop<Result>(
  ctx: AppContext,
  files: readonly MediaFile[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await deleteFiles(
      ctx,
      files.map(({ key }) => key),
    );
    throw error;
  }
}

/** Deletes files of the port; of `hls` the whole folder. */
export async function deleteFiles(ctx: AppContext, keys: readonly string[]): Promise<void> {
  for (const key of keys) await (key.endsWith('/') ? ctx.files.deleteFolder(key) : ctx.files.delete(key));
}

/** What files take together. */
export function sumOf(files: readonly MediaFile[]): string {
  return String(files.reduce((sum, { bytes }) => sum + bytes, 0));
}

function inWords(error: unknown): unknown {
  return isDiskFull(error) ? new OutOfSpace({ cause: error }) : error;
}
