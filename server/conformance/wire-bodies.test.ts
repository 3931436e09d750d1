// The forms in which client apps send the same thing, on every door that takes something.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Answer } from '#server/testing/people.ts';
import { nameOf, openServerWithDoors, type Door } from './doors.ts';
import { toForm } from './forms.ts';
import { sampleFor } from './samples.ts';
import { settleTown, type Town } from './town.ts';
import { addressOf, byLetter, isForApps, keyOf } from './walk.ts';

type Fields = Record<string, unknown>;
interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

const { server, doors } = await openServerWithDoors();
const apps = doors.filter((door) => isForApps(door) && !byLetter.has(nameOf(door)));
const writes = apps.filter(({ method }) => method !== 'GET');
const taking = writes.filter((door) => door.method !== 'DELETE' && properties(door.schema.body).length > 0);
let town: Town;
let made = 0;

beforeAll(async () => {
  town = await settleTown(server);
});
afterAll(() => server.close());

function properties(schema: unknown): Array<[string, Schema]> {
  return Object.entries((schema as Schema | undefined)?.properties ?? {});
}

const named = (list: Door[]): Array<[string, Door]> => list.map((door) => [nameOf(door), door]);

/** A fresh sample: names that may exist once only differ from the last one. */
function sample(door: Door): Fields {
  made += 1;
  return sampleFor(door, town, `form${made}`);
}

interface Wish {
  query?: string;
  body?: unknown;
  type?: string;
}

async function knock(door: Door, { query, body, type }: Wish): Promise<Answer> {
  const token = await keyOf(server, town, door);
  // One votes once: who wishes the same again must not have.
  if (door.path.includes('/polls/')) await server.ctx.database.pool.query('delete from poll_votes');
  const address = new URL(addressOf(door, town), server.origin);
  if (query !== undefined && query !== '')
    address.search = [address.search.slice(1), query].filter((part) => part !== '').join('&');
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  return call(server.origin, door.method, address.href, { ...(token === null ? {} : { token }), body, headers });
}

// What differs from one time to the next: names made for one use, ids, times, addresses with ids, secrets, counters.
const fleeting =
  /^(id|url|uri|.*_at|username|access_token|client_id|client_secret|.*_count|content|content_html|replies|location|domain|digest|change_id)$/;

/** The answer without what differs from one time to the next. */
function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fleeting.test(key) ? typeof item : lasting(item)]),
  );
}

/** Status and lasting part. */
const essence = ({ status, body }: Answer): unknown => ({ status, body: lasting(body) });

function toMultipart(fields: Fields): FormData {
  const form = new FormData();
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) add(`${name}[${index}]`, item);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) add(name === '' ? key : `${name}[${key}]`, item);
    else form.set(name, String(value));
  };
  add('', fields);
  return form;
}

/** All booleans and numbers of a sample in other words. */
function inWords(value: unknown, yes: unknown, no: unknown): unknown {
  if (value === true) return yes;
  if (value === false) return no;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((item) => inWords(item, yes, no));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inWords(item, yes, no)]));
  return value;
}

test('every door that takes a body has a sample here', () => {
  expect(taking.filter((door) => Object.keys(sampleFor(door, town, 'x')).length === 0).map(nameOf)).toEqual([]);
  expect(taking.length).toBeGreaterThan(15);
});

describe('W1, W2, W9, W18: the same wish in every form gets the same answer from', () => {
  test.each(named(taking))('%s', async (_name, door) => {
    const plain = essence(await knock(door, { body: sample(door) }));
    expect(plain).toMatchObject({ status: expect.toSatisfy((status: number) => status === 200 || status === 201) });
    const form = 'application/x-www-form-urlencoded';
    const wishes: Record<string, () => Wish> = {
      'a form': () => ({ body: toForm(sample(door)), type: form }),
      'a form with encoded brackets': () => ({
        body: toForm(sample(door)).replaceAll('[', '%5B').replaceAll(']', '%5D'),
        type: form,
      }),
      'a multipart form': () => ({ body: toMultipart(sample(door)) }),
      'the query alone': () => ({ query: toForm(sample(door)) }),
      'the query, with an empty JSON body': () => ({ query: toForm(sample(door)), body: '', type: 'application/json' }),
      'JSON without a content type of its own': () => ({ body: JSON.stringify(sample(door)), type: 'text/plain' }),
      'words for yes and no': () => ({ body: inWords(sample(door), 'true', 'false') }),
      'digits for yes and no': () => ({ body: toForm(inWords(sample(door), '1', '0')), type: form }),
      'on and off': () => ({ body: toForm(inWords(sample(door), 'on', 'off')), type: form }),
    };
    for (const [name, wish] of Object.entries(wishes)) {
      // Only so many imports may be under way.
      if (door.path === '/api/imports') await server.settle();
      expect(essence(await knock(door, wish())), name).toEqual(plain);
    }
  });
});

describe('W8: null is as absent and unknown keys are passed over by', () => {
  test.each(named(taking))('%s', async (_name, door) => {
    const given = sample(door);
    const nulls = properties(door.schema.body).filter(([key]) => !(key in given));
    const more = { ...Object.fromEntries(nulls.map(([key]) => [key, null])), utterly_unknown: { a: [1] }, ids: 5 };
    const plain = essence(await knock(door, { body: given }));
    expect(essence(await knock(door, { body: { ...sample(door), ...more } }))).toEqual(plain);
  });
});

describe('W3: one value stands for a list of one at', () => {
  const lists = [
    ...taking.map((door) => ({ door, schema: door.schema.body })),
    ...apps.filter(({ method }) => method === 'GET').map((door) => ({ door, schema: door.schema.querystring })),
  ];
  const cases = lists.flatMap(({ door, schema }) =>
    properties(schema).flatMap(([key, { type, items }]) =>
      type === 'array' && items?.type === 'string' ? [[`${nameOf(door)} ${key}`, door, key] as const] : [],
    ),
  );

  test.each(cases)('%s', async (_name, door, key) => {
    const value = ((): string => {
      if (key === 'attribution_domains') return 'one.example';
      if (key === 'languages') return 'en';
      if (door.path.includes('accounts') || key === 'account_ids') return town.bob.accountId;
      return (
        {
          id: town.posts.plain,
          timeline: 'home',
          context: 'home',
          rule_ids: '1',
          types: 'mention',
          exclude_types: 'mention',
          redirect_uris: 'https://one.example/',
        }[key] ?? 'birds'
      );
    })();
    const send = async (name: string): Promise<unknown> => {
      if (door.method === 'GET') return essence(await knock(door, { query: `${name}=${value}` }));
      const { [key]: _list, ...others } = sample(door);
      return essence(
        await knock(door, {
          body: toForm({ ...others, status: `one ${made}` }) + `&${name}=${value}`,
          type: 'application/x-www-form-urlencoded',
        }),
      );
    };
    const several = await send(`${key}[]`);
    expect(await send(key)).toEqual(several);
    expect(await send(`${key}[0]`)).toEqual(several);
    expect(several).toMatchObject({
      status: expect.toSatisfy((status: number) => status < 300 || key === 'media_ids'),
    });
  });

  test('there are such doors', () => {
    expect(cases.length).toBeGreaterThan(8);
  });
});

describe('W4: Mastodon’s doors for changes', () => {
  test('answer to PUT and to PATCH alike', () => {
    const changing = apps.filter(
      // A reaction is put and taken away, not changed; other software named those doors.
      ({ path, method }) =>
        /^\/api\/(v\d|admin)\//.test(path) && /^(PUT|PATCH)$/.test(method) && !path.includes(':emoji'),
    );
    const methods = new Map<string, string[]>();
    for (const { path, method } of changing) methods.set(path, [...(methods.get(path) ?? []), method].toSorted());
    expect([...methods].filter(([, both]) => both.join() !== 'PATCH,PUT')).toEqual([]);
    expect(methods.size).toBeGreaterThan(1);
  });
});

describe('W5: a body changes nothing for', () => {
  // Who deletes their account is signed out by it: that door answers once.
  const deletions = writes.filter(({ method, path }) => method === 'DELETE' && path !== '/api/auth/account');

  test.each(named(deletions))('%s', async (_name, door) => {
    const things = {
      list: '0',
      filter: '0',
      keyword: '0',
      oldFilter: '0',
      filterPost: '0',
      featuredTag: '0',
      import: '0',
      media: '0',
    };
    const later = { scheduled: '0', draft: '0', talk: '0' };
    const posts = { ...town.posts, plain: '1', tagged: '1' };
    const servers = { block: '0', allow: '0', provider: '0' };
    const unknown = { ...town, posts, things, later, servers, session: '1', app: { ...town.app, id: '1' } };
    const token = await keyOf(server, town, door);
    const forms: Wish[] = [
      { body: { id: ['1'] } },
      { body: 'a[]=1', type: 'application/x-www-form-urlencoded' },
      { body: '', type: 'application/json' },
      { body: toMultipart({ a: '1' }) },
    ];
    const send = ({ body, type }: Wish): Promise<Answer> =>
      call(server.origin, 'DELETE', addressOf(door, unknown), {
        ...(token === null ? {} : { token }),
        body,
        headers: type === undefined ? {} : { 'content-type': type },
      });
    const plain = essence(await send({}));
    for (const form of forms) expect(essence(await send(form))).toEqual(plain);
  });
});

describe('W19: a write needs no body and no content type at', () => {
  const bare = writes.filter((door) => ((door.schema.body as Schema | undefined)?.required ?? []).length === 0);
  test.each(named(bare.filter(({ method }) => method !== 'DELETE')))('%s', async (_name, door) => {
    const explicit = await knock(door, { body: {} });
    for (const wish of [{}, { body: '', type: 'application/json' }]) {
      const { status, body } = await knock(door, wish);
      // What is done once is not there the second time. What wants a body all the same says so, whatever the form.
      if (explicit.status < 300) expect([200, 201, 404], JSON.stringify(body)).toContain(status);
      else expect({ status, body }).toEqual({ status: explicit.status, body: explicit.body });
    }
  });

  test('a GET request may name a content type', async () => {
    for (const door of apps.filter(({ method }) => method === 'GET')) {
      const [plain, typed] = [await knock(door, {}), await knock(door, { type: 'application/json' })];
      expect([nameOf(door), typed.status]).toEqual([nameOf(door), plain.status]);
    }
  });
});

describe('what is asked for too much, or in words unknown', () => {
  const limited = apps.filter((door) => properties(door.schema.querystring).some(([key]) => key === 'limit'));

  test.each(named(limited))('W11: %s clamps the limit', async (_name, door) => {
    for (const limit of ['1000', '0', '-5']) {
      const { status, body } = await knock(door, { query: `limit=${limit}` });
      expect(status, JSON.stringify(body)).toBe(200);
      if (Array.isArray(body)) expect(body.length).toBeLessThanOrEqual(80);
    }
  });

  test('W10: notifications pass over kinds that nobody knows', async () => {
    await town.carol.api('POST', '/api/v1/statuses', { status: '@alice look' });
    await server.settle();
    const kinds = async (query: string): Promise<string[]> => {
      const { status, body } = await town.alice.api('GET', `/api/v1/notifications?${query}`);
      expect(status).toBe(200);
      return [...new Set<string>(body.map(({ type }: { type: string }) => type))];
    };
    expect(await kinds('types[]=reaction&types[]=mention')).toEqual(['mention']);
    expect(await kinds('types[]=bogus')).toEqual([]);
    expect(await kinds('exclude_types=bogus')).toContain('mention');
  });

  test('W18: what stands in the body wins over the query', async () => {
    const { body } = await town.alice.api('POST', '/api/v1/statuses?status=query&spoiler_text=query', {
      status: 'body',
    });
    expect(body).toMatchObject({ content: '<p>body</p>', spoiler_text: 'query' });
  });
});

describe('W12: a slash at the end changes nothing for', () => {
  test.each(named(apps.filter(({ method }) => method === 'GET')))('%s', async (_name, door) => {
    const [path = '', query = ''] = addressOf(door, town).split('?');
    const token = await keyOf(server, town, door);
    const ask = (address: string): Promise<Answer> =>
      call(server.origin, 'GET', `${address}?${query}`, token === null ? {} : { token });
    expect(essence(await ask(`${path}/`))).toEqual(essence(await ask(path)));
  });
});
