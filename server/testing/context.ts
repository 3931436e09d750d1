// A context on a fresh database: what tests of verbs and adapters stand on. A whole server: see server.ts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import { loadConfig, type Config } from '#config/load.ts';
import { openContext, type AppContext } from '#server/context.ts';

export interface TestOptions extends Partial<Config> {
  /** Queue, bus and cache on Redis instead of PostgreSQL and memory. */
  redis?: boolean;
  clock?: () => Date;
  /** Start without a worker: events stay in the outbox. */
  idle?: boolean;
}

export interface TestContext {
  ctx: AppContext;
  databaseUrl: string;
  close(): Promise<void>;
}

let made = 0;

/** True when this run has a Redis; tests of both stores list `stores`. */
export const hasRedis = (): boolean => inject('redisUrl') !== '';
/** The stores that this machine can run: for `describe.each`. */
export const stores = (): Array<{ store: string; redis: boolean }> => [
  { store: 'PostgreSQL', redis: false },
  ...(hasRedis() ? [{ store: 'Redis', redis: true }] : []),
];

/** A fresh, migrated database of its own. */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  made += 1;
  const name = `test_${process.pid}_${made}_${Math.random().toString(36).slice(2, 8)}`;
  const admin = async (text: string): Promise<void> => {
    const client = new Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  // Files are copied in a twentieth of the time that it takes to write them to the log.
  await admin(`create database ${name} template ${inject('templateDatabase')} strategy file_copy`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const drop = async (triesLeft = 20): Promise<void> => {
    try {
      await admin(`drop database if exists ${name} with (force)`);
    } catch (error) {
      // While autovacuum is at work there, only a superuser could end it; it is done in a moment.
      if (triesLeft === 0 || (error as { code?: unknown }).code !== '42501') throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
      await drop(triesLeft - 1);
    }
  };
  return { url: url.toString(), drop };
}

/** All adapters on a fresh database; nothing listens and nothing works in the background. */
export async function openTestContext(options: TestOptions = {}): Promise<TestContext> {
  const { redis = false, clock, idle: _idle, ...overrides } = options;
  const folder = await mkdtemp(join(tmpdir(), 'rookery-data-'));
  const database = await createDatabase();
  const env: Record<string, string> = {
    DATA_DIR: folder,
    // Other tests take all of the machine; films must not wait until they are done.
    FFMPEG_NICENESS: '0',
    DATABASE_URL: database.url,
    ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'silent',
    DATABASE_POOL: '6',
  };
  if (overrides.origin) env['ORIGIN'] = overrides.origin;
  if (redis) env['REDIS_URL'] = inject('redisUrl');
  const { config, secrets } = loadConfig({ env, file: null });
  const unique = `test-${process.pid}-${made}-${Math.random().toString(36).slice(2, 8)}`;
  const ctx = await openContext({
    config: { ...config, redisPrefix: unique, rateLimit: 1_000_000, ...overrides },
    secrets,
    log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    databaseUrl: database.url,
    ...(clock ? { clock } : {}),
  });
  return {
    ctx,
    databaseUrl: database.url,
    async close() {
      await ctx.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
