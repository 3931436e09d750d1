// What every scenario is given: the seeded database, the server under test, the limit beside it, and the load generators.
// Parts start when first asked for and are stopped together.
import { createServer } from 'node:net';
import { Client } from 'pg';
import { schedule } from '#server/schedule.ts';
import { builtProgram } from '#server/testing/child-server.ts';
import type { BenchDatabase } from './database.ts';
import type { HttpFigures, HttpJob } from './load/http.ts';
import { cpuMs, postgresCpuMs, postmasterOf, serverFlags, serverMemory, startChild, type Child } from './processes.ts';
import type { PeerKeys } from './peer.ts';
import { benchHost, benchOrigin, firstLaterId, type SeedSize } from './seed/size.ts';
import type { Row } from './table.ts';

/** A server of a run. */
export interface Running {
  child: Child;
  url: string;
}

export interface Rig {
  database: BenchDatabase;
  size: SeedSize;
  /** One connection for setting up and looking. */
  sql: Client;
  /** Pairs of rounds, and how long each lasts. */
  rounds: number;
  seconds: number;
  /** Of the remote author whose activities come in. */
  peerKeys: PeerKeys;
  server(): Promise<Running>;
  limit(): Promise<Running>;
  http(job: HttpJob): Promise<HttpFigures>;
  /** Runs `work` and says what CPU it cost the process and the database, in ms. */
  spent<Result>(
    pid: number,
    work: () => Promise<Result>,
  ): Promise<{ result: Result; nodeMs: number; postgresMs: number }>;
  /** Publishes a public post and returns its id. */
  post(url: string, token: string, text: string): Promise<string>;
  /** Waits until nothing is left to do in the background. */
  settle(): Promise<void>;
  report(...rows: Row[]): void;
  say(line: string): void;
  /** Stops the server under test, so that the next scenario gets a fresh one. */
  stopServer(): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions {
  database: BenchDatabase;
  size: SeedSize;
  rounds: number;
  seconds: number;
  peerKeys: PeerKeys;
  /** Further arguments of the server's Node, and further settings. */
  serverArguments: string[];
  settings: Record<string, string>;
  report(...rows: Row[]): void;
  say(line: string): void;
}

/** The settings of a real, quiet server; the rate limit would otherwise be what is measured. */
export function serverEnv(port: number, folder: string, databaseUrl: string | null): Record<string, string> {
  return {
    ORIGIN: benchOrigin,
    HANDLE_DOMAIN: benchHost,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
    RATE_LIMIT: '10000000',
    ROLES: 'all',
    ALLOW_PRIVATE_ADDRESSES: 'true',
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  };
}

export async function openRig(options: RigOptions): Promise<Rig> {
  const { database } = options;
  const sql = new Client({ connectionString: database.url, application_name: 'rookery bench' });
  await sql.connect();
  await resetRun(sql);
  const parts = new Map<string, Promise<Running>>();
  const once = (name: string, start: () => Promise<Running>): Promise<Running> => {
    const present = parts.get(name) ?? start();
    parts.set(name, present);
    return present;
  };
  const stop = async (name: string): Promise<void> => {
    const part = await parts.get(name)?.catch(() => null);
    parts.delete(name);
    await part?.child.stop();
  };
  const rig: Rig = {
    ...options,
    sql,
    server: () => once('server', () => startServer(options)),
    limit: () => once('limit', () => startLimit(database.url, options.peerKeys.publicKey)),
    async http(job) {
      const { child } = await once('http', async () => ({
        ...(await startChild({ file: 'server/bench/load/http.ts' })),
        url: '',
      }));
      return child.ask<HttpFigures>(job);
    },
    async spent(pid, work) {
      const postmaster = await postmasterOf(database.folder);
      const [node, postgres] = [await cpuMs(pid), await postgresCpuMs(postmaster)];
      const result = await work();
      return {
        result,
        nodeMs: ((await cpuMs(pid)) ?? NaN) - (node ?? NaN),
        postgresMs: ((await postgresCpuMs(postmaster)) ?? NaN) - (postgres ?? NaN),
      };
    },
    post,
    settle: () => settle(sql),
    stopServer: () => stop('server'),
    async close() {
      for (const name of parts.keys()) await stop(name);
      await sql.end();
    },
  };
  return rig;
}

async function startServer({ database, serverArguments, settings }: RigOptions): Promise<Running> {
  const port = await freePort();
  const { child } = await startChild<'ready'>({
    // A profile names what it saw by the files of the sources.
    file: serverArguments.length > 0 ? 'server/main.ts' : await builtProgram('main.js'),
    env: { ...serverEnv(port, database.folder, database.url), ...serverMemory, ...settings },
    execArgv: [...serverFlags, ...serverArguments],
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

async function startLimit(databaseUrl: string, publicKey: string): Promise<Running> {
  const { child, ready } = await startChild<{ port: number }>({
    file: 'server/bench/limits/server.ts',
    env: { DATABASE_URL: databaseUrl, PUBLIC_KEY: publicKey },
  });
  return { child, url: `http://127.0.0.1:${ready.port}` };
}

async function post(url: string, token: string, text: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/statuses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status: text }),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`the post was answered ${answer.status}: ${body.slice(0, 300)}`);
  const status: unknown = JSON.parse(body);
  return typeof status === 'object' && status !== null && 'id' in status ? String(status.id) : '';
}

async function settle(sql: Client): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { rows } = await sql.query<{ done: boolean }>(
      `select not exists (select from outbox_events) and not exists (select from deliveries where state = 'waiting' and due_at <= now()) as done`,
    );
    if (rows[0]?.done === true) return;
    if (performance.now() > deadline) throw new Error('the server has not settled within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Takes away what an earlier run left behind, and lets no regular task run in this one. */
async function resetRun(sql: Client): Promise<void> {
  await sql.query('delete from feed_entries where post_id > $1', [firstLaterId]);
  await sql.query('delete from posts where id > $1', [firstLaterId]);
  await sql.query('delete from accounts where id > $1', [firstLaterId]);
  await sql.query(
    'truncate outbox_events, outgoing_activities, deliveries, inbox_activities, remote_hosts, idempotency_keys, tombstones',
  );
  await sql.query('create table if not exists bench.told (id bigserial primary key, text text not null)');
  await sql.query('truncate bench.told');
  await sql.query(
    `insert into schedule_runs (task, ran_at) select task, now() + interval '1 hour' from unnest($1::text[]) as task
     on conflict (task) do update set ran_at = excluded.ran_at`,
    [Object.keys(schedule)],
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
