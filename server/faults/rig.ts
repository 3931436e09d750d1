// What every fault is given: a PostgreSQL and a Redis of the run's own, which may be killed, frozen and filled, and servers as
// processes on fresh databases.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import pino from 'pino';
import { openEmbeddedPostgres } from '#server/platform/embedded-postgres.ts';
import { migrate } from '#server/platform/migrate.ts';
import { entities } from '#server/schema.ts';
import { childrenOf, endChildren, trySignal } from '#server/bench/processes.ts';
import { programPath } from '#server/testing/programs.ts';
import { until } from '#server/testing/until.ts';

export interface Rig {
  folder: string;
  postgres: Postgres;
  /** Null on a machine without redis-server. */
  redis: Redis | null;
  /** 1 for the whole number of activities and kills, less for a trial. */
  scale: number;
  say: (line: string) => void;
  /** Ends all that still runs, servers too, and takes the folder away. */
  close(): Promise<void>;
}

export interface Postgres {
  /** A fresh, migrated database. */
  create(name: string): Promise<string>;
  /** SIGINT restarts it in order, SIGKILL as a power cut would; it is started again at once. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Stops all its processes where they are, and lets them go on. */
  freeze(): Promise<() => void>;
}

export interface Redis {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Sends one command by the protocol's inline form. */
  command(line: string): Promise<void>;
}

const template = 'faults_template';

/** Opens both stores in a folder of their own. */
export async function openRig(options: { scale: number; say: (line: string) => void }): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-faults-'));
  const embedded = await openEmbeddedPostgres({
    dataDir: folder,
    log: pino({ level: 'silent' }),
    onProgress: () => {},
    // Five servers of a run, each with a pool, and those who look on.
    settings: { max_connections: '300' },
  });
  await query(embedded.url, `create database ${template}`);
  const at = (name: string): string => Object.assign(new URL(embedded.url), { pathname: `/${name}` }).toString();
  await migrate(at(template), entities);
  const redis = await openRedis(folder);
  let creating: Promise<unknown> = Promise.resolve();
  let thaw = (): void => {};
  let closing: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    thaw();
    await redis?.stop();
    await endChildren(folder);
    await embedded.close();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    ...options,
    folder,
    redis,
    postgres: {
      async create(name) {
        // Two at once would each find the other at the template.
        creating = creating
          .catch(() => {})
          .then(() => query(embedded.url, `create database ${name} template ${template}`));
        await creating;
        return at(name);
      },
      async end(signal) {
        process.kill(await postmaster(folder), signal);
        // Whoever holds it starts it again by itself.
        await new Promise((resolve) => setTimeout(resolve, 500));
      },
      async freeze() {
        const pid = await postmaster(folder);
        const pids = [pid, ...(await childrenOf(pid))];
        const tell = (signal: NodeJS.Signals): void => {
          for (const one of pids) trySignal(one, signal);
        };
        tell('SIGSTOP');
        thaw = () => tell('SIGCONT');
        return thaw;
      },
    },
    close: () => (closing ??= closeAll()),
  };
}

async function postmaster(folder: string): Promise<number> {
  return Number.parseInt(await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

async function openRedis(folder: string): Promise<Redis | null> {
  const program = programPath('redis');
  if (program === null) return null;
  const port = await freePort();
  let child: ChildProcess | null = null;
  const redis: Redis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const list = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
      child = spawn(program, [...list, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
      await until(() => answers(port));
    },
    async stop() {
      const running = child;
      child = null;
      if (running === null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await ended;
    },
    command: (line) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\r\n`));
        socket.once('data', () => (socket.end(), resolve()));
        socket.once('error', reject);
      }),
  };
  await redis.start();
  return redis;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs one statement on a connection of its own. */
export async function query<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
