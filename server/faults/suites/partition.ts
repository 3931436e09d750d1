// Three servers that cannot reach each other for a while: two of ours and one of another software. All go on writing; when they
// meet again, each has what the others have.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '#server/testing/authority.ts';
import type { Answer, Person } from '#server/testing/people.ts';
import { openTlsFront, type TlsFront } from '#server/testing/tls-front.ts';
import { until } from '#server/testing/until.ts';
import { finding, type Fault, type Finding } from '../fault.ts';
import { openHouse, type House } from '../house.ts';
import { openMammoth, type Mammoth } from '../mammoth.ts';
import type { Rig } from '../rig.ts';
import { sleep } from '../scene.ts';

const names = { here: 'a.rookery.test', there: 'b.rookery.test', far: 'c.mammoth.test' };
const apartMs = 10 * 60_000;
const rounds = 5;
const patienceMs = 180_000;

interface Place {
  house: House;
  person: Person;
  handle: string;
}

interface World {
  /** Ana's and bea's. */
  ours: [Place, Place];
  mammoth: Mammoth;
  front: TlsFront;
  inboxes: string[];
  close(): Promise<void>;
}

/** What all should show in the end. */
interface Wanted {
  uris: Set<string>;
  /** Contents of posts that were edited. */
  contents: Map<string, string>;
  /** How often posts of ours were liked and boosted, as their own servers say. */
  liked: string;
  boosted: string;
  deleted: string;
}

export const partition: Fault = {
  id: 'R40',
  title:
    'two Rookeries and another server cannot reach each other for ten minutes (one of them real), all write, then they can',
  isQuiet: true,
  async run(rig) {
    const world = await openWorld(rig);
    try {
      const [ana, bea] = world.ours;
      const wanted = await writeBefore(world);
      await until(async () => (await differences(world, wanted)).length === 0, 60_000);
      for (const name of Object.values(names)) world.front.cut(name, true);
      await writeApart(world, wanted, Math.max(10_000, 60_000 * rig.scale));
      await sleep(1000);
      const apart = await differences(world, wanted);
      for (const name of Object.values(names)) world.front.cut(name, false);
      const healed = Date.now();
      let left = apart;
      await until(async () => (left = await differences(world, wanted)).length === 0, patienceMs).catch(() => {});
      const seconds = (Date.now() - healed) / 1000;
      if (left.length > 0) rig.say(`   still different: ${left.slice(0, 5).join('; ')}`);
      return [
        { promise: 'apart they differ', measured: `${apart.length} differences`, isMet: apart.length > 0 },
        finding(`differences at ${ana.handle}, ${bea.handle} and mia, after all`, left.length, { is: 0 }),
        finding('until the timelines are the same', seconds, { atMost: 120 }, ' s'),
        ...(await repeats(world)),
      ];
    } finally {
      await world.close();
    }
  },
};

async function openWorld(rig: Rig): Promise<World> {
  const authority = createAuthority();
  const trusted = join(rig.folder, 'partition-authority.pem');
  await writeFile(trusted, authority.cert);
  const front = await openTlsFront(authority, Object.values(names));
  const open = async <Name extends string>(host: string, name: Name): Promise<Place> => {
    const origin = `https://${host}:${front.port}`;
    const env = { ORIGIN: origin, TRUST_PROXY: '127.0.0.1/32', NODE_EXTRA_CA_CERTS: trusted };
    const { house, people } = await openHouse(rig, [name], { names: true, env });
    front.lead(host, { address: house.address });
    return { house, person: people[name], handle: `${name}@${host}:${front.port}` };
  };
  const ours: [Place, Place] = [await open(names.here, 'ana'), await open(names.there, 'bea')];
  const mammoth = await openMammoth(front, authority, names.far);
  const world = {
    ours,
    mammoth,
    front,
    inboxes: ours.map(({ house }) => `${house.origin}/ap/inbox`),
    async close() {
      await Promise.all(ours.map(({ house }) => house.close()));
      await mammoth.close();
      await front.close();
    },
  };
  try {
    await meet(world);
  } catch (error) {
    await world.close();
    throw error;
  }
  return world;
}

/** Everybody follows everybody. */
async function meet({ ours: [ana, bea], mammoth, front }: World): Promise<void> {
  const { mia } = mammoth;
  const follow = async (who: Place, handle: string): Promise<void> => {
    const found = await ask(who, 'GET', `/api/v1/accounts/search?q=${encodeURIComponent(handle)}&resolve=true`);
    await ask(who, 'POST', `/api/v1/accounts/${found.body[0].id}/follow`);
  };
  await follow(ana, bea.handle);
  await follow(bea, ana.handle);
  for (const [place, who] of [ana, bea].entries()) {
    await follow(who, `mia@${names.far}:${front.port}`);
    const target = `${who.house.origin}/ap/users/${who.person.accountId}`;
    const inbox = `${who.house.origin}/ap/inbox`;
    const isFollow = ({ activity }: Mammoth['delivered'][number]): boolean =>
      activity['type'] === 'Follow' && activity['actor'] === target;
    await until(() => mammoth.delivered.some(isFollow), 60_000);
    const asked = mammoth.delivered.find(isFollow)?.activity['id'];
    const own = { '@context': 'https://www.w3.org/ns/activitystreams', actor: mia.uri };
    mammoth.send([inbox], { ...own, id: `${mia.uri}/accepts/${place}`, type: 'Accept', object: asked });
    mammoth.send([inbox], { ...own, id: `${mia.uri}/follows/${place}`, type: 'Follow', object: target });
  }
  const follows = `select count(*) as value from follows where state = 'accepted'`;
  for (const { house } of [ana, bea]) await until(async () => (await house.value(follows)) === 4, 60_000);
}

const ask = ({ house, person }: Place, method: string, path: string, body?: unknown): Promise<Answer> =>
  house.askAs(person, method, path, body);

async function write(place: Place, status: string, more: object = {}): Promise<Answer['body']> {
  const { status: code, body } = await ask(place, 'POST', '/api/v1/statuses', { status, ...more });
  if (code !== 200) throw new Error(`a post was answered with ${code}`);
  return body;
}

async function writeBefore({ ours, mammoth, inboxes }: World): Promise<Wanted> {
  const uris = new Set<string>();
  for (const place of ours)
    for (const name of ['first', 'second', 'third'])
      uris.add((await write(place, `${place.person.username} ${name}`)).uri);
  mammoth.post(inboxes, 'first');
  uris.add(`${mammoth.mia.uri}/notes/first`);
  return { uris, contents: new Map(), liked: '', boosted: '', deleted: '' };
}

/** What everybody does while nobody hears of it; the clocks of ours are moved on to ten minutes. */
async function writeApart(world: World, wanted: Wanted, forMs: number): Promise<void> {
  const { ours, mammoth, inboxes } = world;
  const [ana, bea] = ours;
  await changeApart(world, wanted);
  for (let round = 1; round <= rounds; round += 1) {
    for (const place of ours) wanted.uris.add((await write(place, `${place.person.username} apart ${round}`)).uri);
    mammoth.post(inboxes, `apart${round}`);
    wanted.uris.add(`${mammoth.mia.uri}/notes/apart${round}`);
    await sleep(forMs / rounds);
    const movedMs = ((apartMs - forMs) / rounds) * round;
    await Promise.all([ana.house.setClocks(movedMs), bea.house.setClocks(movedMs)]);
  }
}

/** An edit, a deletion, a like, a boost and a reply, each about what the others have. */
async function changeApart({ ours: [ana, bea], mammoth, inboxes }: World, wanted: Wanted): Promise<void> {
  const seenBy = async (place: Place, text: string): Promise<Answer['body']> =>
    (await home(place)).find((status) => textOf(status) === text);
  const edited = await seenBy(ana, 'ana first');
  await ask(ana, 'PUT', `/api/v1/statuses/${edited.id}`, { status: 'ana first, edited' });
  wanted.contents.set(edited.uri, 'ana first, edited');
  const deleted = await seenBy(bea, 'bea first');
  await ask(bea, 'DELETE', `/api/v1/statuses/${deleted.id}`);
  wanted.uris.delete(deleted.uri);
  wanted.deleted = deleted.uri;
  const liked = await seenBy(bea, 'ana second');
  await ask(bea, 'POST', `/api/v1/statuses/${liked.id}/favourite`);
  wanted.liked = liked.uri;
  const boosted = await seenBy(ana, 'bea second');
  await ask(ana, 'POST', `/api/v1/statuses/${boosted.id}/reblog`);
  wanted.boosted = boosted.uri;
  const answered = await seenBy(bea, 'ana third');
  wanted.uris.add((await write(bea, `@${ana.handle} I see`, { in_reply_to_id: answered.id })).uri);
  mammoth.edit(inboxes, 'first', 'first, edited');
  wanted.contents.set(`${mammoth.mia.uri}/notes/first`, 'first, edited');
}

const textOf = ({ content }: Answer['body']): string => content.replaceAll(/<[^>]+>/g, '');

/** Own home, boosts aside. */
async function home(place: Place): Promise<Array<Answer['body']>> {
  const { body } = await ask(place, 'GET', '/api/v1/timelines/home?limit=40');
  return Array.isArray(body) ? body.filter((status: Answer['body']) => status.reblog === null) : [];
}

/** In what the homes of ours and the inbox of the other differ from what they should show. */
async function differences(world: World, wanted: Wanted): Promise<string[]> {
  const { ours, mammoth } = world;
  const found: string[] = [];
  for (const place of ours) {
    const shown = new Map((await home(place)).map((status) => [status.uri as string, status]));
    const who = place.person.username;
    for (const uri of wanted.uris) if (!shown.has(uri)) found.push(`${who} lacks ${uri}`);
    for (const uri of shown.keys()) if (!wanted.uris.has(uri)) found.push(`${who} has ${uri}`);
    for (const [uri, text] of wanted.contents)
      if (shown.has(uri) && textOf(shown.get(uri)) !== text) found.push(`${who} has ${uri} as it was`);
    const isOwn = (uri: string): boolean => uri.startsWith(place.house.origin);
    if (isOwn(wanted.liked) && shown.get(wanted.liked)?.favourites_count !== 1) found.push(`${who} knows of no like`);
    if (isOwn(wanted.boosted) && shown.get(wanted.boosted)?.reblogs_count !== 1) found.push(`${who} knows of no boost`);
  }
  const heard = (type: string): Set<string> =>
    new Set(
      mammoth.delivered.filter(({ activity }) => activity['type'] === type).map(({ activity }) => idOf(activity)),
    );
  const created = heard('Create');
  for (const uri of wanted.uris)
    if (!uri.startsWith(new URL(mammoth.mia.uri).origin) && !created.has(uri)) found.push(`mia lacks ${uri}`);
  if (wanted.deleted !== '' && !heard('Delete').has(wanted.deleted)) found.push('mia does not know of the deletion');
  return found;
}

const idOf = ({ object }: Record<string, unknown>): string =>
  typeof object === 'string' ? object : String((object as { id?: string } | undefined)?.id);

/** How many activities the other server got twice. */
async function repeats({ mammoth }: World): Promise<Finding[]> {
  // Ana's server passes on what answers her: that is no repeat of bea's.
  const senderOf = (signature: unknown): string => /keyId="https?:..([^/]+)/u.exec(String(signature))?.[1] ?? '';
  const ids = mammoth.delivered.map(
    ({ activity, headers }) => `${String(activity['id'])} by ${senderOf(headers['signature'])}`,
  );
  const twice = ids.filter((id, place) => ids.indexOf(id) < place);
  const found = finding(`repeats among ${ids.length} deliveries to mia`, twice.length, { is: 0 });
  return [{ ...found, measured: [found.measured, ...twice].join('; ') }];
}
