// What well-known software sends, in the form in which it sends it, and what becomes of it here. One folder a software, one
// story a folder, in the order of the files: actors are shown, activities come in by the inbox, other documents stand on their
// server. Beside each is what an app is then told (`.entity.json`).
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isActorType } from '#server/features/accounts/activitypub/actor-read.ts';
import { asId, asObject, asOnlyId, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { expectGolden, withNames, type Names } from '#server/testing/golden.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';

const folder = new URL('fixtures/', import.meta.url);
const software = readdirSync(folder);
const documentsOf = (name: string): string[] =>
  readdirSync(new URL(`${name}/`, folder))
    .filter((file) => file.endsWith('.json') && !file.endsWith('.entity.json'))
    .toSorted();

const activities = 'Create Update Delete Announce Like EmojiReact Dislike Undo Accept Follow Block'.split(' ');
/** What each of them shows at least. */
const everybodySends = ['Accept', 'Create', 'Announce', 'Like', 'Update', 'Undo', 'Delete'];

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server?.close());

/** One software, somebody here, and two posts by them: a note and a poll. */
interface Story {
  there: StrangeServer;
  alice: Person;
  names: Names;
  /** What stands in files for what is made in each run. */
  ours: Map<string, string>;
  senders: Map<string, Stranger>;
}

async function openStory(name: string): Promise<Story> {
  const there = await openStranger();
  const alice = await signUp(server, `alice_${name}`);
  const write = async (body: object): Promise<string> => (await alice.api('POST', '/api/v1/statuses', body)).body.uri;
  const poll = { options: ['yes', 'no'], expires_in: 86_400 };
  const ours = new Map([
    ['https://rookery.example/ap/users/1', `${server.origin}/ap/users/${alice.accountId}`],
    ['https://rookery.example/ap/posts/1', await write({ status: 'Hello', language: 'en' })],
    ['https://rookery.example/ap/posts/2', await write({ status: 'Agreed?', language: 'en', poll })],
  ]);
  const names = { [`https://${name}.example`]: there.origin, 'https://rookery.example': server.origin };
  return { there, alice, names, ours, senders: new Map() };
}

function readDocument(story: Story, name: string, file: string): Json {
  let text = readFileSync(new URL(`${name}/${file}`, folder), 'utf8');
  for (const [written, made] of story.ours) text = text.replaceAll(`"${written}"`, `"${made}"`);
  for (const [written, origin] of Object.entries(story.names)) text = text.replaceAll(written, origin);
  return JSON.parse(text) as Json;
}

/** The account as an app sees it; alice asks to follow it, and their `Accept` will say to what it answers. */
async function meet(story: Story, document: Json): Promise<unknown> {
  const { there, alice, senders, ours } = story;
  const sender = await there.actor(document);
  senders.set(sender.uri, sender);
  const handle = `${sender.name}@${there.host}`;
  const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=${handle}&resolve=true`)).body;
  await alice.api('POST', `/api/v1/accounts/${found.id}/follow`);
  const asked = () => there.delivered.find(({ activity }) => activity['object'] === sender.uri)?.activity['id'];
  await until(() => asked() !== undefined);
  ours.set(`https://rookery.example/ap/follows/${senders.size}`, String(asked()));
  return found;
}

async function send({ senders }: Story, document: Json): Promise<string | null> {
  const sender = senders.get(asId(document['actor']) ?? '');
  expect(await sender?.send(`${server.origin}/ap/inbox`, document)).toBe(202);
  let outcome: string | null = null;
  await until(async () => {
    // Not everything that is sent has an id.
    const { rows } = await server.ctx.database.pool.query<{ outcome: string | null }>(
      `select outcome from inbox_activities where activity_uri = $1
       or ($1::text is null and actor_uri = $2 and activity_uri like $2 || '#nameless/%') order by id desc limit 1`,
      [document['id'], document['actor']],
    );
    outcome = rows[0]?.outcome ?? null;
    return outcome !== null;
  });
  return outcome;
}

const seen = new Map<string, string>();

/** The post that an activity is about, innermost first: what a group passes on stands inside. */
async function postAround(document: Json): Promise<string | null> {
  const object = asObject(document['object']);
  const addresses = [
    ...(typeOf(document) === 'Undo' ? [asOnlyId(object?.['object'])] : []),
    document['id'],
    asOnlyId(document['object']),
    asId(object?.['inReplyTo']),
    asOnlyId(object?.['object']),
    asOnlyId(asObject(object?.['object'])?.['object']),
  ];
  for (const uri of addresses) {
    const { rows } = await server.ctx.database.pool.query<{ id: string }>('select id from posts where uri = $1', [uri]);
    const id = rows[0]?.id ?? seen.get(String(uri));
    if (typeof uri !== 'string' || id === undefined) continue;
    seen.set(uri, id);
    return id;
  }
  return null;
}

/** What an app is told of that with which an activity deals: the post, the account, or how alice stands to them. */
async function look({ alice }: Story, document: Json): Promise<Answer['body']> {
  const type = typeOf(document) ?? '';
  const { rows } = await server.ctx.database.pool.query<{ id: string }>('select id from accounts where uri = $1', [
    asOnlyId(document['actor']),
  ]);
  const isAboutPeople = ['Accept', 'Follow', 'Block'].includes(type);
  if (isAboutPeople) return (await alice.api('GET', `/api/v1/accounts/relationships?id[]=${rows[0]?.id}`)).body[0];
  const id = await postAround(document);
  const path = id === null ? `/api/v1/accounts/${rows[0]?.id}` : `/api/v1/statuses/${id}`;
  return (await alice.api('GET', path)).body;
}

describe.each(software)('%s', (name) => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory(name);
  });
  afterAll(() => story?.there.close());

  it.each(documentsOf(name))('%s', { retry: 0 }, async (file) => {
    const document = readDocument(story, name, file);
    const golden = new URL(`${name}/${file.replace('.json', '.entity.json')}`, folder);
    const type = typeOf(document) ?? '';
    if (isActorType(type)) {
      expectGolden(golden, withNames(await meet(story, document), story.names));
    } else if (activities.includes(type)) {
      expect(await send(story, document)).toBe('done');
      expectGolden(golden, withNames(await look(story, document), story.names));
    } else {
      const { pathname, search } = new URL(String(document['id']));
      story.there.show(pathname + search, document);
    }
  });

  it('is shown with all that it sends', () => {
    const sent = documentsOf(name).flatMap((file) => {
      const document = readDocument(story, name, file);
      return [typeOf(document), typeOf(asObject(document['object']) ?? {})];
    });
    expect(sent).toEqual(expect.arrayContaining(everybodySends));
  });
});
