// An independent ActivityPub server for tests: another author's software, unchanged, as a process of its own. It is started
// and asked, never imported.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { Client, Pool } from 'pg';
import { inject } from 'vitest';
import { freePort } from './server.ts';
import { until } from './until.ts';

export interface Peer {
  origin: string;
  /** The handle of somebody who lives there: `wren` follows, likes and answers whoever mentions it, `robin` greets its followers, `tally` counts. */
  handle(name: string): string;
  actor(name: string): string;
  /** Ids of the activities that somebody there has received, in no order. */
  received(name: string): Promise<string[]>;
  /** Whom somebody there follows, or who follows them. */
  following(name: string): Promise<string[]>;
  followers(name: string): Promise<string[]>;
  /** Activities of somebody there, newest first, as their server gives them to anybody. */
  outbox(name: string): Promise<unknown[]>;
  /** How often `tally` was told of each post, by the post's id. */
  told(): Promise<Map<string, number>>;
  /** The last lines that it logged: for messages of tests that fail. */
  log(): string;
  stop(): Promise<void>;
}

const folder = dirname(fileURLToPath(import.meta.url));
const program = join(
  dirname(fileURLToPath(import.meta.resolve('@evanp/activitypub-bot'))),
  '../bin/activitypub-bot.js',
);
const startWithinMs = 30_000;

/** Starts it on a free port with an empty database. `stock` gives it the residents it comes with (`ok` answers "OK") instead of ours. */
export async function openPeer(options: { stock?: boolean } = {}): Promise<Peer> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const database = await createEmptyDatabase(`peer_${process.pid}_${port}`);
  const pool = new Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => {});
  const { child, log } = start(origin, port, database.url, options.stock === true);
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the independent server ended:\n${log()}`);
      return isUp(origin);
    }, startWithinMs);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const collection = async (name: string, property: string): Promise<string[]> => {
    const { rows } = await pool.query<{ item: string }>(
      'select item from actorcollectionpage where username = $1 and property = $2',
      [name, property],
    );
    return rows.map(({ item }) => item);
  };
  return {
    origin,
    handle: (name) => `${name}@${new URL(origin).host}`,
    actor: (name) => `${origin}/user/${name}`,
    received: (name) => collection(name, 'inbox'),
    following: (name) => collection(name, 'following'),
    followers: (name) => collection(name, 'followers'),
    outbox: (name) => readOutbox(origin, name),
    async told() {
      const { rows } = await pool.query<{ key: string; value: string }>(
        `select key, value from botdata where username = 'tally' and key like 'told:%'`,
      );
      return new Map(rows.map(({ key, value }) => [key.slice('told:'.length), Number(JSON.parse(value))]));
    },
    log,
    async stop() {
      const ended = new Promise<void>((resolve) =>
        child.exitCode === null ? child.once('exit', () => resolve()) : resolve(),
      );
      child.kill('SIGKILL');
      await ended;
      await pool.end();
      await database.drop();
    },
  };
}

function start(
  origin: string,
  port: number,
  databaseUrl: string,
  stock: boolean,
): { child: ChildProcess; log: () => string } {
  const bots = stock ? [] : ['--bots-config-file', join(folder, 'peer/bots.ts')];
  const settings = [
    '--allow-private',
    '--origin',
    origin,
    '--port',
    String(port),
    '--database-url',
    databaseUrl,
    '--log-level',
    process.env['PEER_LOG'] ?? 'warn',
    ...bots,
  ];
  const child = spawn(process.execPath, ['--import', join(folder, 'peer/preload.ts'), program, ...settings], {
    // Its input stays open as long as the test's process lives; see the end of preload.ts.
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its flag counts only together with this.
    env: { PATH: process.env['PATH'], ALLOW_PRIVATE: 'true' },
  });
  let tail = '';
  const keep = (chunk: Buffer): void => {
    tail = (tail + chunk.toString()).slice(-200_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, log: () => tail };
}

async function isUp(origin: string): Promise<boolean> {
  return fetch(`${origin}/livez`).then(
    (response) => response.ok,
    () => false,
  );
}

async function readOutbox(origin: string, name: string): Promise<unknown[]> {
  const read = async (url: string): Promise<{ first?: string; orderedItems?: unknown[]; items?: unknown[] }> => {
    const response = await fetch(url, { headers: { accept: 'application/activity+json' } });
    return (await response.json()) as { first?: string; orderedItems?: unknown[] };
  };
  const { first } = await read(`${origin}/user/${name}/outbox`);
  if (first === undefined) return [];
  const page = await read(first);
  return page.orderedItems ?? page.items ?? [];
}

async function createEmptyDatabase(name: string): Promise<{ url: string; drop(): Promise<void> }> {
  const admin = async (text: string): Promise<void> => {
    const client = new Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => admin(`drop database if exists ${name} with (force)`) };
}
