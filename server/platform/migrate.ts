// Brings a database to the schema of this version: ours and the queue's.
import { MikroORM, type EntitySchema } from '@mikro-orm/postgresql';
import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { ormOptions } from './database.ts';
import { migratePostgresQueue } from './queue/postgres.ts';

/** Spells `rook`: one migration at a time, whichever process comes first. */
const lockKey = 0x726f6f6b;

/** Raised when the database was migrated by a newer version than this one. */
export class SchemaTooNew extends Error {
  override name = 'SchemaTooNew';
}

/**
 * Runs what is missing, in order, one process at a time. Returns the names of the migrations that ran.
 * @throws {SchemaTooNew} when the database knows migrations that this version does not
 */
export async function migrate(
  url: string,
  entities: readonly EntitySchema[],
  onStep: (name: string) => void = () => {},
): Promise<string[]> {
  const guard = new Client({ connectionString: url, application_name: 'rookery migrate' });
  await guard.connect();
  try {
    await guard.query('select pg_advisory_lock($1)', [lockKey]);
    const pending = await compare(guard);
    if (pending.length > 0) await runPending(url, entities, pending, onStep);
    await migratePostgresQueue(url);
    return pending;
  } finally {
    await guard.end();
  }
}

/** Names of migrations that have not run yet. @throws {SchemaTooNew} as above */
export async function pendingMigrations(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url, application_name: 'rookery migrate' });
  await client.connect();
  try {
    return await compare(client);
  } finally {
    await client.end();
  }
}

/** What is missing, by names alone: most starts find nothing, and need not load what migrates. */
async function compare(client: Client): Promise<string[]> {
  const files = await migrationFiles();
  const executed = await executedMigrations(client);
  const unknown = executed.filter((name) => !files.includes(name));
  if (unknown.length > 0) {
    throw new SchemaTooNew(
      `The database was upgraded by a newer version of Rookery (${unknown.join(', ')}). Start that version, or restore the backup made before the upgrade.`,
    );
  }
  return files.filter((name) => !executed.includes(name));
}

async function executedMigrations(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ present: boolean }>(
    `select to_regclass('public.migrations') is not null as present`,
  );
  if (rows[0]?.present !== true) return [];
  return (await client.query<{ name: string }>('select name from migrations')).rows.map(({ name }) => name);
}

async function runPending(
  url: string,
  entities: readonly EntitySchema[],
  pending: readonly string[],
  onStep: (name: string) => void,
): Promise<void> {
  const orm = await MikroORM.init(ormOptions(url, entities));
  try {
    for (const name of pending) {
      onStep(name);
      await orm.migrator.up({ migrations: [name] });
    }
  } finally {
    await orm.close(true);
  }
}

/** Their names, oldest first. */
async function migrationFiles(): Promise<string[]> {
  const files = await readdir(new URL('../../migrations', import.meta.url));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .toSorted();
}
