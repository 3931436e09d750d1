// PostgreSQL: MikroORM's unit of work for writes, typed Kysely and prepared statements for reads, on one pool.
import { MikroORM, PostgreSqlDriver, type EntitySchema, type EntityManager } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { PostgresDialect, sql, type Kysely, type RawBuilder } from 'kysely';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { createHabits, followHabits, isOutdated } from './database/habits.ts';
import { listen } from './database/listen.ts';
import { giveBackLost } from './database/lost.ts';
import { writeEvents, type Happened } from './outbox.ts';
import type { EventName, Events } from '#server/events.ts';
import type { Tables } from '#server/schema.ts';

export { sql };
export type { RawBuilder };

/**
 * One short write: entities by `em`, sets and counters by `sql`, and the events that follow, all in the same transaction.
 * No network, files or rendering inside.
 */
export interface Transaction {
  em: EntityManager;
  sql: Kysely<Tables>;
  /**
   * Does something at the very end, before the commit: rows that many wait for, such as counters, are held shortly so, and
   * in the order of `key`, so that two transactions never wait for each other in a circle.
   */
  last(key: string, work: () => Promise<unknown>): void;
  /**
   * Notes what happened: all such notes are written at the end, in their order, by one statement, and subscribers run after
   * commit. `dueAt` holds it back until then.
   */
  emit<Name extends EventName>(name: Name, payload: Events[Name], dueAt?: Date): Promise<void>;
}

export interface Database {
  /** Typed reads outside any transaction. */
  read: Kysely<Tables>;
  pool: Pool;
  orm: MikroORM;
  /** Runs one named statement that each connection parses and plans once. `name` must be unique to `text`. */
  prepared<Row>(name: string, text: string, values: unknown[]): Promise<Row[]>;
  /**
   * Runs one statement that is planned each time. For tables that are empty one moment and full the next: a plan that was made for an
   * empty one reads a full one from end to end, once for each row that it looks for.
   */
  planned<Row>(text: string, values: unknown[]): Promise<Row[]>;
  /** Runs a write in one transaction; repeats it up to 3 times after a deadlock or serialization failure. */
  write<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** The same database with every write inside `tx`: several verbs that must commit together. */
  joined(tx: Transaction): Database;
  /** Calls back for each NOTIFY on `channel`; reconnects by itself. Returns how to stop. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** Statements sent since the start: what a query budget is held against. */
  statements(): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Every table; @see server/schema.ts */
  entities: readonly EntitySchema[];
  poolSize: number;
  log: Logger;
  clock: () => Date;
  /** Called once after a write that emitted something, so that the relay need not wait for its poll. */
  onEvents?: () => void;
}

/** More connections than a few end when nobody needed them for so long. */
const idleMs = 5 * 60_000;

const retryable = new Set(['40001', '40P01']);

/** Opens the pool and the ORM. Does not migrate. @throws when the server cannot be reached */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const counter = { statements: 0 };
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSize,
    // A connection has its plans: whoever turns a page after some minutes of reading does not wait for new ones.
    min: Math.min(4, options.poolSize),
    idleTimeoutMillis: idleMs,
    // What stands between us and a database elsewhere forgets connections that say nothing.
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    application_name: 'rookery',
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    // Planning a page costs ten times what reading it does, and our pages need no other plan for other values.
    onConnect: async (client) => {
      await client.query('set plan_cache_mode = force_generic_plan');
    },
  });
  pool.on('error', (error) => options.log.warn({ err: error }, 'an idle database connection was lost'));
  giveBackLost(pool);
  const habits = createHabits();
  pool.on('connect', (client) => {
    // Safe: the driver's overloads are called with a text and values, or handed through.
    followHabits(client as unknown as Parameters<typeof followHabits>[0], habits, () => (counter.statements += 1));
  });
  const dialect = new PostgresDialect({ pool });
  const orm = await MikroORM.init({ ...ormOptions(options.url, options.entities), driverOptions: dialect });
  const read = orm.em.fork().getKysely() as unknown as Kysely<Tables>;
  const database: Database = {
    read,
    pool,
    orm,
    async prepared<Row>(name: string, text: string, values: unknown[]): Promise<Row[]> {
      const result = await pool.query({ name, text, values });
      return result.rows as Row[];
    },
    async planned<Row>(text: string, values: unknown[]): Promise<Row[]> {
      // As an object: a text by itself would be prepared once it came often.
      const result = await pool.query({ text, values });
      return result.rows as Row[];
    },
    write: (work) => write(orm, options, work),
    joined: (tx) => ({ ...database, read: tx.sql, write: (work) => work(tx) }),
    listen: (channel, heard) => listen(options, channel, heard),
    statements: () => counter.statements,
    async close() {
      await orm.close(true);
      if (!pool.ended) await pool.end();
    },
  };
  return database;
}

/** What MikroORM must know, for the server and for making migrations. */
export function ormOptions(url: string, entities: readonly EntitySchema[], { isDrafting = false } = {}) {
  return {
    driver: PostgreSqlDriver,
    entities: [...entities],
    clientUrl: url,
    extensions: [Migrator],
    migrations: {
      path: new URL('../../migrations', import.meta.url).pathname,
      pathTs: new URL('../../migrations', import.meta.url).pathname,
      emit: 'ts' as const,
      // Only who drafts a migration writes to the folder of migrations: elsewhere it may not even be writable.
      snapshot: isDrafting,
      snapshotName: 'schema.snapshot',
      tableName: 'migrations',
      transactional: true,
      silent: true,
    },
    schemaGenerator: { managementDbName: 'postgres' },
    discovery: { warnWhenNoEntities: true },
    forceUtcTimezone: true,
    allowGlobalContext: false,
  };
}

async function write<Result>(
  orm: MikroORM,
  options: DatabaseOptions,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    let emitted = false;
    try {
      const result = await orm.em.fork().transactional(async (em) => {
        const kysely = em.getKysely() as unknown as Kysely<Tables>;
        const events: Happened[] = [];
        const writeNoted = async (): Promise<void> => {
          const noted = events.splice(0);
          emitted ||= noted.length > 0;
          if (noted.length > 0) await writeEvents(kysely, noted, options.clock());
        };
        const lasts: Array<{ key: string; work: () => Promise<unknown> }> = [];
        const outcome = await work({
          em,
          sql: kysely,
          last: (key, last) => void lasts.push({ key, work: last }),
          emit(name, payload, dueAt = options.clock()) {
            events.push({ name, payload, dueAt });
            return Promise.resolve();
          },
        });
        await writeNoted();
        for (const last of lasts.toSorted((one, other) => (one.key < other.key ? -1 : 1))) await last.work();
        await writeNoted();
        return outcome;
      });
      if (emitted) options.onEvents?.();
      return result;
    } catch (error) {
      if (attempt >= 3 || !isRetryable(error)) throw error;
    }
  }
}

function isRetryable(error: unknown): boolean {
  if (isOutdated(error) || isOutdated((error as { cause?: unknown }).cause ?? {})) return true;
  const code = (error as { code?: unknown }).code ?? (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof code === 'string' && retryable.has(code);
}
