// What clients read of the community when they start, and what its staff may change.
import { createRestAPIClient } from 'masto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSettings } from '#server/features/instance/policy.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { hasFfmpeg } from '#server/testing/recordings.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let owner: Person;
const get = (path: string, token?: string): Promise<Answer> => call(server.origin, 'GET', path, { token });

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  owner = await signUp(server, 'olga', { role: 'owner' });
});
afterAll(() => server.close());

describe('the document of version 2', () => {
  test('has every field that clients decode strictly', async () => {
    const { body } = await get('/api/v2/instance');
    expect(body).toMatchObject({
      domain: server.ctx.config.handleDomain,
      title: 'localhost',
      description: expect.any(String),
      source_url: expect.any(String),
      api_versions: { mastodon: 7, rookery: 1 },
      usage: { users: { active_month: expect.any(Number) } },
      thumbnail: { url: expect.stringMatching(/\.png$/) },
      languages: ['en'],
      registrations: { enabled: true, approval_required: false, message: null },
      contact: { email: '', account: { username: 'olga' } },
      rules: [],
    });
    expect(body.configuration).toMatchObject({
      urls: { streaming: server.origin.replace('http', 'ws') },
      vapid: { public_key: expect.stringMatching(/^B[\w-]{86}$/) },
      accounts: { max_featured_tags: expect.any(Number), max_profile_fields: 8 },
      statuses: { max_characters: 5000, max_media_attachments: 8, characters_reserved_per_url: 23 },
      media_attachments: {
        supported_mime_types: expect.arrayContaining(['image/png', 'image/heic']),
        description_limit: 1500,
        image_size_limit: 16 * 1024 * 1024,
        image_matrix_limit: 33_000_000,
      },
      polls: {
        max_options: expect.any(Number),
        max_characters_per_option: expect.any(Number),
        min_expiration: expect.any(Number),
        max_expiration: expect.any(Number),
      },
      translation: { enabled: false },
      timelines_access: { live_feeds: { local: 'public', remote: 'public' } },
    });
  });

  test.each([
    { ffmpegPath: '/nowhere/ffmpeg', films: false },
    { ffmpegPath: 'ffmpeg', films: hasFfmpeg },
  ])('names films and sounds only where $ffmpegPath can make them', async ({ films, ...settings }) => {
    const other = await openTestServer({ ...settings, mediaVideoMaxMb: 50 });
    const { body } = await call(other.origin, 'GET', '/api/v2/instance');
    const limits = body.configuration.media_attachments;
    expect(limits.supported_mime_types.includes('video/mp4')).toBe(films);
    expect(limits).toMatchObject({
      video_size_limit: films ? 50 * 1024 * 1024 : 0,
      video_matrix_limit: films ? 8_294_400 : 0,
      video_frame_rate_limit: films ? 120 : 0,
    });
    await other.close();
  });

  test('has a version that is a semantic version', async () => {
    const { version } = (await get('/api/v2/instance')).body;
    expect(version).toMatch(/^\d+\.\d+\.\d+\+rookery-\d+\.\d+\.\d+$/);
  });

  test('is read by masto', async () => {
    const instance = await createRestAPIClient({ url: server.origin }).v2.instance.fetch();
    expect(instance.registrations.enabled).toBe(true);
    expect(instance.contact.account.acct).toBe('olga');
  });
});

test('the document of version 1 says the same to older clients', async () => {
  const { body } = await get('/api/v1/instance');
  expect(body).toMatchObject({
    uri: server.ctx.config.handleDomain,
    title: 'localhost',
    short_description: expect.any(String),
    email: '',
    urls: { streaming_api: server.origin.replace('http', 'ws') },
    stats: { user_count: expect.any(Number), status_count: 0, domain_count: 0 },
    registrations: true,
    approval_required: false,
    invites_enabled: false,
    contact_account: { username: 'olga' },
    max_toot_chars: 5000,
  });
});

test('lists that nothing fills yet are empty, not missing', async () => {
  for (const path of [
    '/api/v1/custom_emojis',
    '/api/v1/instance/peers',
    '/api/v1/instance/rules',
    '/api/v1/trends/tags',
  ]) {
    expect([path, await get(path)]).toMatchObject([path, { status: 200, body: [] }]);
  }
  for (const path of ['/api/v1/announcements', '/api/v1/instance/domain_blocks'])
    expect((await get(path, owner.token)).body).toEqual([]);
  expect((await get('/api/v1/announcements')).status).toBe(401);
  for (const path of ['extended_description', 'privacy_policy']) {
    expect((await get(`/api/v1/instance/${path}`)).body).toMatchObject({
      updated_at: expect.stringMatching(/Z$/),
      content: expect.stringMatching(/^<p>/),
    });
  }
  expect((await get('/health')).body).toEqual({ status: 'OK' });
});

test('the longer description says when it last changed', async () => {
  const change = (body: object) => owner.api('PATCH', '/api/admin/instance', body);
  const told = async () => (await get('/api/v1/instance/extended_description')).body.updated_at;
  expect(await told()).toBe('2026-01-01T00:00:00.000Z');
  const before = new Date().toISOString();
  await change({ description: 'Birds, mostly' });
  const changed = await told();
  expect(changed >= before && changed <= new Date().toISOString()).toBe(true);
  await change({ title: 'Rooks', description: 'Birds, mostly' });
  expect(await told()).toBe(changed);
});

test('the last twelve weeks are told in texts, the present one first', async () => {
  const { body } = await get('/api/v1/instance/activity');
  expect(body).toHaveLength(12);
  expect(body[0]).toEqual({
    week: expect.stringMatching(/^\d+$/),
    statuses: '0',
    logins: expect.stringMatching(/^\d+$/),
    registrations: '1',
  });
  expect(Number(body[0].week) - Number(body[1].week)).toBe(7 * 86_400);
});

describe('the staff', () => {
  test('changes settings; what is not sent stays; everybody sees it at once', async () => {
    const answer = await owner.api('PATCH', '/api/admin/instance', {
      title: 'Rooks',
      rules: ['Be kind', 'No <b>spam</b>'],
      contact_email: 'olga@mail.example',
    });
    expect(answer.body).toMatchObject({
      title: 'Rooks',
      registrations: 'open',
      contact_email: 'olga@mail.example',
      rules: ['Be kind', 'No <b>spam</b>'],
    });
    const { body } = await get('/api/v2/instance');
    expect(body).toMatchObject({
      title: 'Rooks',
      contact: { email: 'olga@mail.example' },
      rules: [
        { id: '1', text: 'Be kind' },
        { id: '2', text: 'No <b>spam</b>' },
      ],
    });
    await owner.api('PATCH', '/api/admin/instance', { registrations: 'approval' });
    expect((await owner.api('GET', '/api/admin/instance')).body).toMatchObject({
      title: 'Rooks',
      registrations: 'approval',
    });
    expect((await get('/api/v1/instance')).body).toMatchObject({ registrations: true, approval_required: true });
    await owner.api('PATCH', '/api/admin/instance', { registrations: 'open' });
  });

  test.each([
    ['an empty title', { title: ' ' }],
    ['a long title', { title: 'x'.repeat(101) }],
    ['an unknown mode', { registrations: 'sometimes' }],
    ['too many rules', { rules: Array.from({ length: 51 }, () => 'r') }],
    ['a number for a list', { rules: { a: 1 } }],
  ])('%s is refused and nothing changes', async (_what, body) => {
    const before = (await owner.api('GET', '/api/admin/instance')).body;
    expect(await owner.api('PATCH', '/api/admin/instance', { description: 'half', ...body })).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(/^Validation failed: /) },
    });
    expect((await owner.api('GET', '/api/admin/instance')).body).toEqual(before);
  });

  test('nobody else opens these doors, and no statement is spent on them', async () => {
    const person = await signUp(server, 'paul', { scopes: 'read write admin:read admin:write' });
    await person.api('GET', '/api/v1/preferences');
    const knock = async (): Promise<void> => {
      for (const [method, path] of [
        ['GET', '/api/admin/instance'],
        ['PATCH', '/api/admin/instance'],
        ['GET', '/api/admin/sign-ups'],
        ['POST', '/api/admin/sign-ups/1/approve'],
        ['POST', '/api/admin/sign-ups/1/reject'],
      ] as const) {
        expect([path, (await person.api(method, path, method === 'GET' ? undefined : {})).status]).toEqual([path, 403]);
        expect([path, (await call(server.origin, method, path)).status]).toEqual([path, 401]);
      }
    };
    expect(await statementsOf(server.ctx, knock)).toBe(0);
  });
});

test('a server that strangers can reach asks for approval, one that only this machine reaches is open', () => {
  expect(defaultSettings({ origin: 'https://social.example.org', handleDomain: 'example.org' })).toMatchObject({
    registrations: 'approval',
    title: 'example.org',
  });
  for (const origin of ['http://localhost:3000', 'http://192.168.1.5', 'http://rookery.local']) {
    expect(defaultSettings({ origin, handleDomain: 'localhost:3000' }).registrations).toBe('open');
  }
});
