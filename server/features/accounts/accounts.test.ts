// Stories of profiles: what a person shows, changes and uploads, and how others find it.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let alice: Person;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  alice = await signUp(server, 'alice');
});
afterAll(() => server.close());

const path = '/api/v1/accounts/update_credentials';
const update = (body: unknown): Promise<Answer> => alice.api('PATCH', path, body);
const me = async (): Promise<Answer['body']> => (await alice.api('GET', '/api/v1/accounts/verify_credentials')).body;

function form(fields: Record<string, string | Blob>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

const plain = { create: { width: 1200, height: 800, channels: 3 as const, background: '#336699' } };
const blob = (content: Buffer, type = 'image/png'): Blob => new Blob([new Uint8Array(content)], { type });

/** The bytes behind one of our own addresses. */
async function fetchPicture(address: string): Promise<{ status: number; headers: Headers; content: Buffer }> {
  const response = await fetch(address);
  return { status: response.status, headers: response.headers, content: Buffer.from(await response.arrayBuffer()) };
}

describe('an account', () => {
  test('is shown with every field that clients need', async () => {
    const { body } = await call(server.origin, 'GET', `/api/v1/accounts/${alice.accountId}`);
    expect(body).toEqual({
      id: alice.accountId,
      username: 'alice',
      acct: 'alice',
      url: `${server.origin}/@alice`,
      uri: `${server.origin}/ap/users/${alice.accountId}`,
      display_name: '',
      note: '',
      avatar: `${server.origin}/avatars/original/missing.png`,
      avatar_static: `${server.origin}/avatars/original/missing.png`,
      avatar_description: '',
      header: `${server.origin}/headers/original/missing.png`,
      header_static: `${server.origin}/headers/original/missing.png`,
      header_description: '',
      locked: false,
      bot: false,
      group: false,
      discoverable: true,
      indexable: false,
      noindex: true,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/),
      last_status_at: null,
      statuses_count: 0,
      followers_count: 0,
      following_count: 0,
      hide_collections: false,
      show_media: true,
      show_media_replies: true,
      show_featured: true,
      emojis: [],
      fields: [],
      roles: [],
      feature_approval: { automatic: [], manual: [], current_user: 'denied' },
    });
  });

  test('without pictures shows ones that are really there', async () => {
    const { avatar, header } = await me();
    for (const [address, width, height] of [
      [avatar, 400, 400],
      [header, 1500, 500],
    ] as const) {
      const { headers, content } = await fetchPicture(address);
      expect(headers.get('content-type')).toBe('image/png');
      expect(await sharp(content).metadata()).toMatchObject({ format: 'png', width, height });
    }
  });

  test('is found by its handle in any form', async () => {
    for (const acct of ['alice', '@ALICE', `alice@${server.ctx.config.handleDomain}`]) {
      expect(
        (await call(server.origin, 'GET', `/api/v1/accounts/lookup?acct=${encodeURIComponent(acct)}`)).body.id,
      ).toBe(alice.accountId);
    }
    for (const acct of ['nobody', 'alice@elsewhere.example', '', '@', "a'b", '%00']) {
      const answer = await call(server.origin, 'GET', `/api/v1/accounts/lookup?acct=${encodeURIComponent(acct)}`);
      expect(answer).toMatchObject({ status: 404, body: { error: 'Record not found' } });
    }
    expect((await call(server.origin, 'GET', '/api/v1/accounts/lookup')).status).toBe(422);
  });

  test('several are given in the order asked, unknown ones left out, by one statement', async () => {
    const bob = await signUp(server, 'bob');
    const path = `/api/v1/accounts?id[]=${bob.accountId}&id[]=1&id[]=zzz&id[]=${alice.accountId}`;
    expect(await statementsOf(server.ctx, () => call(server.origin, 'GET', path))).toBe(1);
    const answer = await call(server.origin, 'GET', path);
    expect(answer.body.map((account: { username: string }) => account.username)).toEqual(['bob', 'alice']);
  });

  test('that is suspended shows that and nothing else', async () => {
    const eve = await signUp(server, 'eve');
    await eve.api('PATCH', path, { display_name: 'Eve', note: 'hello' });
    await server.ctx.database.write((tx) =>
      tx.sql.updateTable('accounts').set({ suspended_at: new Date() }).where('id', '=', eve.accountId).execute(),
    );
    const { body } = await call(server.origin, 'GET', `/api/v1/accounts/${eve.accountId}`);
    expect(body).toMatchObject({ username: 'eve', suspended: true, display_name: '', note: '', fields: [] });
  });
});

describe('a profile', () => {
  test('is changed field by field: what is not sent stays', async () => {
    await update({
      display_name: 'Alice 🐦',
      note: 'I like <b>rooks</b> and #Birds\n\nhttps://example.com/',
      locked: true,
    });
    await update({
      fields_attributes: [
        { name: 'Home', value: 'https://alice.example/' },
        { name: 'Pronouns', value: 'she' },
      ],
    });
    await update({ bot: 'on', discoverable: 'false', source: { privacy: 'private', sensitive: '1', language: 'de' } });
    const now = await me();
    expect(now).toMatchObject({ display_name: 'Alice 🐦', locked: true, bot: true, discoverable: false });
    expect(now.note).toContain('&lt;b&gt;rooks&lt;/b&gt;');
    expect(now.note).toContain(`href="${server.origin}/tags/birds"`);
    expect(now.source).toMatchObject({
      note: 'I like <b>rooks</b> and #Birds\n\nhttps://example.com/',
      privacy: 'private',
      sensitive: true,
      language: 'de',
    });
    expect(now.source.fields).toEqual([
      { name: 'Home', value: 'https://alice.example/', verified_at: null },
      { name: 'Pronouns', value: 'she', verified_at: null },
    ]);
    expect(now.fields[0].value).toContain('rel="nofollow noopener noreferrer me"');
    expect((await alice.api('GET', '/api/v1/preferences')).body).toEqual({
      'posting:default:visibility': 'private',
      'posting:default:sensitive': true,
      'posting:default:language': 'de',
      'posting:default:quote_policy': 'public',
      'reading:expand:media': 'default',
      'reading:expand:spoilers': false,
      'reading:autoplay:gifs': true,
    });
  });

  test('takes fields as a list, as a hash by number and as a form, and by PUT as well', async () => {
    await update({ fields_attributes: { 0: { name: 'a', value: '1' }, 1: { name: 'b', value: '2' } } });
    expect((await me()).source.fields).toMatchObject([
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ]);
    await alice.api(
      'PUT',
      path,
      form({
        'fields_attributes[0][name]': 'c',
        'fields_attributes[0][value]': '3',
        'fields_attributes[1][name]': '',
        'fields_attributes[1][value]': '',
      }),
    );
    expect((await me()).source.fields).toMatchObject([{ name: 'c', value: '3' }]);
    await update(form({ 'source[privacy]': 'unlisted' }));
    expect((await me()).source).toMatchObject({ privacy: 'unlisted', fields: [{ name: 'c', value: '3' }] });
  });

  test('links to people in a bio', async () => {
    await signUp(server, 'friend');
    await update({ note: `with @friend and @friend@${server.ctx.config.handleDomain}, not @stranger@else.example` });
    const { note } = await me();
    expect(note.match(/class="u-url mention"/g)).toHaveLength(2);
    expect(note).toContain('not @stranger@else.example');
  });

  test('null and unknown keys change nothing', async () => {
    await update({ display_name: 'Kept' });
    const answer = await update({
      display_name: null,
      avatar: null,
      username: 'hacked',
      id: '1',
      suspended: false,
      opened: false,
    });
    expect(answer.body).toMatchObject({ display_name: 'Kept', username: 'alice' });
  });

  test('can be emptied', async () => {
    await update({ note: 'x', display_name: 'x', fields_attributes: [{ name: 'a', value: 'b' }] });
    const { body } = await update({ note: '', display_name: '', fields_attributes: [] });
    expect(body).toMatchObject({ note: '', display_name: '', fields: [] });
  });

  test.each([
    ['a long name', { display_name: 'x'.repeat(51) }, 'display_name'],
    ['a long bio', { note: 'x'.repeat(1001) }, 'note'],
    [
      'nine fields',
      { fields_attributes: Array.from({ length: 9 }, (_, n) => ({ name: `f${n}`, value: 'v' })) },
      'fields',
    ],
    ['a long field', { fields_attributes: [{ name: 'x', value: 'x'.repeat(1001) }] }, 'fields'],
  ])('refuses %s, names the field and changes nothing', async (_what, body, field) => {
    await update({ display_name: 'Before' });
    const answer = await update({
      ...body,
      locked: true,
      ...(field === 'display_name' ? {} : { display_name: 'After' }),
    });
    expect(answer.status).toBe(422);
    expect(answer.body.details[field][0].error).toBe('ERR_TOO_LONG');
    expect((await me()).display_name).toBe('Before');
  });

  test.each([
    ['a word for a flag', { locked: 'maybe' }],
    ['an unknown visibility', { source: { privacy: 'secret' } }],
    ['a list for a name', { display_name: ['a', 'b'] }],
    ['an address for a picture', { avatar: 'https://evil.example/x.png' }],
  ])('refuses %s', async (_what, body) => {
    expect(await update(body)).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(/^Validation failed: /) },
    });
  });

  test('a change is told to the others once', async () => {
    const count = async (): Promise<number> =>
      (
        await server.ctx.database.read
          .selectFrom('outbox_events')
          .select('id')
          .where('name', '=', 'account.updated')
          .execute()
      ).length;
    const before = await count();
    await update({ display_name: 'News' });
    await update({ source: { language: 'en' } });
    expect(await count()).toBe(before + 1);
  });
});

describe('pictures', () => {
  test('are cut to the server’s sizes, turned upright, and carry nothing of the original file', async () => {
    const photo = await sharp(plain)
      .jpeg()
      .withExif({ IFD0: { Copyright: 'secret place', Orientation: '6' } })
      .toBuffer();
    const { body, status } = await update(
      form({
        avatar: blob(photo, 'image/jpeg'),
        avatar_description: 'me',
        header: blob(await sharp(plain).png().toBuffer()),
      }),
    );
    expect(status).toBe(200);
    expect(body.avatar).toMatch(new RegExp(`^${server.origin}/media/accounts/\\d+/avatar-[0-9a-f]{32}\\.webp$`));
    expect(body.avatar_description).toBe('me');
    for (const [address, width, height] of [
      [body.avatar, 400, 400],
      [body.header, 1500, 500],
    ] as const) {
      const { content, headers } = await fetchPicture(address);
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(headers.get('content-type')).toBe('image/webp');
      const found = await sharp(content).metadata();
      expect([found.format, found.width, found.height, found.exif]).toEqual(['webp', width, height, undefined]);
      expect(content.includes('secret place')).toBe(false);
    }
  });

  test('a new one replaces the former, whose file goes; both can be removed', async () => {
    const picture = blob(await sharp(plain).webp().toBuffer(), 'image/webp');
    const first = (await update(form({ avatar: picture }))).body.avatar;
    const second = (await update(form({ avatar: picture }))).body.avatar;
    expect(second).not.toBe(first);
    expect((await fetchPicture(first)).status).toBe(404);
    expect((await fetchPicture(second)).status).toBe(200);
    expect((await update(form({ avatar_description: 'a rook' }))).body).toMatchObject({
      avatar: second,
      avatar_description: 'a rook',
    });
    expect((await alice.api('DELETE', '/api/v1/profile/avatar')).body.avatar).toMatch(/missing\.png$/);
    expect((await alice.api('DELETE', '/api/v1/profile/header')).body.header).toMatch(/missing\.png$/);
    expect((await fetchPicture(second)).status).toBe(404);
  });

  test.each([
    [
      'SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>'),
    ],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['text', Buffer.from('hello')],
    ['a cut off picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('refuses %s under whatever type it claims, says what is taken, and changes nothing', async (_what, content) => {
    const answer = await update(form({ avatar: blob(content), display_name: 'Trojan' }));
    expect(answer.status).toBe(422);
    expect(answer.body.details.avatar).toEqual([
      { error: 'ERR_INVALID', description: expect.stringContaining('JPEG, PNG, GIF, WebP') },
    ]);
    expect((await me()).display_name).not.toBe('Trojan');
  });

  test('refuses a picture with more pixels than the server can bear', async () => {
    const huge = await sharp({ create: { width: 8000, height: 8000, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    expect((await update(form({ avatar: blob(huge) }))).body.details.avatar[0].description).toContain('33 megapixels');
  });

  test('refuses an upload of more than 8 MB', async () => {
    const noise = Buffer.alloc(8 * 1024 * 1024 + 1, 7);
    expect((await update(form({ header: blob(noise) }))).body.details.header[0].error).toBe('ERR_TOO_LONG');
  });
});

test('verifying credentials costs three statements and one for the token', async () => {
  expect(await statementsOf(server.ctx, me)).toBeLessThanOrEqual(4);
});
