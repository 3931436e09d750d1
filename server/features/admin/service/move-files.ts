// Copies all files between the disk and the bucket, while the server goes on; what is there already is not copied again.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AppContext } from '#server/context.ts';
import type { Files, ListedFile } from '#server/platform/files/files.ts';
import { isPrivateKey } from '#server/platform/files/keys.ts';

export interface Moved {
  files: number;
  bytes: number;
  /** Of these, what was copied now; the others were there already. */
  copied: number;
  copiedBytes: number;
  /** Removed from where they were, after they were found whole where they are now. */
  deleted: number;
  /** What could not be copied, and why; the first hundred. */
  failed: Array<{ key: string; reason: string }>;
  failures: number;
}

interface Move {
  from: Files;
  to: Files;
  isDry: boolean;
  deleteSource: boolean;
  /** Told now and then. */
  onProgress?: (moved: Moved) => void;
}

const together = 4;
/** Uploads that are open for a day at most: whoever sends them begins again. */
const openUploads = 'uploads/resumable/';

/** Copies what is missing, or of another size, and verifies the size of each. Deletes at the source only when nothing failed. */
export async function moveFiles(ctx: Pick<AppContext, 'config'>, move: Move): Promise<Moved> {
  const { from, to, isDry, deleteSource } = move;
  const moved: Moved = { files: 0, bytes: 0, copied: 0, copiedBytes: 0, deleted: 0, failed: [], failures: 0 };
  const parent = join(ctx.config.dataDir, 'work');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'move-'));
  try {
    await forEach(from, async (file) => {
      moved.files += 1;
      moved.bytes += file.bytes;
      const path = join(folder, String(moved.files));
      if ((await to.head(file.key))?.bytes === file.bytes) return;
      try {
        if (!isDry) await copy(from, to, file, path);
        moved.copied += 1;
        moved.copiedBytes += file.bytes;
      } catch (error) {
        await noteFailure(moved, from, file, error);
      }
      move.onProgress?.(moved);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (deleteSource && !isDry && moved.failures === 0) await deleteMoved(move, moved);
  return moved;
}

/** A few at a time. */
async function forEach(files: Files, work: (file: ListedFile) => Promise<void>): Promise<void> {
  const listed = files.list('')[Symbol.asyncIterator]();
  const workNext = async (): Promise<void> => {
    for (let next = await listed.next(); next.done !== true; next = await listed.next())
      if (!next.value.key.startsWith(openUploads)) await work(next.value);
  };
  await Promise.all(Array.from({ length: together }, workNext));
}

/** By a file of this machine, so that what breaks off in the middle is never stored. @throws when the sizes differ */
async function copy(from: Files, to: Files, { key, bytes }: ListedFile, path: string): Promise<void> {
  const [content, found] = await Promise.all([from.read(key), from.head(key)]);
  if (content === null || found === null) throw new Error('it went while it was copied');
  try {
    await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    await (isPrivateKey(key) ? to.putPrivate(key, path, found.contentType) : to.putFile(key, path, found.contentType));
  } finally {
    await rm(path, { force: true });
  }
  const stored = await to.head(key);
  if (stored?.bytes !== bytes) throw new Error(`${stored?.bytes ?? 'no'} bytes have arrived of ${bytes}`);
}

/** What somebody deleted meanwhile is no failure. */
async function noteFailure(moved: Moved, from: Files, { key }: ListedFile, error: unknown): Promise<void> {
  if ((await from.head(key).catch(() => 'unknown')) === null) return;
  moved.failures += 1;
  if (moved.failed.length < 100)
    moved.failed.push({ key, reason: error instanceof Error ? error.message : String(error) });
}

async function deleteMoved({ from, to }: Move, moved: Moved): Promise<void> {
  await forEach(from, async ({ key, bytes }) => {
    // What came since the copying began is copied the next time.
    if ((await to.head(key))?.bytes !== bytes) return;
    await from.delete(key);
    moved.deleted += 1;
  });
}
