// A server of a run as one or several processes on a database of its own, with people who live there.
import pino from 'pino';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import { childServer, type ChildServer } from '#server/testing/child-server.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { freePort, query, type Rig } from './rig.ts';

export interface Node extends ChildServer {
  address: string;
}

export interface House {
  origin: string;
  /** Where its first process answers. */
  address: string;
  databaseUrl: string;
  /** The processes, in the order of their roles. */
  nodes: Node[];
  /** Asks the first process as one of its people; a connection that breaks is status 0. */
  askAs(
    person: Person,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** One value of the database. */
  value(text: string, values?: unknown[]): Promise<number>;
  rows<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Sets the clocks of all its processes to that many ms from now. */
  setClocks(movedMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface HouseOptions {
  redis?: boolean;
  /** Roles of each process; one with all unless said otherwise. */
  roles?: readonly string[];
  /** Names that end in `.test` lead to this machine, and clocks can be moved. */
  names?: boolean;
  env?: Record<string, string>;
}

let opened = 0;
const broken: Answer = { status: 0, body: null, headers: new Headers() };

/** Starts its processes, and signs these people up before. */
export async function openHouse<Name extends string>(
  rig: Rig,
  names: readonly Name[],
  options: HouseOptions = {},
): Promise<{ house: House; people: Record<Name, Person> }> {
  const number = (opened += 1);
  const databaseUrl = await rig.postgres.create(`fault_${number}`);
  const folder = join(rig.folder, `data-${number}`);
  await mkdir(folder);
  const env = await environment(databaseUrl, folder, options);
  if (options.redis === true && rig.redis !== null)
    Object.assign(env, { REDIS_URL: rig.redis.url, REDIS_PREFIX: `fault-${number}` });
  const nodes: Node[] = [];
  for (const [place, roles] of (options.roles ?? ['all']).entries()) {
    const port = place === 0 ? Number(env['PORT']) : await freePort();
    const own = { ...env, ROLES: roles, PORT: String(port) };
    nodes.push({ ...childServer({ env: own, names: options.names ?? false }), address: `http://localhost:${port}` });
  }
  const origin = env['ORIGIN'] ?? '';
  const address = nodes[0]?.address ?? origin;
  const people = await settle(env, databaseUrl, address, names);
  await startInTurn(nodes);
  const house: House = {
    origin,
    address,
    databaseUrl,
    nodes,
    askAs: (person, method, path, body, headers) =>
      call(address, method, path, { token: person.token, body, headers }).catch(() => broken),
    rows: (text, values) => query(databaseUrl, text, values),
    async value(text, values) {
      const [row] = await query<{ value: string }>(databaseUrl, text, values);
      return Number(row?.value ?? 0);
    },
    async setClocks(movedMs) {
      await Promise.all(nodes.map((node) => node.setClock(movedMs)));
    },
    async close() {
      for (const node of nodes) await node.kill();
    },
  };
  return { house, people };
}

let starting: Promise<void> = Promise.resolve();

/** One process after the other, whoever else starts some: a start takes all of a core. Ends them all when one does not start. */
async function startInTurn(nodes: readonly Node[]): Promise<void> {
  const mine = starting.then(async () => {
    for (const node of nodes) await node.start();
  });
  starting = mine.catch(() => {});
  try {
    await mine;
  } catch (error) {
    for (const node of nodes) await node.kill();
    throw error;
  }
}

async function settle<Name extends string>(
  env: Record<string, string>,
  databaseUrl: string,
  address: string,
  names: readonly Name[],
): Promise<Record<Name, Person>> {
  const { config, secrets } = loadConfig({ env, file: null });
  const ctx = await openContext({ config, secrets, log: pino({ level: 'silent' }), databaseUrl });
  try {
    const people = names.map(async (name) => [name, await signUp({ ctx, origin: address }, name)] as const);
    return Object.fromEntries(await Promise.all(people)) as Record<Name, Person>;
  } finally {
    await ctx.close();
  }
}

async function environment(url: string, folder: string, options: HouseOptions) {
  const port = await freePort();
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: folder,
    DATABASE_URL: url,
    ORIGIN: `http://localhost:${port}`,
    PORT: String(port),
    ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'warn',
    RATE_LIMIT: '1000000',
    ...options.env,
  };
  return env;
}

/** What a process tells Prometheus under a name: the sum over all labels that match. */
export async function readMetric(address: string, name: string, labels = /./): Promise<number> {
  const text = await (await fetch(new URL('/metrics', address))).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => labels.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
