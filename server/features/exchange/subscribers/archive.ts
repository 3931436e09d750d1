// Writing an archive into a file, storing it, and telling its owner.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { findAccount, type AccountView } from '#server/features/accounts/queries.ts';
import { findReader } from '#server/features/digests/queries.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import {
  archivedActor,
  archivedBookmarks,
  archivedLikes,
  archivedOutbox,
  type ArchivedPicture,
} from '../activitypub.ts';
import { exchangeKinds } from '../entities.ts';
import { findArchive, followerHandles, ownFiles, type ArchiveView } from '../queries/archive.ts';
import { ownedRows } from '../queries.ts';
import { addressLine, csvLines } from '../serializers.ts';
import { archiveLetter } from '../serializers/archive.ts';
import { beginArchive, failArchive, finishArchive, isOpen } from '../service/archive.ts';

/** Writes the archive that somebody asked for. What goes wrong is tried again, and in the end told. */
export async function writeArchive(ctx: AppContext, { archiveId }: Events['archive.wanted']): Promise<void> {
  const archive = await findArchive(ctx, archiveId);
  const account = archive === null ? null : await findAccount(ctx, archive.accountId);
  const attempt = account === null ? null : await beginArchive(ctx, archiveId);
  if (archive === null || account === null || attempt === null) return;
  try {
    await storeArchive(ctx, archive, account);
  } catch (error) {
    if (!attempt.isLast) throw error;
    ctx.log.error({ err: error, archiveId }, 'an archive could not be written');
    await failArchive(ctx, archiveId);
    await ctx.files.delete(archive.key);
  }
}

/** By way of a file of this machine: a store wants to know how long a file is before it takes it. */
async function storeArchive(ctx: AppContext, archive: ArchiveView, account: AccountView): Promise<void> {
  const parent = join(ctx.config.dataDir, 'archives');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'being-written-'));
  try {
    const path = join(folder, 'archive.zip');
    await writeZip(ctx, account, path);
    const { size } = await stat(path);
    await ctx.files.putPrivate(archive.key, path, 'application/zip');
    if (!(await finishArchive(ctx, archive.id, size))) await ctx.files.delete(archive.key);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeZip(ctx: AppContext, account: AccountView, path: string): Promise<void> {
  const zip = new ZipFile();
  const broken = new AbortController();
  zip.on('error', (error) => broken.abort(error));
  await fillZip(ctx, zip, account);
  zip.end();
  try {
    await pipeline(zip.outputStream, createWriteStream(path, { mode: 0o600 }), { signal: broken.signal });
  } catch (error) {
    // What broke it says more than that it was broken off.
    broken.signal.throwIfAborted();
    throw error;
  }
}

/** Each file is read when its turn comes, so that one page of one of them is in memory at a time. */
async function fillZip(ctx: AppContext, zip: ZipFile, account: AccountView): Promise<void> {
  const options = { mtime: ctx.clock(), mode: 0o100600 };
  const pictures: ArchivedPicture[] = [];
  for (const name of ['avatar', 'header'] as const) {
    const key = account[name]?.key;
    const content = key === undefined ? null : await ctx.files.get(key);
    if (content === null) continue;
    const file = `${name}.webp`;
    zip.addBuffer(content, file, { ...options, compress: false });
    pictures.push({ name, file });
  }
  zip.addBuffer(Buffer.from(await archivedActor(ctx, account, pictures)), 'actor.json', options);
  const add = (name: string, pieces: () => AsyncGenerator<string>): void =>
    zip.addReadStreamLazy(name, options, (ready) => {
      ready(null, watched(zip, Readable.from(pieces(), { objectMode: false })));
    });
  const shown = await addShown(ctx, zip, account, { ...options, compress: false });
  add('outbox.json', () => archivedOutbox(ctx, account, shown));
  add('likes.json', () => archivedLikes(ctx, account));
  add('bookmarks.json', () => archivedBookmarks(ctx, account));
  for (const kind of exchangeKinds) add(`${kind}.csv`, () => csvLines(kind, ownedRows(ctx, account.id, kind)));
  add('followers.csv', () => followerLines(ctx, account.id));
}

/**
 * The pictures, films and sounds of its posts, by the names of their keys: each is read, piece by piece, when its turn comes. One that
 * went meanwhile is empty. Returns their names.
 */
async function addShown(
  ctx: AppContext,
  zip: ZipFile,
  account: AccountView,
  options: { mtime: Date; mode: number; compress: boolean },
): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const page of ownFiles(ctx, account.id)) {
    for (const { key } of page) {
      names.add(key);
      zip.addReadStreamLazy(key, options, (ready) => {
        ctx.files
          .read(key)
          .then((content) => ready(null, watched(zip, content ?? Readable.from([]))))
          .catch((error: unknown) => zip.emit('error', error));
      });
    }
  }
  return names;
}

/** A file that breaks off breaks the archive, not the process. */
function watched(zip: ZipFile, content: Readable): Readable {
  return content.once('error', (error) => zip.emit('error', error));
}

async function* followerLines(ctx: AppContext, accountId: string): AsyncGenerator<string> {
  for await (const handles of followerHandles(ctx, accountId)) yield handles.map(addressLine).join('');
}

/** Tells its owner by mail that the archive is ready, while it is. */
export async function sendArchiveLetter(ctx: AppContext, { archiveId }: Events['archive.ready']): Promise<void> {
  const archive = await findArchive(ctx, archiveId);
  const reader = archive === null || !isOpen(ctx, archive) ? null : await findReader(ctx, archive.accountId);
  if (reader === null) return;
  const { title } = await readInstanceSettings(ctx);
  await ctx.mail.send(archiveLetter({ title, origin: ctx.config.origin, reader }));
}
