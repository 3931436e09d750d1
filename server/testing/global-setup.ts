// Once for a whole test run: a PostgreSQL server with a migrated template database, and a Redis where the machine has one.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import pino from 'pino';
import type { TestProject } from 'vitest/node';
import { migrate } from '#server/platform/migrate.ts';
import { entities } from '#server/schema.ts';
import { programPath } from './programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A server on which tests make databases of their own. */
    postgresUrl: string;
    /** A migrated database to clone. */
    templateDatabase: string;
    /** Empty when the machine has no redis-server. */
    redisUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-test-'));
  let redis: Awaited<ReturnType<typeof startRedis>> = null;
  endAbruptly(() => {
    redis?.process.kill('SIGKILL');
    endPostmaster(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const postgres = await openPostgres(folder);
  const templateDatabase = `rookery_template_${process.pid}`;
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`create database ${templateDatabase}`);
  const templateUrl = new URL(postgres.url);
  templateUrl.pathname = `/${templateDatabase}`;
  await migrate(templateUrl.toString(), entities);
  await admin.end();
  redis = await startRedis(folder);
  project.provide('postgresUrl', postgres.url);
  project.provide('templateDatabase', templateDatabase);
  project.provide('redisUrl', redis?.url ?? '');
  return async () => {
    redis?.process.kill('SIGTERM');
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  };
}

/** Clears up behind a run that is ended by a key or a signal, when there is no time for anything else. */
function endAbruptly(clear: () => void): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => process.exit(code));
  process.once('exit', clear);
}

/** At once, since its data go with it; waits, for two seconds at most, until it is gone. */
function endPostmaster(folder: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  try {
    const pid = Number.parseInt(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGQUIT');
    for (let look = 0; look < 40 && process.kill(pid, 0); look += 1) Atomics.wait(clock, 0, 0, 50);
  } catch {
    // It is gone, or was never ours.
  }
}

/** What is lost when the machine loses its power is made again by the next run: nothing here waits for the disk. */
const hasty = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  // Stories with several servers run beside others.
  max_connections: '400',
};

/** An embedded server of this run's own, or the one that ROOKERY_TEST_POSTGRES names. */
async function openPostgres(dataDir: string): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env['ROOKERY_TEST_POSTGRES'];
  if (given) return { url: given, close: async () => {} };
  const { openEmbeddedPostgres } = await import('#server/platform/embedded-postgres.ts');
  return openEmbeddedPostgres({
    dataDir,
    log: pino({ level: 'silent' }),
    onProgress: () => {},
    settings: hasty,
  });
}

async function startRedis(folder: string): Promise<{ url: string; process: ChildProcess } | null> {
  const program = programPath('redis');
  if (program === null) return null;
  const port = await freePort();
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, '--maxmemory-policy', 'noeviction'],
    { stdio: 'ignore' },
  );
  const deadline = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('redis-server did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url: `redis://127.0.0.1:${port}`, process: child };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
