// What somebody wants of pictures and films: kept for all their browsers, told to Mastodon's clients, refused in words.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let ann: Person;
beforeAll(async () => {
  server = await openTestServer({ idle: true });
  ann = await signUp(server, 'ann');
});
afterAll(() => server.close());

const path = '/api/preferences/media';

it('begins with a reminder, covers for what is sensitive, and pictures that move', async () => {
  expect((await ann.api('GET', path)).body).toEqual({ describe: 'remind', show: 'default', autoplay: true });
});

it('keeps what is changed and leaves the rest, also for the clients of Mastodon', async () => {
  const changed = await ann.api('PATCH', path, { show: 'hide_all', autoplay: false });
  expect(changed.body).toEqual({ describe: 'remind', show: 'hide_all', autoplay: false });
  await ann.api('PATCH', path, { describe: 'require' });
  expect((await ann.api('GET', path)).body).toEqual({ describe: 'require', show: 'hide_all', autoplay: false });
  expect((await ann.api('GET', '/api/v1/preferences')).body).toMatchObject({
    'reading:expand:media': 'hide_all',
    'reading:autoplay:gifs': false,
  });
});

it('refuses a word that it does not know, and changes nothing', async () => {
  const before = (await ann.api('GET', path)).body;
  const refused = await ann.api('PATCH', path, { describe: 'always', autoplay: true });
  expect(refused.status).toBe(422);
  expect(refused.body.error).toMatch(/describe/);
  expect((await ann.api('GET', path)).body).toEqual(before);
});

it('takes the scope of an account', async () => {
  const reader = await signUp(server, 'reader', { scopes: 'read:accounts' });
  expect((await reader.api('GET', path)).status).toBe(200);
  expect((await reader.api('PATCH', path, { describe: 'off' })).status).toBe(403);
});
