// The database for people who do not want to run one: a PostgreSQL 18 from npm, kept under DATA_DIR/postgres.
// It outlives a kill -9 of this process (the next start finds it and goes on), and several processes may share it:
// each holds a shared advisory lock, and the one that closes last stops it.
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { createCluster, readAccess, type Access } from './embedded-postgres/cluster.ts';
import { DatabaseStartError, errorCode } from './embedded-postgres/explain.ts';
import { findPostmaster, startPostmaster, stopPostmaster } from './embedded-postgres/postmaster.ts';
import { findBinaries } from './embedded-postgres/binaries.ts';
import { chooseRunner } from './embedded-postgres/runner.ts';

export { DatabaseStartError } from './embedded-postgres/explain.ts';

export interface EmbeddedPostgresOptions {
  /** Absolute; the cluster is its folder `postgres`. */
  dataDir: string;
  log: Logger;
  /** Told what happens at each slow step, in words for a terminal. */
  onProgress: (text: string) => void;
  /** PostgreSQL settings over ours, for tests. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** For a role that owns its databases and may create more, but is no superuser. */
  url: string;
  /** Lets go of the server; stops it when no other process holds it. */
  close(): Promise<void>;
}

/** Any number will do, as long as every Rookery uses the same. */
const holdersLock = 7_062_115;
/** A crash recovery after heavy writing may take minutes; beyond this something is wrong. */
const startLimitMs = 10 * 60_000;

/**
 * Finds the running server of this DATA_DIR or starts it, creating it first when there is none.
 * @throws {DatabaseStartError} with a text that says what to do
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const held = await hold(options);
  await prepareDatabase(held.access);
  const keeper = keepHolding(options, held);
  const { access } = held;
  return {
    url: `postgres://rookery:${access.rolePassword}@127.0.0.1:${access.port}/rookery`,
    close: () => keeper.close(),
  };
}

interface Held {
  access: Access;
  folder: string;
  /** The connection that holds the shared lock. */
  client: Client;
}

/** Comes back with the shared lock, whatever another process does at the same moment. */
async function hold(options: EmbeddedPostgresOptions): Promise<Held> {
  const { onProgress } = options;
  const { dataDir, folder } = await places(options.dataDir);
  const binaries = await findBinaries();
  const runner = await chooseRunner({ binaries, dataDir, folder, onProgress });
  const deadline = Date.now() + startLimitMs;
  let said = Date.now();
  while (Date.now() < deadline) {
    let access = (await readAccess(folder)) ?? (await createCluster({ binaries, runner, dataDir, folder, onProgress }));
    const running = await findPostmaster(folder);
    if (running === null) access = await startPostmaster({ ...options, dataDir, binaries, runner, folder, access });
    else if (running.port !== null) access = { ...access, port: running.port };
    const client = await takeSharedLock(access, folder);
    if (client !== null) return { access, folder, client };
    if (Date.now() - said > 5_000) {
      said = Date.now();
      onProgress('Still waiting for the embedded database (after an unclean stop it recovers first)');
    }
    await pause(running === null ? 20 : 100);
  }
  throw new DatabaseStartError(`The embedded database did not come up. Its log is ${join(dataDir, 'postgres.log')}.`);
}

/** Where the files really are: PostgreSQL and the system name its folder without symbolic links. */
async function places(wanted: string): Promise<{ dataDir: string; folder: string }> {
  try {
    await mkdir(wanted, { recursive: true });
    const dataDir = await realpath(wanted);
    const cluster = join(dataDir, 'postgres');
    return { dataDir, folder: await realpath(cluster).catch(() => cluster) };
  } catch (error) {
    throw new DatabaseStartError(
      `DATA_DIR (${wanted}) cannot be made. Give this user the right to write there, or set DATA_DIR to another folder.`,
      error,
    );
  }
}

/** A connection with the shared lock, or null while the server starts, stops or is not there. */
async function takeSharedLock(access: Access, folder: string): Promise<Client | null> {
  const client = new Client({
    host: '127.0.0.1',
    port: access.port,
    user: 'postgres',
    password: access.superuserPassword,
    database: 'postgres',
    application_name: 'rookery (holds the server)',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Without a listener a lost connection would end this process.
  client.on('error', () => {});
  try {
    await client.connect();
    const shown = await client.query<{ data_directory: string }>('show data_directory');
    if (shown.rows[0]?.data_directory !== folder) throw new WrongServer();
    await client.query('select pg_advisory_lock_shared($1)', [holdersLock]);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    if (error instanceof WrongServer || errorCode(error) === '28P01') {
      throw new DatabaseStartError(
        `Another PostgreSQL answers on port ${access.port}, where the one of ${folder} should be. Stop it or remove ` +
          `${join(folder, 'postmaster.pid')} if no server of this folder is running.`,
        error,
      );
    }
    if (isPassing(error)) return null;
    throw new DatabaseStartError('The embedded database runs but cannot be used.', error);
  }
}

class WrongServer extends Error {}

/** Refused, reset, starting up, shutting down: the next try may succeed. */
function isPassing(error: unknown): boolean {
  const code = errorCode(error);
  if (code === null)
    return error instanceof Error && /terminated|timeout|ended|not queryable|closed/i.test(error.message);
  return ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03', '08006', '53300'].includes(code);
}

/** The role and the database that the application uses; both are there after the first time. */
async function prepareDatabase(access: Access): Promise<void> {
  const client = new Client({
    host: '127.0.0.1',
    port: access.port,
    user: 'postgres',
    password: access.superuserPassword,
    database: 'postgres',
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const found = await client.query(`select from pg_database where datname = 'rookery'`);
    if ((found.rowCount ?? 0) > 0) return;
    // One process at a time: two first starts must not both create.
    await client.query('select pg_advisory_lock($1)', [holdersLock + 1]);
    const role = await client.query(`select from pg_roles where rolname = 'rookery'`);
    if ((role.rowCount ?? 0) === 0) {
      await client.query(`create role rookery login createdb password ${client.escapeLiteral(access.rolePassword)}`);
      // Restoring a backup switches triggers off while it loads.
      await client.query('grant set on parameter session_replication_role to rookery');
    }
    const again = await client.query(`select from pg_database where datname = 'rookery'`);
    if ((again.rowCount ?? 0) === 0) await client.query('create database rookery owner rookery');
  } finally {
    await client.end();
  }
}

/** Holds on: when the server is lost (killed for want of memory, say), it is started again and the lock taken anew. */
function keepHolding(options: EmbeddedPostgresOptions, first: Held): { close(): Promise<void> } {
  const { log } = options;
  let held = first;
  let isClosing = false;
  let mending: Promise<void> | null = null;

  const mend = async (): Promise<void> => {
    for (let wait = 100; !isClosing; wait = Math.min(wait * 2, 5_000)) {
      try {
        held = await hold({ ...options, onProgress: (text) => log.warn(text) });
        watch();
        log.warn('the embedded database is back');
        return;
      } catch (error) {
        log.error({ err: error }, 'the embedded database could not be started again');
        await pause(wait);
      }
    }
  };
  const watch = (): void => {
    held.client.once('end', () => {
      if (isClosing) return;
      log.warn('the embedded database is gone; starting it again');
      mending = mend();
    });
  };
  watch();

  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    isClosing = true;
    await mending;
    await letGo(held);
  };
  return { close: () => (closed ??= close()) };
}

/** Gives the shared lock back, and stops the server when nobody else has it. */
async function letGo({ client, folder }: Held): Promise<void> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [holdersLock]);
    const last = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [holdersLock]);
    // The exclusive lock is held until the server ends, so that a newcomer waits and then starts it anew.
    if (last.rows[0]?.alone) await stopPostmaster(folder);
  } catch (error) {
    // A server that is gone already needs no stopping.
    if (!isPassing(error)) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
