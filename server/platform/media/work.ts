// Folders of this machine that hold what is being worked on: uploads on their way in, films that are read and written.
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where all of them are: on the disk of DATA_DIR, since a folder for temporary files is often kept in memory. */
export function workPlace(config: { dataDir: string }): string {
  return join(config.dataDir, 'work');
}

/** Hands `work` an empty folder, and removes it with all that is in it. */
export async function inWorkFolder<Result>(
  config: { dataDir: string },
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const place = workPlace(config);
  await mkdir(place, { recursive: true });
  const folder = await mkdtemp(join(place, 'make-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes what processes that ended in the middle of their work have left: nothing has changed in it for so long. Returns how much. */
export async function sweepWork(config: { dataDir: string }, olderThanMs: number): Promise<number> {
  const place = workPlace(config);
  let swept = 0;
  for (const name of await namesIn(place)) {
    const folder = join(place, name);
    if ((await lastTouched(folder)) > Date.now() - olderThanMs) continue;
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    swept += 1;
  }
  return swept;
}

/** The latest change of a folder or of anything in it; now, when it goes meanwhile. */
async function lastTouched(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const moments = await Promise.all(
    [folder, ...names.map((name) => join(folder, name))].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ),
    ),
  );
  return Math.max(...moments);
}

async function namesIn(place: string): Promise<string[]> {
  return readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
