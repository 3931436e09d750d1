// What single client apps cannot do without, each found in its source: one test for each app that would break.
// The rest of what they need is in the wire rules, which hold for all doors, and in the stories of auth and streaming.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: Person;

beforeAll(async () => {
  server = await openTestServer();
  alice = await signUp(server, 'alice', { role: 'owner' });
});
afterAll(() => server.close());

const read = async (path: string): Promise<Record<string, unknown>> => {
  const { status, body } = await call(server.origin, 'GET', path);
  expect(status, path).toBe(200);
  return body;
};

describe('the instance document', () => {
  test('is one that Ice Cubes can decode', async () => {
    expect(await read('/api/v2/instance')).toMatchObject({
      title: expect.any(String),
      domain: expect.any(String),
      version: expect.any(String),
      description: expect.any(String),
      usage: { users: { active_month: expect.any(Number) } },
      thumbnail: { url: expect.toSatisfy((url: unknown) => url === null || typeof url === 'string') },
      languages: expect.any(Array),
      registrations: { enabled: expect.any(Boolean) },
      contact: { email: expect.any(String), account: { username: 'alice' } },
      rules: expect.any(Array),
      configuration: {
        statuses: { max_characters: 5000, max_media_attachments: expect.any(Number) },
        polls: {
          max_options: expect.any(Number),
          max_characters_per_option: expect.any(Number),
          min_expiration: expect.any(Number),
          max_expiration: expect.any(Number),
        },
        translation: { enabled: expect.any(Boolean) },
      },
    });
  });

  test('has what Tusky and Elk look for: numbers for accounts, and kinds of pictures', async () => {
    const { configuration } = await read('/api/v2/instance');
    expect(configuration).toMatchObject({
      accounts: { max_featured_tags: expect.any(Number), max_profile_fields: expect.any(Number) },
      media_attachments: {
        supported_mime_types: expect.arrayContaining(['image/png', 'image/jpeg']),
        image_size_limit: expect.any(Number),
      },
      timelines_access: { live_feeds: { local: 'public', remote: 'public' } },
    });
  });

  test('names the live stream by its host alone, for masto adds the path', async () => {
    const [{ configuration }, { urls }] = await Promise.all([read('/api/v2/instance'), read('/api/v1/instance')]);
    const host = server.origin.replace(/^http/, 'ws');
    expect(configuration).toMatchObject({ urls: { streaming: host } });
    expect(urls).toEqual({ streaming_api: host });
  });

  test('has a version that Phanpy can compare, without the names of servers that it treats apart', async () => {
    const [second, first] = await Promise.all([read('/api/v2/instance'), read('/api/v1/instance')]);
    expect(second['version']).toMatch(/^\d+\.\d+\.\d+(-[\da-z-]+(\.[\da-z-]+)*)?(\+[\da-z-]+(\.[\da-z-]+)*)?$/i);
    expect(second['version']).not.toMatch(/pixelfed|pleroma|akkoma|glitch|gotosocial|compatible/i);
    expect(first['version']).toBe(second['version']);
    expect(second['api_versions']).toMatchObject({ mastodon: expect.any(Number) });
  });

  test('says the same by its version as by its API version: clients compare the one or the other', async () => {
    const { version, api_versions: apis } = await read('/api/v2/instance');
    const firstWith: Record<number, string> = { 2: '4.3', 6: '4.4', 7: '4.5' };
    const { mastodon } = apis as { mastodon: number };
    expect(String(version).split('.').slice(0, 2).join('.')).toBe(firstWith[mastodon]);
  });

  test('and a new app agree on the key for push messages', async () => {
    const form = { client_name: 'Elk', redirect_uris: 'https://elk.example/back', scopes: 'read write follow push' };
    const app = (await call(server.origin, 'POST', '/api/v1/apps', { body: form })).body;
    const { configuration } = await read('/api/v2/instance');
    expect(configuration).toMatchObject({ vapid: { public_key: app.vapid_key } });
    // Ice Cubes decodes all of these.
    expect(app).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      name: 'Elk',
      website: null,
      redirect_uri: 'https://elk.example/back',
      redirect_uris: ['https://elk.example/back'],
      client_id: expect.any(String),
      client_secret: expect.any(String),
    });
  });
});

describe('finding the server', () => {
  test('Phanpy reads the host of our pages from host-meta', async () => {
    const { status, body, headers } = await call(server.origin, 'GET', '/.well-known/host-meta');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const [, template = ''] = /<Link [^>]*template="([^"]+)"/.exec(body) ?? [];
    expect(new URL(template).origin).toBe(server.origin);
  });

  test('Phanpy is offered PKCE', async () => {
    expect(await read('/.well-known/oauth-authorization-server')).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      token_endpoint: `${server.origin}/oauth/token`,
      scopes_supported: expect.arrayContaining(['read', 'write', 'follow', 'push', 'profile']),
    });
  });

  test('Phanpy takes us for a Mastodon, for it knows NodeInfo 2.0 only, and Elk finds that without a link', async () => {
    const { body } = await call(server.origin, 'GET', '/.well-known/nodeinfo');
    expect(body.links.map(({ rel }: { rel: string }) => rel)).toEqual([
      'http://nodeinfo.diaspora.software/ns/schema/2.1',
    ]);
    expect(await read('/nodeinfo/2.0')).toMatchObject({ version: '2.0', software: { name: 'rookery' } });
  });
});

describe('small things', () => {
  test('Elk asks for one marker by its bare name, and reads it without looking whether it is there', async () => {
    const { body } = await alice.api('GET', '/api/v1/markers?timeline=notifications');
    expect(body).toEqual({
      notifications: {
        last_read_id: expect.stringMatching(/^\d+$/),
        version: expect.any(Number),
        updated_at: expect.any(String),
      },
    });
  });

  test('Phanpy knows by the words of a 404 that there is no push subscription', async () => {
    const { status, body } = await alice.api('GET', '/api/v1/push/subscription');
    expect([status, body.error]).toEqual([404, expect.stringMatching(/not found|unknown/i)]);
  });

  test.each([
    '/api/v1/trends/tags',
    '/api/v1/trends/statuses',
    '/api/v1/trends/links',
    '/api/v1/announcements',
    '/api/v1/custom_emojis',
  ])('the app of Mastodon for iOS gets a list from %s, also when nothing is there', async (path) => {
    expect(await alice.api('GET', path)).toMatchObject({ status: 200, body: [] });
  });

  test('Elk asks for many accounts in one address', async () => {
    const query = Array.from({ length: 90 }, (_, index) => `id[]=${117_000_000_000_000_000n + BigInt(index)}`).join(
      '&',
    );
    const { status, body } = await alice.api('GET', `/api/v1/accounts/relationships?id[]=${alice.accountId}&${query}`);
    expect([status, body]).toEqual([
      200,
      [expect.objectContaining({ id: alice.accountId, following: false, note: '' })],
    ]);
  });

  test('a role is not called a badge that profiles do not show', async () => {
    const { body } = await alice.api('GET', '/api/v1/accounts/verify_credentials');
    expect(body).toMatchObject({ role: { name: 'Owner', highlighted: false }, roles: [] });
  });

  test('SubwayTooter finds the text of a boost in the boost itself, and no quote', async () => {
    const { id } = (await alice.api('POST', '/api/v1/statuses', { status: 'again!' })).body;
    const { body } = await alice.api('POST', `/api/v1/statuses/${id}/reblog`);
    expect(body).toMatchObject({ content: '<p>again!</p>', reblog: { id, content: '<p>again!</p>' }, quote: null });
    // Apps undo by the id of what was boosted, or by the boost's own.
    expect((await alice.api('POST', `/api/v1/statuses/${body.id}/unreblog`)).body).toMatchObject({
      id,
      reblogged: false,
    });
  });

  test('toot finds whom one blocks by a search, to unblock them; parts of the name lead nowhere, nor to whom blocks oneself', async () => {
    const [una, wally] = [await signUp(server, 'una'), await signUp(server, 'wally')];
    const found = async (q: string, person = una) =>
      (await person.api('GET', `/api/v2/search?type=accounts&resolve=true&q=${q}`)).body.accounts.map(
        ({ acct }: { acct: string }) => acct,
      );
    expect(await found('wal')).toEqual(['wally']);
    await una.api('POST', `/api/v1/accounts/${wally.accountId}/block`);
    const handle = `@wally@${new URL(server.origin).host}`;
    for (const q of ['wally', 'Wally', '@wally', handle]) expect([q, await found(q)]).toEqual([q, ['wally']]);
    expect((await una.api('GET', '/api/v1/accounts/search?q=@wally')).body).toMatchObject([{ acct: 'wally' }]);
    expect(await found('wal')).toEqual([]);
    expect(await found('una', wally)).toEqual([]);
  });

  test('megalodon walks followers to the end: the last page names no next one, also when it is full', async () => {
    const star = await signUp(server, 'star');
    for (const name of ['fan1', 'fan2', 'fan3'])
      await (await signUp(server, name)).api('POST', `/api/v1/accounts/${star.accountId}/follow`);
    const link = async (query: string): Promise<string> =>
      (await star.api('GET', `/api/v1/accounts/${star.accountId}/followers?${query}`)).headers.get('link') ?? '';
    const [, next = ''] = /^<([^>]+)>; rel="next", <[^>]+>; rel="prev"$/.exec(await link('limit=2')) ?? [];
    const [, previous = ''] = /^<([^>]+)>; rel="prev"$/.exec(await link(new URL(next).search.slice(1))) ?? [];
    expect(await link('limit=3')).toMatch(/^<[^>]+>; rel="prev"$/);
    // Upwards, a page that is not full has the rest below it.
    const up = await star.api('GET', `${previous.replace('limit=2', 'limit=40')}`);
    expect([up.body.length, up.headers.get('link')]).toEqual([2, expect.stringContaining('rel="next"')]);
  });

  test('Mastodon.py reads our clock from the front page, and takes whatever comes', async () => {
    for (const [method, accept] of [
      ['HEAD', '*/*'],
      ['GET', '*/*'],
      ['GET', 'text/html'],
    ] as const) {
      const { status, headers } = await call(server.origin, method, '/', { headers: { accept } });
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers.get('date')).toMatch(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/);
    }
    const other = { headers: { accept: 'application/json' } };
    expect((await call(server.origin, 'GET', '/', other)).status).toBe(404);
    expect((await call(server.origin, 'GET', '/nowhere', { headers: { accept: '*/*' } })).status).toBe(404);
  });

  test('Mastodon.py writes a list of ids as a list of lists', async () => {
    const body = new URLSearchParams('id[][]=1&id[][]=2');
    for (const verb of ['accept', 'dismiss'])
      expect(await alice.api('POST', `/api/v1/notifications/requests/${verb}`, body)).toMatchObject({
        status: 200,
        body: {},
      });
  });

  test('forms send numbers that were left empty', async () => {
    expect(await alice.api('GET', '/api/v2/search?q=alice&limit=&offset=')).toMatchObject({ status: 200 });
    const bob = await signUp(server, 'bob');
    const mute = await alice.api('POST', `/api/v1/accounts/${bob.accountId}/mute`, new URLSearchParams('duration='));
    expect(mute).toMatchObject({ status: 200, body: { muting: true, muting_expires_at: null } });
  });

  test('tooot shows its secret in the header and in the body at once', async () => {
    const form = { client_name: 'tooot', redirect_uris: 'tooot://back', scopes: 'read' };
    const { client_id, client_secret } = (await call(server.origin, 'POST', '/api/v1/apps', { body: form })).body;
    const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    const body = { grant_type: 'client_credentials', client_id, client_secret, scope: 'read' };
    expect(await call(server.origin, 'POST', '/oauth/token', { body, headers: { authorization } })).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer' },
    });
  });
});
