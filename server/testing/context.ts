// A context on a fresh database, and a whole server on a free port: what tests stand on.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { Client } from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import { loadConfig, type Config } from '#config/load.ts';
import { buildApp, type App } from '#server/app.ts';
import { openContext, type AppContext } from '#server/context.ts';
import { lanes } from '#server/platform/queue/queue.ts';
import { startWorker } from '#server/worker.ts';

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

export interface TestServer extends TestContext {
  app: App;
  origin: string;
  /** Resolves when all that follows from what was done has been done: outbox, queue and deliveries are empty. */
  settle(): Promise<void>;
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
  await admin(`create database ${name} template ${inject('templateDatabase')}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => admin(`drop database if exists ${name} with (force)`) };
}

/** All adapters on a fresh database; nothing listens and nothing works in the background. */
export async function openTestContext(options: TestOptions = {}): Promise<TestContext> {
  const { redis = false, clock, idle: _idle, ...overrides } = options;
  const folder = await mkdtemp(join(tmpdir(), 'rookery-data-'));
  const database = await createDatabase();
  const env: Record<string, string> = { DATA_DIR: folder, DATABASE_URL: database.url, ALLOW_PRIVATE_ADDRESSES: 'true', LOG_LEVEL: 'silent', DATABASE_POOL: '6' };
  if (overrides.origin) env['ORIGIN'] = overrides.origin;
  if (redis) env['REDIS_URL'] = inject('redisUrl');
  const { config, secrets } = loadConfig({ env });
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

/** A whole server in this process: listening on 127.0.0.1, workers running unless `idle`. */
export async function openTestServer(options: TestOptions = {}): Promise<TestServer> {
  const port = await freePort();
  const origin = options.origin ?? `http://localhost:${port}`;
  const opened = await openTestContext({ ...options, origin, port, handleDomain: options.handleDomain ?? new URL(origin).host });
  const { ctx } = opened;
  const app = await buildApp(ctx);
  const worker = options.idle ? null : await startWorker(ctx);
  await app.listen({ port, host: '127.0.0.1' });
  return {
    ...opened,
    app,
    origin,
    settle: () => settle(ctx),
    async close() {
      await app.close();
      await worker?.stop();
      await opened.close();
    },
  };
}

/** Waits, at most 20 s, until nothing is left to do. Work that is due later, and retries, do not count. */
export async function settle(ctx: AppContext): Promise<void> {
  const deadline = Date.now() + 20_000;
  let quiet = 0;
  while (quiet < 2) {
    quiet = (await isBusy(ctx)) ? 0 : quiet + 1;
    if (Date.now() > deadline) throw new Error(`the server did not settle: ${JSON.stringify({ queue: await ctx.queue.depth(), letters: await ctx.queue.deadLetters(5) })}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function isBusy(ctx: AppContext): Promise<boolean> {
  const rows = await ctx.database.prepared<{ busy: boolean }>(
    'test_busy',
    `select exists (select 1 from outbox_events where due_at <= $1) or exists (select 1 from deliveries where state = 'waiting' and due_at <= $1 and attempts = 0) as busy`,
    [ctx.clock()],
  );
  if (rows[0]?.busy) return true;
  const depth = await ctx.queue.depth();
  return lanes.some((lane) => depth[lane].waiting + depth[lane].active > 0);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
