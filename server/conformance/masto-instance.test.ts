// The npm client masto, unmodified: what a server says of itself, its emoji, and reactions with them.
import { createRestAPIClient, type mastodon } from 'masto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let olga: Person;
let person: Person;
let alice: mastodon.rest.Client;
let nobody: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  [olga, person] = await Promise.all([signUp(server, 'olga', { role: 'admin' }), signUp(server, 'alice')]);
  alice = createRestAPIClient({ url: server.origin, accessToken: person.token, log: 'error' });
  nobody = createRestAPIClient({ url: server.origin, log: 'error' });
});
afterAll(() => server.close());

test('it tells its description, the servers that it knows, and its weeks', async () => {
  await olga.api('PATCH', '/api/admin/instance', { description: 'Birds & bees' });
  expect(await nobody.v1.instance.extendedDescription.fetch()).toEqual({
    content: expect.stringContaining('Birds &amp; bees'),
    updatedAt: expect.stringMatching(/Z$/),
  });
  const { accountId } = await signUp(server, 'far');
  await server.ctx.database.pool.query(`update accounts set domain = 'rooks.example' where id = $1`, [accountId]);
  expect(await nobody.v1.instance.peers.list()).toEqual(['rooks.example']);
  const weeks = await nobody.v1.instance.activity.list();
  expect(weeks).toHaveLength(12);
  expect(weeks[0]).toEqual({
    week: expect.stringMatching(/^\d{10}$/),
    statuses: expect.stringMatching(/^\d+$/),
    logins: expect.stringMatching(/^\d+$/),
    registrations: '3',
  });
});

test('its emoji are offered, stand in posts and names, and are reacted with', async () => {
  const picture = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#c33' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('shortcode', 'blobcat');
  form.set('category', 'Cats');
  form.set('image', new Blob([new Uint8Array(picture)]), 'blobcat.png');
  expect((await olga.api('POST', '/api/admin/emojis', form)).status).toBe(201);
  const [emoji] = await nobody.v1.customEmojis.list();
  expect(emoji).toEqual({
    shortcode: 'blobcat',
    url: expect.stringContaining('/media/emojis/'),
    staticUrl: emoji?.url,
    visibleInPicker: true,
    category: 'Cats',
  });
  const named = await alice.v1.accounts.updateCredentials({ displayName: 'Alice :blobcat:' });
  const shown = { shortcode: 'blobcat', url: emoji?.url, staticUrl: emoji?.url, visibleInPicker: false };
  expect(named.emojis).toEqual([shown]);
  const post = await alice.v1.statuses.create({ status: 'see :blobcat:' });
  expect(post.emojis).toEqual([shown]);
  // The library has no methods for reacting, but hands on what it does not know.
  for (const name of ['blobcat', '👍'])
    await person.api('PUT', `/api/v1/pleroma/statuses/${post.id}/reactions/${encodeURIComponent(name)}`);
  expect(await alice.v1.statuses.$select(post.id).fetch()).toMatchObject({
    favouritesCount: 0,
    emojiReactions: [
      { name: 'blobcat', count: 1, me: true, url: emoji?.url, staticUrl: emoji?.url },
      { name: '👍', count: 1, me: true, url: null, staticUrl: null },
    ],
  });
});
