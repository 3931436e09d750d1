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
    const orm = await MikroORM.init(ormOptions(url, entities));
    try {
      await refuseNewer(orm, guard);
      const done: string[] = [];
      for (const { name } of await orm.migrator.getPending()) {
        onStep(name);
        await orm.migrator.up({ migrations: [name] });
        done.push(name);
      }
      await migratePostgresQueue(url);
      return done;
    } finally {
      await orm.close(true);
    }
  } finally {
    await guard.end();
  }
}

/** Names of migrations that have not run yet. */
export async function pendingMigrations(url: string, entities: readonly EntitySchema[]): Promise<string[]> {
  const orm = await MikroORM.init(ormOptions(url, entities));
  try {
    return (await orm.migrator.getPending()).map(({ name }) => name);
  } finally {
    await orm.close(true);
  }
}

async function refuseNewer(orm: MikroORM, client: Client): Promise<void> {
  const { rows } = await client.query<{ present: boolean }>(
    `select to_regclass('public.migrations') is not null as present`,
  );
  if (!rows[0]?.present) return;
  const executed = (await client.query<{ name: string }>('select name from migrations')).rows.map(({ name }) => name);
  const known = new Set(
    [...(await orm.migrator.getPending()), ...(await orm.migrator.getExecuted())].map(({ name }) => name),
  );
  const files = new Set(await migrationFiles());
  const unknown = executed.filter((name) => !known.has(name) || !files.has(name));
  if (unknown.length > 0) {
    throw new SchemaTooNew(
      `The database was upgraded by a newer version of Rookery (${unknown.join(', ')}). Start that version, or restore the backup made before the upgrade.`,
    );
  }
}

async function migrationFiles(): Promise<string[]> {
  const files = await readdir(new URL('../../migrations', import.meta.url));
  return files.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3));
}
