// What a post has beside its text, in our own REST API: files, polls, links and quotes in our own words, for each reader.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, signUp, write, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  server = await openTestServer({ idle: true });
  [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
});
afterAll(() => server.close());

const open = async (id: string) => (await call(server.origin, 'GET', `/api/posts/${id}`)).body;

test('a poll shows its counts, and to a reader what they chose', async () => {
  const poll = { options: ['Rook', 'Jackdaw'], expires_in: 3600 };
  const id = await write(ann, 'Which bird?', { poll });
  await bob.api('POST', `/api/v1/polls/${id}/votes`, { choices: [1] });
  expect((await bob.api('GET', `/api/posts/${id}`)).body.poll).toEqual({
    options: [
      { text: 'Rook', votes: 0 },
      { text: 'Jackdaw', votes: 1 },
    ],
    multiple: false,
    closes_at: expect.any(String),
    closed: false,
    voters: 1,
    chosen: [1],
  });
  expect((await open(id)).poll.chosen).toBeNull();
  const kept = await write(ann, 'Secret?', { poll: { ...poll, hide_totals: true } });
  expect((await open(kept)).poll.options).toEqual([
    { text: 'Rook', votes: null },
    { text: 'Jackdaw', votes: null },
  ]);
});

test('a quote shows the post, but not what that one quotes; and why it is not shown', async () => {
  const first = await write(ann, 'first');
  const second = await write(bob, 'second', { quoted_status_id: first });
  const third = await write(ann, 'third', { quoted_status_id: second });
  const { quote } = await open(third);
  expect(quote).toMatchObject({ state: 'accepted', post: { id: second, content: 'second' } });
  expect(quote.post).not.toHaveProperty('quote');
  expect((await open(first)).quote).toBeNull();
  await bob.api('POST', `/api/v1/statuses/${second}/quotes/${third}/revoke`);
  expect((await open(third)).quote).toEqual({ state: 'revoked', post: null });
  await ann.api('DELETE', `/api/v1/statuses/${first}`);
  expect((await open(second)).quote).toEqual({ state: 'deleted', post: null });
  const { body: stranger } = await ann.api('POST', '/api/v1/statuses', { status: 'mine', visibility: 'private' });
  expect((await call(server.origin, 'GET', `/api/posts/${stranger.id}`)).status).toBe(404);
});

test('a page costs as many statements whatever it holds', async () => {
  const count = () => statementsOf(server.ctx, () => call(server.origin, 'GET', '/api/posts?limit=3'));
  const quoted = await write(ann, 'to be quoted');
  const quote = () => write(bob, 'quoting', { quoted_status_id: quoted });
  await quote();
  const one = await count();
  await quote();
  await quote();
  expect(await count()).toBeLessThanOrEqual(one);
});
