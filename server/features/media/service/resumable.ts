// Uploads that come piece by piece: whose they are, how many are open, and what becomes of them when they are whole.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Failure, Invalid, OutOfSpace, TooMany } from '#server/platform/errors.ts';
import { openResumableStore, resumableFolder, type ResumableStore } from '#server/platform/files/resumable.ts';
import { inWorkFolder } from '#server/platform/media/work.ts';
import { checkDescription, largestUpload, readFocus } from '../policy.ts';
import type { ResumableUpload } from '../queries/resumable.ts';
import { takeUpload } from './take.ts';

/** Of one person. */
const mostOpen = 8;
export const resumableForMs = 24 * 60 * 60_000;
const mebibyte = 1024 * 1024;

/**
 * Opens an upload of that length and returns its token.
 * @throws {Failure} 413 when it is too long {TooMany} when too many are open {OutOfSpace} {Invalid}
 */
export async function openUpload(
  ctx: AppContext,
  store: ResumableStore,
  wanted: { accountId: string; bytes: number; description: string; focus: string },
): Promise<string> {
  const { accountId, bytes } = wanted;
  const most = largestUpload(ctx.config);
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw new Invalid('Upload-Length must be the length of a file in bytes');
  if (bytes > most) throw new Failure(413, `The file is too large; at most ${most / mebibyte} MB are taken`);
  const description = checkDescription(ctx.config, wanted.description);
  if (wanted.focus !== '') readFocus(wanted.focus);
  if (!(await store.hasRoomFor(bytes))) throw new OutOfSpace();
  const token = randomBytes(16).toString('hex');
  const now = ctx.clock();
  const isOpen = await ctx.database.write(async (tx) => {
    // One at a time for each person, so that many that are opened at once are counted.
    await sql`select pg_advisory_xact_lock(hashtextextended('resumable uploads', ${accountId}))`.execute(tx.sql);
    const { rows } = await sql<{ token: string }>`
      insert into resumable_uploads (token, account_id, bytes, description, focus, created_at)
      select ${token}, ${accountId}, ${bytes}, ${description}, ${wanted.focus}, ${now}
      where ${mostOpen} > (select count(*) from resumable_uploads where account_id = ${accountId} and media_id is null
        and created_at > ${new Date(now.getTime() - resumableForMs)})
      returning token`.execute(tx.sql);
    return rows.length === 1;
  });
  if (isOpen) return token;
  throw new TooMany(`You have ${mostOpen} uploads that are not finished; finish or cancel one of them first`);
}

/** Forgets it, with what came of it. */
export async function dropUpload(ctx: AppContext, store: ResumableStore, token: string): Promise<void> {
  await clear(ctx, store, token);
  await ctx.database.prepared('media_drop_resumable', 'delete from resumable_uploads where token = $1', [token]);
}

/**
 * Hands a whole upload on, as if it had come in one piece, and returns the id of what it became. One that is refused is forgotten.
 * @throws {Invalid} {OutOfSpace} as `takeUpload`
 */
export async function finishUpload(
  ctx: AppContext,
  store: ResumableStore,
  upload: ResumableUpload,
  signal: AbortSignal,
): Promise<string> {
  try {
    const mediaId = await withLocalCopy(ctx, store, upload.token, (path) =>
      takeUpload(ctx, {
        accountId: upload.accountId,
        path,
        description: upload.description,
        focus: upload.focus === '' ? { x: 0, y: 0 } : readFocus(upload.focus),
        signal,
      }),
    );
    await ctx.database.prepared(
      'media_finish_resumable',
      'update resumable_uploads set media_id = $2 where token = $1',
      [upload.token, mediaId],
    );
    await clear(ctx, store, upload.token);
    return mediaId;
  } catch (error) {
    if (error instanceof Invalid) await dropUpload(ctx, store, upload.token);
    throw error;
  }
}

/** Works on the upload as a file of this machine; what had to be fetched for that is removed. */
async function withLocalCopy<Result>(
  ctx: AppContext,
  store: ResumableStore,
  token: string,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = store.pathOf(token);
  if (path !== null) return work(path);
  return inWorkFolder(ctx.config, async (folder) => {
    const content = await ctx.files.read(store.nameOf(token));
    if (content === null) throw new Error('a whole upload is not in the bucket');
    const copy = join(folder, 'file');
    await pipeline(content, createWriteStream(copy, { flags: 'wx', mode: 0o600 }));
    return work(copy);
  });
}

/** Removes what came of it, whole or not. */
async function clear(ctx: AppContext, { store, nameOf, pathOf }: ResumableStore, token: string): Promise<void> {
  const name = nameOf(token);
  const isOnDisk = pathOf(token) !== null;
  try {
    await store.remove(name);
  } catch (error) {
    // Some buckets cannot delete several things in one question; below each is deleted by itself.
    if (isOnDisk && !isGone(error)) throw error;
  }
  if (!isOnDisk) for (const key of [name, `${name}.info`, `${name}.part`]) await ctx.files.delete(key);
}

function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status_code' in error && error.status_code === 404;
}

/** Forgets uploads that are older than a day, whole or not, and what lies on the disk that no upload knows. */
export async function purgeResumable(ctx: AppContext): Promise<void> {
  const before = new Date(ctx.clock().getTime() - resumableForMs);
  let store: ResumableStore | undefined;
  for (;;) {
    const rows = await ctx.database.prepared<{ token: string }>(
      'media_old_resumable',
      'select token from resumable_uploads where created_at <= $1 order by created_at limit 100',
      [before],
    );
    if (rows.length === 0) break;
    store ??= await openResumableStore(ctx.config, ctx.secrets);
    for (const { token } of rows) await dropUpload(ctx, store, token);
  }
  await removeStrays(resumableFolder(ctx.config), before);
}

async function removeStrays(folder: string, before: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile() && found.mtime <= before) await rm(path, { force: true });
  }
}
