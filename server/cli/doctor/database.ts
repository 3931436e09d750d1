// The database: does it answer, is it the right kind, is its schema ours, is its clock ours.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Config, Settings } from '#config/load.ts';
import { pendingMigrations, SchemaTooNew } from '#server/platform/migrate.ts';
import { withDatabase } from '../with-context.ts';
import { broken, fine, probe, reasonOf, warning, type Finding } from './finding.ts';

/** The oldest PostgreSQL whose features we use. */
const oldest = 15;

/** Looks at DATABASE_URL or at the embedded database, which is started for the check when it does not run. */
export async function checkDatabase({ config, secrets }: Settings): Promise<Finding[]> {
  const isOwn = secrets.databaseUrl !== undefined;
  const mend = isOwn
    ? 'Check host, port, name, user and password in DATABASE_URL, and that PostgreSQL runs and lets this machine in.'
    : 'Read the text above and DATA_DIR/postgres.log; or run a PostgreSQL of your own and set DATABASE_URL.';
  if (!isOwn && !existsSync(join(config.dataDir, 'postgres'))) {
    return [fine('database', 'none yet; the first start makes an embedded one')];
  }
  try {
    return await withDatabase(async ({ databaseUrl }) => examine(databaseUrl, config, mend));
  } catch (error) {
    return [broken('database', reasonOf(error), mend)];
  }
}

async function examine(url: string, config: Config, mend: string): Promise<Finding[]> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 8_000,
    query_timeout: 8_000,
    application_name: 'rookery doctor',
  });
  // A lost connection also rejects what waits for it; this listener only keeps it from ending the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return [
      await probe('database', mend, () => checkVersion(client)),
      await probe('database connections', mend, () => checkConnections(client, config)),
      await probe('database extensions', mend, () => checkExtensions(client)),
      await probe('database clock', mend, () => checkClock(client)),
      await probe('database schema', 'Run bin/rookery migrate and read what it says.', () => checkSchema(url), 20_000),
    ];
  } finally {
    await client.end();
  }
}

async function checkVersion(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    `select current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
  );
  const { version = '', encoding = '' } = rows[0] ?? {};
  if (Number.parseInt(version, 10) < oldest) {
    return broken('database', `PostgreSQL ${version} is too old`, `Upgrade it to version ${oldest} or newer.`);
  }
  if (encoding !== 'UTF8') {
    return broken(
      'database',
      `its encoding is ${encoding}`,
      `Make a new database with: createdb --encoding=UTF8 --template=template0`,
    );
  }
  return fine('database', `PostgreSQL ${version}, ${encoding}`);
}

/** Beside the pool, the queue and listeners of one process need about twenty. */
async function checkConnections(client: Client, config: Config): Promise<Finding> {
  const { rows } = await client.query<{ most: number; used: number }>(
    `select current_setting('max_connections')::int as most, (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`,
  );
  const { most = 0, used = 0 } = rows[0] ?? {};
  const needed = config.databasePool + 20;
  if (most >= needed)
    return fine('database connections', `${used} of ${most} in use; one process takes up to ${needed}`);
  return warning(
    'database connections',
    `at most ${most}, but one process takes up to ${needed}`,
    'Raise max_connections in postgresql.conf, or lower DATABASE_POOL.',
  );
}

async function checkExtensions(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ name: string }>(
    `select name from pg_available_extensions where name = 'pg_trgm'`,
  );
  if (rows.length > 0) return fine('database extensions', 'pg_trgm is available');
  return broken(
    'database extensions',
    'pg_trgm is missing',
    'Install the contrib package of PostgreSQL. On Debian: apt-get install postgresql-contrib',
  );
}

async function checkClock(client: Client): Promise<Finding> {
  const began = Date.now();
  const { rows } = await client.query<{ now: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  );
  const ended = Date.now();
  const apart = Math.abs((rows[0]?.now ?? 0) - (began + ended) / 2) / 1000;
  const text = `${apart.toFixed(1)} s apart from ours`;
  return apart < 5
    ? fine('database clock', text)
    : warning('database clock', text, 'Set both clocks by a time service such as chrony.');
}

async function checkSchema(url: string): Promise<Finding> {
  const pending = await pendingMigrations(url).catch((error: unknown) => {
    if (error instanceof SchemaTooNew) return error;
    throw error;
  });
  if (pending instanceof SchemaTooNew)
    return broken('database schema', 'of a newer version of Rookery', pending.message);
  if (pending.length === 0) return fine('database schema', 'up to date');
  return warning(
    'database schema',
    `${pending.length} migrations have not run`,
    'Start the server or run bin/rookery migrate. Make a backup first.',
  );
}
