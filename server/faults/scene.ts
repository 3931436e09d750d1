// Where a fault plays: one server as one or several processes, alice who lives there, and eve of a server next door whom she
// follows.
import pino from 'pino';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { childServer, type ChildServer } from '#server/testing/child-server.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { freePort, query, type Rig } from './rig.ts';

export interface Node extends ChildServer {
  address: string;
}

export interface FaultScene {
  origin: string;
  databaseUrl: string;
  /** The processes, in the order of their roles. */
  nodes: Node[];
  alice: Person;
  aliceUri: string;
  /** Her server next door, and eve there. */
  there: StrangeServer;
  eve: Stranger;
  inbox: string;
  /** Asks the first process as alice; a connection that breaks is status 0. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A Create of a public note by eve with an id of its own. */
  create(name: string): Json;
  /** Sends it as eve; a connection that breaks is status 0. */
  send(activity: Json, inbox?: string): Promise<number>;
  /** One value of the database. */
  value(text: string, values?: unknown[]): Promise<number>;
  close(): Promise<void>;
}

export interface SceneOptions {
  redis?: boolean;
  /** Roles of each process; one with all unless said otherwise. */
  roles?: readonly string[];
  /** Names that end in `.test` lead to this machine, and clocks can be moved. */
  names?: boolean;
  env?: Record<string, string>;
}

let opened = 0;

export async function openScene(rig: Rig, options: SceneOptions = {}): Promise<FaultScene> {
  opened += 1;
  const databaseUrl = await rig.postgres.create(`fault_${opened}`);
  const folder = join(rig.folder, `data-${opened}`);
  await mkdir(folder);
  const nodes: Node[] = [];
  const env = await environment(rig, databaseUrl, folder, options);
  const origin = env['ORIGIN'] ?? '';
  for (const [place, roles] of (options.roles ?? ['all']).entries()) {
    const port = place === 0 ? Number(env['PORT']) : await freePort();
    const own = { ...env, ROLES: roles, PORT: String(port) };
    nodes.push({ ...childServer({ env: own, names: options.names ?? false }), address: `http://localhost:${port}` });
  }
  const { config, secrets } = loadConfig({ env, file: null });
  const ctx = await openContext({ config, secrets, log: pino({ level: 'silent' }), databaseUrl });
  const alice = await signUp({ ctx, origin }, 'alice');
  await ctx.close();
  for (const node of nodes) await node.start();
  const there = await openStranger();
  const eve = await there.person('eve');
  const scene: FaultScene = {
    origin,
    databaseUrl,
    nodes,
    alice,
    aliceUri: `${origin}/ap/users/${alice.accountId}`,
    there,
    eve,
    inbox: `${origin}/ap/inbox`,
    ask: (method, path, body, headers) =>
      call(origin, method, path, { token: alice.token, body, headers }).catch(() => broken),
    create: (name) => createOf(eve, name),
    send: (activity, inbox) => eve.send(inbox ?? scene.inbox, activity).catch(() => 0),
    async value(text, values) {
      const [row] = await query<{ value: string }>(databaseUrl, text, values);
      return Number(row?.value ?? 0);
    },
    async close() {
      for (const node of nodes) await node.kill();
      await there.close();
    },
  };
  await followEve(scene);
  return scene;
}

const broken: Answer = { status: 0, body: null, headers: new Headers() };

async function environment(rig: Rig, url: string, folder: string, options: SceneOptions) {
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
  if (options.redis === true && rig.redis !== null)
    Object.assign(env, { REDIS_URL: rig.redis.url, REDIS_PREFIX: `fault-${opened}` });
  return env;
}

/** Alice follows eve, and eve's server accepts: what eve writes is wanted here. */
async function followEve(scene: FaultScene): Promise<void> {
  const { there, eve } = scene;
  const found = await scene.ask('GET', `/api/v1/accounts/search?q=eve@${there.host}&resolve=true`);
  await scene.ask('POST', `/api/v1/accounts/${found.body[0].id}/follow`);
  await until(() => there.delivered.length > 0, 60_000);
  const accept = { '@context': context, id: `${eve.uri}/accept`, type: 'Accept', actor: eve.uri };
  await scene.send({ ...accept, object: there.delivered[0]?.activity['id'] });
  const follows = `select count(*) as value from follows where state = 'accepted'`;
  await until(async () => (await scene.value(follows)) === 1, 60_000);
}

const context = 'https://www.w3.org/ns/activitystreams';
const everybody = `${context}#Public`;

function createOf(eve: Stranger, name: string): Json {
  const audience = { to: [everybody], cc: [`${eve.uri}/followers`] };
  const published = new Date().toISOString();
  const id = `${eve.uri}/notes/${name}`;
  const object = { id, type: 'Note', attributedTo: eve.uri, content: `<p>${name}</p>`, published, ...audience };
  return { '@context': context, id: `${id}/activity`, type: 'Create', actor: eve.uri, object, ...audience };
}

/** Lets people of other servers follow alice, one for each server. */
export async function addFollowers(scene: FaultScene, servers: readonly StrangeServer[]): Promise<void> {
  for (const [place, server] of servers.entries()) {
    const fan = await server.person(`fan${place}`);
    const follow = { '@context': context, id: `${fan.uri}/follow`, type: 'Follow', actor: fan.uri };
    await fan.send(scene.inbox, { ...follow, object: scene.aliceUri });
  }
  const count = `select followers_count as value from accounts where id = ${scene.alice.accountId}`;
  await until(async () => (await scene.value(count)) === servers.length, 120_000);
}

/** Does work for each number, so many at once. */
export async function inParallel(count: number, width: number, work: (place: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const place = next;
      next += 1;
      await work(place);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
