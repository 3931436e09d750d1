// Every door takes whatever comes: the answer is never a fault of ours, a refusal says why, and what is refused leaves nothing behind.
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { call } from '#server/testing/people.ts';
import { startWorker } from '#server/worker.ts';
import { nameOf, openServerWithDoors, type Door } from './doors.ts';
import { fingerprint, openKnocker, type Heard } from './knock.ts';
import { oddRequests, type OddRequest } from './odd-requests.ts';
import type { Known } from './odd-values.ts';
import { restock } from './restock.ts';
import { sampleFor } from './samples.ts';
import { appToken, settleTown, signInTo, type Town } from './town.ts';
import { addressOf } from './walk.ts';

/** How often each door is knocked on that takes anything; FUZZ_RUNS=500 is for a long hunt. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 40);
const who = ['nobody', 'a wrong token', 'an app', 'the owner', 'a person'] as const;
type Who = (typeof who)[number];
/** Those who are let in come more often. */
const visits: Who[] = [...who, 'the owner', 'a person', 'a person'];

const { server, doors: all } = await openServerWithDoors({ idle: true, trustProxy: ['127.0.0.1'] });
const isFile = ({ access, path }: Door): boolean => access === null && /\.(?!json)\w+$/.test(path);
const doors = all.filter((door) => door.method !== 'OPTIONS' && !isFile(door));
const knocker = openKnocker(server.origin);
let town: Town;

beforeAll(async () => {
  const worker = await startWorker(server.ctx);
  town = await settleTown(server);
  // From here on every row that changes was changed by a door.
  await worker.stop();
});
afterAll(async () => {
  await knocker.close();
  await server.close();
});

/** What each kind of visitor shows, fresh: some doors end the token that they are shown. */
async function cardsOf(): Promise<Record<Who, Record<string, string>>> {
  const signIn = async (accountId: string): Promise<Record<string, string>> => {
    const { accessToken, secret } = await signInTo(server.ctx, accountId);
    return { authorization: `Bearer ${accessToken}`, cookie: `rookery_session=${secret}` };
  };
  return {
    nobody: {},
    'a wrong token': { authorization: 'Bearer wrong' },
    'an app': { authorization: `Bearer ${await appToken(server, town)}` },
    'the owner': await signIn(town.olga.accountId),
    'a person': await signIn(town.alice.accountId),
  };
}

/** Programs need JSON with a text for people; pages and other servers get a text at least. */
function checkRefusal(door: Door, answer: Heard): void {
  if (door.method === 'HEAD') return;
  const isForPrograms =
    /^\/(api|oauth)\//.test(door.path) && !(door.path === '/oauth/authorize' && answer.type.startsWith('text/html'));
  if (!isForPrograms) return expect(answer.text).toMatch(/\p{L}/u);
  expect(answer.type, answer.text).toMatch(/^application\/json/);
  const { error, error_description: description } = JSON.parse(answer.text) as Record<string, unknown>;
  expect(description ?? error).toMatch(/^\p{L}.*\p{L}/u);
}

// A like, boost or bookmark is taken back also from a post that its owner may no longer see; the answer is that it is not there.
const takesBack = /\/un(favourite|reblog|bookmark)$/;

/** The tables as they were last seen, when nothing can have written since but what was refused or only read. */
let tables: Record<string, string> | null = null;
/** Refusals since then. To look at all tables takes longer than to knock, so some refusals are looked at together. */
let refusals = 0;
const refusalsAtOnce = 8;
/** What visitors show, until a door may have used it up, and with it what there is to ask for. */
let cards: Record<Who, Record<string, string>> | null = null;

const reads = ({ method }: Door): boolean => method === 'GET' || method === 'HEAD';

/** Nothing may have been written since the tables were last seen. */
async function checkTables(): Promise<void> {
  const seen = await fingerprint(server.ctx);
  const before = tables ?? seen;
  tables = seen;
  refusals = 0;
  expect(seen).toEqual(before);
}

/** Knocks once and holds the answer against what every door promises. */
async function tryOut(door: Door, request: OddRequest, card: Record<string, string>): Promise<void> {
  if (tables === null) await checkTables();
  const answer = await knocker.knock(door.method, { ...request, headers: { ...card, ...request.headers } });
  expect(answer.status, answer.text).toBeLessThan(500);
  const isRefused = answer.status >= 400;
  if (isRefused) checkRefusal(door, answer);
  // Whoever reads never writes: it is enough to look when all have read.
  if (reads(door)) return;
  if (!isRefused || takesBack.test(door.path)) tables = null;
  else if ((refusals += 1) >= refusalsAtOnce) await checkTables();
}

/** The failure in a few lines, with what is needed to see it again. */
async function explain(details: fc.RunDetails<[Who, OddRequest]>): Promise<void> {
  if (!details.failed || details.counterexample === null) return;
  const [visitor, request] = details.counterexample;
  const shown = { ...request, path: request.path.slice(0, 300), body: request.body?.toString().slice(0, 500) };
  throw new Error(
    `${visitor} sent ${JSON.stringify(shown)} (seed ${details.seed}, path ${details.counterexamplePath})`,
    { cause: details.errorInstance },
  );
}

describe('whatever is sent to', () => {
  test.each(doors.map((door) => [nameOf(door), door] as const))(
    '%s',
    async (_name, door) => {
      if (cards === null) {
        town = await restock(server, town);
        tables = null;
      }
      const shown = (cards ??= await cardsOf());
      if (!reads(door)) cards = null;
      const good = {
        known: knownIn(town),
        address: addressOf(door, town),
        sample: (unique: string) => sampleFor(door, town, unique),
      };
      const takes = [door.schema.params, door.schema.querystring, door.schema.body].some(
        (schema) => schema !== undefined,
      );
      const numRuns = takes && door.method !== 'HEAD' ? runs : Math.ceil(runs / 4);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...visits), oddRequests(door, good), (visitor, request) =>
          tryOut(door, request, shown[visitor]),
        ),
        { numRuns, asyncReporter: explain },
      );
      if (tables !== null) await checkTables();
    },
    20_000 + runs * 500,
  );
});

/** Names and ids of what exists. */
function knownIn({ alice, bob, carol, posts, app, ...others }: Town): Known {
  const accounts = [alice, bob, carol].map(({ accountId }) => accountId);
  return [
    ...accounts,
    ...Object.values(posts),
    app.clientId,
    app.clientSecret,
    others.reply,
    others.boost,
    others.notification,
    ...others.waiting,
  ];
}

test('whatever is said on a stream, the connection answers or ends, and others do not notice', async () => {
  const frame = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc
      .record(
        {
          type: fc.constantFrom('subscribe', 'unsubscribe', 1, null),
          stream: fc.constantFrom('user', 'hashtag', 'list', '__proto__', 'public:local', 7, null),
          tag: fc.constantFrom('a', '', '\0', [], 1),
          list: fc.constantFrom('1', '-1', {}, '9'.repeat(30)),
        },
        { requiredKeys: [] },
      )
      .map((message) => JSON.stringify(message)),
  );
  const { accessToken } = await signInTo(server.ctx, town.alice.accountId);
  const address = `${server.origin.replace('http', 'ws')}/api/v1/streaming`;
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 20 }), async (frames) => {
      const socket = new WebSocket(address, [accessToken]);
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      const ended = new Promise((resolve) => socket.once('close', resolve));
      const answered = new Promise((resolve) =>
        socket.on('message', (text: Buffer) => text.toString().includes('Unknown stream type') && resolve(null)),
      );
      for (const text of frames) socket.send(text);
      socket.send(JSON.stringify({ type: 'subscribe', stream: 'the last word' }));
      await Promise.race([ended, answered]);
      socket.terminate();
    }),
    { numRuns: 30 },
  );
  const home = await call(server.origin, 'GET', '/api/v1/timelines/home', { token: accessToken });
  expect(home.status).toBe(200);
});

test.each([
  'nonsense\r\n\r\n',
  'GET /api/v1/instance HTTP/9.9\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: a\r\nhost : b\r\n\r\n',
  `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  'POST /api/v1/apps HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
])('what is not HTTP is refused as such: %j', async (text) => {
  const { hostname, port } = new URL(server.origin);
  const answer = await new Promise<string>((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (content) => (heard += String(content)));
    socket.on('close', () => resolve(heard)).on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
});
