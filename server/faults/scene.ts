// Where a fault plays: one server as one or several processes, alice who lives there, and eve of a server next door whom she
// follows.
import type { Json } from '#server/platform/fediverse/json.ts';
import type { Answer, Person } from '#server/testing/people.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { openHouse, type House, type HouseOptions } from './house.ts';
import type { Rig } from './rig.ts';

export interface FaultScene extends House {
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
  /** Sends it as eve; a connection that breaks is status 0. `date`: by her clock. */
  send(activity: Json, inbox?: string, date?: Date): Promise<number>;
}

export async function openScene(rig: Rig, options: HouseOptions = {}): Promise<FaultScene> {
  const { house, people } = await openHouse(rig, ['alice'], options);
  const { alice } = people;
  const there = await openStranger();
  const eve = await there.person('eve');
  const scene: FaultScene = {
    ...house,
    alice,
    aliceUri: `${house.origin}/ap/users/${alice.accountId}`,
    there,
    eve,
    inbox: `${house.origin}/ap/inbox`,
    ask: (method, path, body, headers) => house.askAs(alice, method, path, body, headers),
    create: (name) => createOf(eve, name),
    send: (activity, inbox, date) =>
      eve.send(inbox ?? scene.inbox, activity, date === undefined ? {} : { date }).catch(() => 0),
    async close() {
      await house.close();
      await there.close();
    },
  };
  try {
    await followEve(scene);
  } catch (error) {
    await scene.close();
    throw error;
  }
  return scene;
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

/** Tries until it is answered as wanted: a client and a server that try again. */
export async function insist(work: () => Promise<number>, wanted: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    if ((await work()) === wanted) return;
    if (tries === 600) throw new Error(`not answered with ${wanted} in ${tries} tries`);
    await sleep(200);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
