// The forms in which clients send the same thing, through a real Fastify with our parsers and checks.
import Fastify, { type FastifyInstance } from 'fastify';
import fc from 'fast-check';
import { Type } from 'typebox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Conflict, Invalid, TooMany } from '#server/platform/errors.ts';
import { checkAccess, grants, staff, user, type Viewer } from './access.ts';
import { parseKeys, readBodies } from './bodies.ts';
import { answerFailures } from './failures.ts';
import { networkOf } from './limits.ts';
import { pageParameters, readPage, setLinks } from './paging.ts';
import { validatorCompiler } from './validation.ts';

let app: FastifyInstance;

const body = Type.Object({
  text: Type.Optional(Type.String()),
  count: Type.Optional(Type.Integer()),
  flag: Type.Optional(Type.Boolean()),
  ids: Type.Optional(Type.Array(Type.String())),
  poll: Type.Optional(Type.Object({ options: Type.Array(Type.String()), multiple: Type.Optional(Type.Boolean()) })),
  fields_attributes: Type.Optional(Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))),
});

beforeEach(async () => {
  app = Fastify({ routerOptions: { querystringParser: parseKeys } });
  app.setValidatorCompiler(validatorCompiler as never);
  answerFailures(app);
  await readBodies(app);
  app.post('/echo', { schema: { body } }, async (request) => ({
    body: request.body,
    files: Object.keys(request.uploads),
  }));
  app.get(
    '/page',
    { schema: { querystring: Type.Object({ ...pageParameters, types: Type.Optional(Type.Array(Type.String())) }) } },
    async (request, reply) => {
      const page = readPage(request.query as Parameters<typeof readPage>[0], { default: 20, max: 40 });
      setLinks(request, reply, 'https://rookery.example', { first: '9', last: '3' });
      return page;
    },
  );
  app.get('/conflict', async () => {
    throw new Conflict('The marker was moved by another device');
  });
  app.get('/busy', async () => {
    throw new TooMany('Too many requests', { retryAfter: 7 });
  });
  app.get('/broken', async () => {
    throw new Error('secret detail: password=hunter2');
  });
});
afterEach(() => app.close());

async function send(
  payload: string,
  contentType?: string,
  query = '',
): Promise<{ status: number; answer: { body?: unknown; files?: string[]; error?: string } }> {
  const answer = await app.inject({
    method: 'POST',
    url: `/echo${query}`,
    payload,
    ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
  });
  return { status: answer.statusCode, answer: answer.json() };
}

describe('bodies', () => {
  const wanted = { text: 'hello', count: 3, flag: true, ids: ['1', '2'] };

  test.each([
    ['JSON', JSON.stringify(wanted), 'application/json'],
    ['JSON with a charset', JSON.stringify(wanted), 'application/json; charset=utf-8'],
    ['a form', 'text=hello&count=3&flag=1&ids[]=1&ids[]=2', 'application/x-www-form-urlencoded'],
    [
      'a form with encoded and numbered keys',
      'text=hello&count=3&flag=on&ids%5B0%5D=1&ids%5B1%5D=2',
      'application/x-www-form-urlencoded',
    ],
    ['JSON without a content type', JSON.stringify(wanted), 'text/plain'],
    ['a form without a content type', 'text=hello&count=3&flag=true&ids[]=1&ids[]=2', 'text/plain'],
  ])('%s means the same', async (_name, payload, type) => {
    expect((await send(payload, type)).answer.body).toEqual(wanted);
  });

  test('multipart fields with nested keys and a file arrive apart', async () => {
    const form = new FormData();
    form.set('text', 'hello');
    form.set('ids[0]', '1');
    form.set('ids[1]', '2');
    form.set('fields_attributes[0][name]', 'Site');
    form.set('fields_attributes[0][value]', 'https://a.example');
    form.set('avatar', new Blob(['picture'], { type: 'image/png' }), 'me.png');
    const encoded = new Response(form);
    const { answer } = await send(await encoded.text(), encoded.headers.get('content-type') ?? '');
    expect(answer).toEqual({
      body: { text: 'hello', ids: ['1', '2'], fields_attributes: [{ name: 'Site', value: 'https://a.example' }] },
      files: ['avatar'],
    });
  });

  test('a write takes its parameters from the query too, and the body wins', async () => {
    const { answer } = await send(
      JSON.stringify({ text: 'from the body' }),
      'application/json',
      '?text=from+the+query&ids[]=5&flag=false',
    );
    expect(answer.body).toEqual({ text: 'from the body', ids: ['5'], flag: false });
  });

  test.each([
    ['no body and no type', '', undefined],
    ['an empty JSON body', '', 'application/json'],
  ])('%s is an empty request', async (_name, payload, type) => {
    const { status, answer } = await send(payload, type);
    expect({ status, body: answer.body }).toEqual({ status: 200, body: {} });
  });

  test('null is absent, one value is a list of one, unknown keys go', async () => {
    const { answer } = await send(
      JSON.stringify({ text: null, ids: '7', role: 'owner', poll: { options: 'yes', multiple: '0' } }),
      'application/json',
    );
    expect(answer.body).toEqual({ ids: ['7'], poll: { options: ['yes'], multiple: false } });
  });

  test.each([
    [
      '',
      'fields_attributes[][name]=A&fields_attributes[][value]=1&fields_attributes[][name]=B&fields_attributes[][value]=2',
    ],
    [
      ', encoded',
      'fields_attributes%5B%5D%5Bname%5D=A&fields_attributes%5b%5d%5bvalue%5d=1&fields_attributes[][name]=B&fields_attributes[][value]=2',
    ],
  ])('rows without numbers begin anew where a key comes again%s', async (_name, payload) => {
    const { answer } = await send(payload, 'application/x-www-form-urlencoded');
    const rows = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    expect(answer.body).toEqual({ fields_attributes: rows });
  });

  test('what no database can hold is left out of a text', async () => {
    const { answer } = await send(JSON.stringify({ text: 'a\u0000b \ud800c', ids: ['\u00007'] }), 'application/json');
    expect(answer.body).toEqual({ text: 'ab \ufffdc', ids: ['7'] });
  });

  test.each([
    ['broken JSON', '{"text":', 'application/json', 400],
    ['a key that reaches for prototypes', '{"__proto__":{"admin":true}}', 'application/json', 400],
    ['a nested one', '{"poll":{"constructor":{"prototype":{"x":1}}}}', 'application/json', 400],
    ['a word for a number', '{"count":"many"}', 'application/json', 422],
    ['an object for a text', '{"text":{"a":1}}', 'application/json', 422],
    ['a missing part', '{"poll":{}}', 'application/json', 422],
  ])('%s gets a 4xx that says what is wrong', async (_name, payload, type, expected) => {
    const { status, answer } = await send(payload, type);
    expect(status).toBe(expected);
    expect(answer.error).toMatch(/\w+/);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('whatever arrives, the answer is not a 5xx', async () => {
    const types = [
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'image/png',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.json(), fc.webQueryParameters()),
        fc.constantFrom(...types),
        async (payload, type) => {
          expect((await send(payload, type)).status).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('pages', () => {
  const page = async (query: string) => (await app.inject(`/page${query}`)).json<unknown>();

  test('a limit over the maximum is the maximum, a bound that is no id is none', async () => {
    expect(await page('?limit=1000&max_id=abc')).toEqual({ limit: 40, maxId: null, sinceId: null, minId: null });
    expect(await page('?min_id=5&max_id=99999999999999999999')).toEqual({
      limit: 20,
      maxId: '9223372036854775807',
      sinceId: null,
      minId: '5',
    });
  });

  test('links are absolute and keep the other parameters', async () => {
    const answer = await app.inject('/page?types[]=mention&limit=5&max_id=12');
    expect(answer.headers['link']).toBe(
      '<https://rookery.example/page?types%5B%5D=mention&limit=5&max_id=3>; rel="next", <https://rookery.example/page?types%5B%5D=mention&limit=5&min_id=9>; rel="prev"',
    );
  });
});

test('links that are longer than proxies let pass are not sent', async () => {
  expect((await app.inject(`/page?${'types[]=x&'.repeat(400)}`)).headers['link']).toBeUndefined();
});

describe('failures', () => {
  test('keep their status and their text', async () => {
    const answer = await app.inject('/conflict');
    expect({ status: answer.statusCode, body: answer.json<unknown>() }).toEqual({
      status: 409,
      body: { error: 'The marker was moved by another device' },
    });
  });

  test('say when to come back', async () => {
    const answer = await app.inject('/busy');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '7']);
  });

  test('that nobody foresaw tell nothing about the inside', async () => {
    const answer = await app.inject('/broken');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
  });
});

describe('access', () => {
  const viewer = (scopes: string[], more: Partial<Viewer> = {}): Viewer => ({
    accountId: '1',
    role: 'user',
    scopes,
    tokenId: '2',
    appId: '3',
    sessionId: null,
    ...more,
  });

  test.each([
    [['read'], 'read:statuses', true],
    [['read:statuses'], 'read:statuses', true],
    [['read:accounts'], 'read:statuses', false],
    [['read'], 'write:statuses', false],
    [['write:statuses'], 'write:accounts', false],
    [['follow'], 'write:follows', true],
    [['follow'], 'read:blocks', true],
    [['follow'], 'write:statuses', false],
    [['read', 'write'], 'admin:read:accounts', false],
    [['admin:read'], 'admin:read:accounts', true],
    [['admin:read'], 'admin:write:accounts', false],
    [['profile'], 'read:accounts', false],
  ])('%j for %s: %s', (granted, wanted, expected) => {
    expect(grants(granted, wanted)).toBe(expected);
  });

  test('refusals have the texts that clients know', () => {
    expect(() => checkAccess(user('read:statuses'), null)).toThrow('The access token is invalid');
    expect(() => checkAccess(user('write:statuses'), viewer(['read']))).toThrow(
      'This action is outside the authorized scopes',
    );
    expect(() => checkAccess(user('read:statuses'), viewer(['read'], { accountId: null }))).toThrow(Invalid);
    expect(() => checkAccess(staff('admin'), viewer(['read'], { role: 'moderator' }))).toThrow(
      'This action is not allowed for your role',
    );
    expect(() => checkAccess(staff('moderator'), viewer(['read'], { role: 'owner' }))).not.toThrow();
  });
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
])('the address %s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
