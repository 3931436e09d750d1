// What every answer of the API keeps to, whichever door it came from: the rules that client apps rely on without saying so.
import sharp from 'sharp';
import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { call, signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { nameOf, openServerWithDoors, type Door } from './doors.ts';
import { sampleFor } from './samples.ts';
import { settleTown, type Town } from './town.ts';
import { addressOf, isForApps, keyOf, misspeltAddresses, walkAllDoors, type Seen } from './walk.ts';

let server: TestServer;
let doors: Door[];
let town: Town;
let seen: Seen[];
let misspelt: Seen[];

beforeAll(async () => {
  ({ server, doors } = await openServerWithDoors());
  town = await settleTown(server);
  misspelt = await walkMisspelt();
  seen = await walkAllDoors(server, town, doors);
});
afterAll(() => server.close());

/** Knocks at every door that takes an id, with the id written otherwise. */
async function walkMisspelt(): Promise<Seen[]> {
  const knocked: Seen[] = [];
  for (const door of doors.filter((one) => isForApps(one) && one.emptyForm === null)) {
    const body = door.method === 'GET' || door.method === 'DELETE' ? {} : { body: sampleFor(door, town, 'misspelt') };
    for (const address of misspeltAddresses(door, town)) {
      const token = await keyOf(server, town, door);
      const answer = await call(server.origin, door.method, address, { ...body, ...(token === null ? {} : { token }) });
      knocked.push({ door, signedIn: token !== null, answer });
    }
  }
  return knocked;
}

/** A value as it is shown or matched. */
const written = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Doors whose answers break a rule, by name; the rule says what is wrong or null. */
function breaking(rule: (item: Seen) => unknown, among = seen): string[] {
  return among.flatMap((item) => {
    const fault = rule(item);
    return fault === null || fault === undefined || fault === true
      ? []
      : [`${nameOf(item.door)} (${item.signedIn ? 'signed in' : 'nobody'}, ${item.answer.status}): ${written(fault)}`];
  });
}

/** Every value in an answer with its key and the object that it stands in. */
function* values(
  value: unknown,
  key = '',
  within: object = {},
): Generator<{ key: string; value: unknown; within: object }> {
  yield { key, value, within };
  if (Array.isArray(value)) for (const item of value) yield* values(item, key, within);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) yield* values(item, name, value);
}

/** The first value with such a key that does not fit. */
function misfit(item: Seen, keys: RegExp, fits: (value: unknown, within: object) => boolean): string | null {
  for (const { key, value, within } of values(item.answer.body)) {
    if (keys.test(key) && !fits(value, within)) return `${key} is ${JSON.stringify(value)?.slice(0, 80)}`;
  }
  return null;
}

test('every door of the API was opened', () => {
  expect(breaking(({ answer }) => answer.status < 300 || JSON.stringify(answer.body))).toEqual([]);
  expect(seen.length).toBeGreaterThan(90);
});

test('an id has one way to be written: with zeros, signs or spaces around it, nothing is there', () => {
  expect(misspelt.length).toBeGreaterThan(400);
  expect(breaking(({ answer }) => answer.status === 404 || written(answer.body).slice(0, 120), misspelt)).toEqual([]);
});

describe('W6, W7: a success', () => {
  test('is 200 with a JSON body, never 204 or nothing', () => {
    const created = new Set(['POST /api/posts', 'POST /api/users', 'POST /api/drafts', 'POST /oauth/register']);
    expect(
      breaking(
        ({ door, answer }) => answer.status === (created.has(nameOf(door)) ? 201 : 200) || `status ${answer.status}`,
      ),
    ).toEqual([]);
    expect(
      breaking(
        ({ answer }) =>
          /^application\/json(; charset=utf-8)?$/.test(answer.headers.get('content-type') ?? '') ||
          answer.headers.get('content-type'),
      ),
    ).toEqual([]);
    expect(breaking(({ answer }) => (answer.body !== null && answer.body !== '') || 'no body')).toEqual([]);
  });

  test('has the shape that the API description gives', () => {
    expect(
      breaking(({ door, answer }) => {
        const schema = (door.schema as { response?: Record<string, TSchema> }).response?.[answer.status];
        const [fault] = schema ? Compile(schema).Errors(answer.body) : [];
        return fault ? `${fault.instancePath} ${fault.message}` : null;
      }),
    ).toEqual([]);
  });
});

describe('W15: times', () => {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

  test('have three digits of a second and a Z', () => {
    const found = seen.flatMap((item) => [...values(item.answer.body)].filter(({ key }) => key.endsWith('_at')));
    expect(found.length).toBeGreaterThan(100);
    const isToken = (within: object): boolean => 'access_token' in within || 'client_secret_expires_at' in within;
    const fits = (value: unknown, within: object): boolean =>
      value === null || isToken(within) || time.test(written(value));
    expect(breaking((item) => misfit(item, /(?<!last_status)_at$/, fits))).toEqual([]);
    expect(
      breaking((item) =>
        misfit(item, /^last_status_at$/, (value) => value === null || /^\d{4}-\d\d-\d\d$/.test(written(value))),
      ),
    ).toEqual([]);
  });

  test('of an account’s making is midnight', () => {
    const fits = (value: unknown, within: object): boolean =>
      !('statuses_count' in within) || written(value).endsWith('T00:00:00.000Z');
    expect(breaking((item) => misfit(item, /^created_at$/, fits))).toEqual([]);
  });
});

describe('values that clients read strictly', () => {
  test('ids are decimal texts', () => {
    // A tag that nobody used has no id; roles have small negative ones, as Mastodon's do.
    const fits = (value: unknown, within: object): boolean =>
      value === null ||
      ('history' in within && value === '') ||
      // The one id that clients read as a number.
      ('server_key' in within && Number.isSafeInteger(value)) ||
      ('permissions' in within && /^-?\d+$/.test(written(value))) ||
      (typeof value === 'string' && /^\d+$/.test(value));
    expect(
      breaking((item) =>
        misfit(item, /^(id|in_reply_to_id|in_reply_to_account_id|last_read_id|in_reply_to|account_id)$/, fits),
      ),
    ).toEqual([]);
  });

  test('ids of notifications fit into a number', () => {
    const fits = (value: unknown, within: object): boolean =>
      !('group_key' in within) || Number.isSafeInteger(Number(value));
    expect(breaking((item) => misfit(item, /^id$/, fits))).toEqual([]);
  });

  test('a post is for one of the four circles that clients know', () => {
    const fits = (value: unknown): boolean => ['public', 'unlisted', 'private', 'direct'].includes(written(value));
    const mastodons = seen.filter(({ door }) => /^\/api\/v\d/.test(door.path));
    expect(breaking((item) => misfit(item, /^(visibility|privacy)$/, fits), mastodons)).toEqual([]);
  });

  test('an account has an address and a name, and pictures whose placeholders are known by their end', () => {
    const isAccount = (within: object): boolean => 'acct' in within && 'followers_count' in within;
    expect(
      breaking((item) =>
        misfit(
          item,
          /^(url|uri|avatar|avatar_static|header|header_static)$/,
          (value, within) => !isAccount(within) || URL.canParse(written(value)),
        ),
      ),
    ).toEqual([]);
    expect(
      breaking((item) =>
        misfit(
          item,
          /^header$/,
          (value, within) => !isAccount(within) || written(value).endsWith('/headers/original/missing.png'),
        ),
      ),
    ).toEqual([]);
  });
});

describe('W16: what depends on the reader', () => {
  const flags = ['favourited', 'reblogged', 'bookmarked', 'muted', 'filtered'];

  test('is not told to nobody', () => {
    const open = seen.filter(({ signedIn }) => !signedIn);
    const absent = new RegExp(`^(${[...flags, 'pinned', 'following', 'voted', 'own_votes'].join('|')})$`);
    expect(breaking((item) => misfit(item, absent, () => false), open)).toEqual([]);
  });

  test('is told to whoever is signed in', () => {
    const mastodons = seen.filter(({ signedIn, door }) => signedIn && /^\/api\/v\d/.test(door.path));
    const complete = (_value: unknown, within: object): boolean =>
      !('spoiler_text' in within && 'account' in within && 'uri' in within) || flags.every((flag) => flag in within);
    expect(breaking((item) => misfit(item, /^spoiler_text$/, complete), mastodons)).toEqual([]);
  });
});

describe('headers', () => {
  test('W13: any page may read every answer, with its links and limits', () => {
    expect(breaking(({ answer }) => answer.headers.get('access-control-allow-origin') === '*' || 'not open')).toEqual(
      [],
    );
    const exposed = [
      'link',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'x-request-id',
      'mastodon-async-refresh',
    ];
    const isExposed = ({ answer }: Seen): boolean => {
      const names = (answer.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(/\s*,\s*/);
      return exposed.every((name) => names.includes(name));
    };
    expect(breaking((item) => isExposed(item) || item.answer.headers.get('access-control-expose-headers'))).toEqual([]);
  });

  test('W13: so it may read what tells about the server, and pictures', async () => {
    const { alice } = town;
    const form = new FormData();
    const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#08f' } })
      .png()
      .toBuffer();
    form.set('avatar', new Blob([picture], { type: 'image/png' }), 'me.png');
    const { token } = await signUp(server, 'pia');
    const pia = (await call(server.origin, 'PATCH', '/api/v1/accounts/update_credentials', { token, body: form })).body;
    const resource = `/.well-known/webfinger?resource=acct:${alice.username}@${new URL(server.origin).host}`;
    const wellKnown = ['host-meta', 'nodeinfo', 'oauth-authorization-server'].map((name) => `/.well-known/${name}`);
    for (const path of [...wellKnown, resource, '/nodeinfo/2.0', '/nodeinfo/2.1', pia.avatar]) {
      const answer = await fetch(new URL(path, server.origin), { headers: { origin: 'https://app.example' } });
      await answer.arrayBuffer();
      expect([path, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([path, 200, '*']);
    }
  });

  test('W13: any page may ask before it writes', async () => {
    const paths = new Set(doors.filter(isForApps).map((door) => addressOf(door, town)));
    for (const path of paths) {
      const answer = await call(server.origin, 'OPTIONS', path, {
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization',
        },
      });
      const given = (name: string): string[] =>
        (answer.headers.get(`access-control-allow-${name}`) ?? '').toLowerCase().split(/\s*,\s*/);
      expect([path, answer.status < 300, given('origin')], path).toEqual([path, true, ['*']]);
      expect(given('methods'), path).toEqual(expect.arrayContaining(['get', 'post', 'put', 'patch', 'delete']));
      expect(given('headers'), path).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'idempotency-key']),
      );
    }
  });

  test('W17: what is for one reader is kept by nobody', () => {
    const personal = seen.filter(({ signedIn }) => signedIn);
    expect(
      breaking(
        ({ answer }) =>
          /no-store/.test(answer.headers.get('cache-control') ?? '') || answer.headers.get('cache-control'),
        personal,
      ),
    ).toEqual([]);
    const varies = ({ answer }: Seen): boolean =>
      /authorization/i.test(answer.headers.get('vary') ?? '') && /origin/i.test(answer.headers.get('vary') ?? '');
    const readable = seen.filter(({ door }) => door.access !== null && door.access.who !== 'open');
    expect(breaking((item) => varies(item) || `vary: ${item.answer.headers.get('vary')}`, readable)).toEqual([]);
  });

  test('W17: long answers travel compressed', async () => {
    const long = await fetch(new URL('/api/v2/instance', server.origin), { headers: { 'accept-encoding': 'gzip' } });
    expect(long.headers.get('content-encoding')).toBe('gzip');
    expect(await long.json()).toMatchObject({ title: expect.any(String) });
  });

  test('say when it is too much, and when to come again', async () => {
    const small = await openTestServer({ rateLimit: 10 });
    onTestFinished(() => small.close());
    const ask = () => call(small.origin, 'GET', '/api/v1/custom_emojis');
    expect([(await ask()).status, (await ask()).headers.get('x-ratelimit-remaining')]).toEqual([200, '0']);
    const refused = await ask();
    expect(refused).toMatchObject({ status: 429, body: { error: 'Too many requests' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    const { token } = await signUp(small, 'alice');
    expect((await call(small.origin, 'GET', '/api/v1/custom_emojis', { token })).status).toBe(429);
    expect(
      (await call(small.origin, 'GET', '/api/v1/timelines/home', { token })).headers.get('x-ratelimit-limit'),
    ).toBe('10');
  });

  test('say how much may still be asked, and when it begins anew', () => {
    const fault = ({ answer: { headers } }: Seen): string | null => {
      const [limit, left, reset] = ['limit', 'remaining', 'reset'].map(
        (name) => headers.get(`x-ratelimit-${name}`) ?? '',
      );
      const good =
        Number(limit) > 0 &&
        Number(left) < Number(limit) &&
        /T.*\.\d{3}Z$/.test(reset ?? '') &&
        Date.parse(reset ?? '') > Date.now() - 60_000;
      return good ? null : `${limit} ${left} ${reset}`;
    };
    expect(breaking(fault)).toEqual([]);
    expect(
      breaking(({ answer }) => /^[\w-]{20,}$/.test(answer.headers.get('x-request-id') ?? '') || 'no request id'),
    ).toEqual([]);
  });
});
