// The seeded database of a run: an embedded PostgreSQL in a folder of its own, kept or thrown away afterwards.
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import pino from 'pino';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '#server/platform/embedded-postgres.ts';
import { readAccess } from '#server/platform/embedded-postgres/cluster.ts';
import { migrate } from '#server/platform/migrate.ts';
import { entities } from '#server/schema.ts';
import { isSeeded, seedDatabase, type OnStep } from './seed.ts';
import type { SeedSize } from './seed/size.ts';

export interface BenchDatabase {
  url: string;
  /** The DATA_DIR of the servers under test. */
  folder: string;
  /** How long the seed took, in ms; null when a kept one was found. */
  seedMs: number | null;
  /** Lets go of the database server, so that a server under test starts it itself; `open` gets it back. */
  release(): Promise<void>;
  open(): Promise<string>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Keep the database here and use it again; without it a temporary folder is used and removed. */
  keep: string | null;
  size: SeedSize;
  /** Let PostgreSQL count what each statement costs. */
  countStatements: boolean;
  onStep: OnStep;
  say: (line: string) => void;
}

/** A folder with this file in it is ours to empty. */
const markFile = 'rookery-bench';

/** A lost seed is made again, so its disk writes need no care; the runs themselves use the server's own settings. */
const loading = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  shared_buffers: '1GB',
  autovacuum: 'off',
};

const counting = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '2000',
  'pg_stat_statements.track_planning': 'on',
};

/** Opens the database, seeded with `size`. @throws when `keep` names a folder that holds something else */
export async function openBenchDatabase(options: DatabaseOptions): Promise<BenchDatabase> {
  const folder = await claimFolder(options.keep);
  let embedded: EmbeddedPostgres | null = null;
  const open = async (): Promise<string> => {
    if (embedded === null) {
      embedded = await openPostgres(folder, options.say, options.countStatements ? counting : {});
      if (options.countStatements) await addStatementCounts(folder);
    }
    return embedded.url;
  };
  const release = async (): Promise<void> => {
    await embedded?.close();
    embedded = null;
  };
  const close = async (): Promise<void> => {
    await release();
    if (options.keep === null) await rm(folder, { recursive: true, force: true });
  };
  try {
    let seedMs: number | null = null;
    if (!(await isSeeded(await open(), options.size))) {
      await release();
      seedMs = await fill(folder, options);
    }
    return { url: await open(), folder, seedMs, release, open, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Only the superuser may add this extension and let others read it. */
async function addStatementCounts(folder: string): Promise<void> {
  const access = await readAccess(join(await realpath(folder), 'postgres'));
  if (access === null) throw new Error('the embedded database has no access file');
  const client = new Client({
    host: '127.0.0.1',
    port: access.port,
    user: 'postgres',
    password: access.superuserPassword,
    database: 'rookery',
  });
  await client.connect();
  try {
    await client.query(
      // A schema of its own: that of the seed is made and dropped by the role that fills the database.
      'create schema if not exists counting; create extension if not exists pg_stat_statements schema counting; grant pg_read_all_stats to rookery',
    );
    await client.query(
      'grant usage on schema counting to rookery; grant execute on all functions in schema counting to rookery',
    );
  } finally {
    await client.end();
  }
}

async function claimFolder(keep: string | null): Promise<string> {
  if (keep === null) {
    const made = await mkdtemp(join(tmpdir(), 'rookery-bench-'));
    await writeFile(join(made, markFile), '');
    return made;
  }
  const folder = resolve(keep);
  await mkdir(folder, { recursive: true });
  const isOurs = await stat(join(folder, markFile)).then(
    () => true,
    () => false,
  );
  if (!isOurs && (await readdir(folder)).length > 0) {
    throw new Error(
      `${folder} holds something that the bench did not make. Name an empty folder, or one of an earlier run.`,
    );
  }
  await writeFile(join(folder, markFile), 'The database of npm run bench. It may be deleted at any time.\n');
  return folder;
}

function openPostgres(
  folder: string,
  say: (line: string) => void,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  return openEmbeddedPostgres({
    dataDir: folder,
    log: pino({ level: 'warn' }, pino.destination(2)),
    onProgress: say,
    settings,
  });
}

/** Empties the database, migrates and seeds it, with settings for loading. */
async function fill(folder: string, options: DatabaseOptions): Promise<number> {
  const embedded = await openPostgres(folder, options.say, loading);
  try {
    const client = new Client({ connectionString: embedded.url });
    await client.connect();
    await client.query(
      'drop schema if exists bench cascade; drop schema if exists bullmq cascade; drop schema public cascade; create schema public',
    );
    await client.end();
    await migrate(embedded.url, entities);
    return await seedDatabase(embedded.url, options.size, options.onStep);
  } finally {
    await embedded.close();
  }
}
