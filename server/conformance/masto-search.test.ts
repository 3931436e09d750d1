// The npm client masto, unmodified: search.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let person: Person;
let alice: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  person = await signUp(server, 'alice');
  alice = createRestAPIClient({ url: server.origin, accessToken: person.token, log: 'error' });
});
afterAll(() => server.close());

test('search finds people, hashtags and posts, one kind or all, page by page', async () => {
  const post = await alice.v1.statuses.create({ status: 'alice among #alicebirds' });
  const all = await alice.v2.search.list({ q: 'alice', resolve: true });
  expect(all).toMatchObject({
    accounts: [{ acct: 'alice' }],
    hashtags: [{ name: 'alicebirds', following: false }],
    statuses: [{ id: post.id, filtered: [] }],
  });
  const mine = await alice.v2.search.list({ q: 'from:me', type: 'statuses', accountId: person.accountId, limit: 5 });
  expect(mine.statuses.map(({ id }) => id)).toEqual([post.id]);
  const next = await alice.v2.search.list({ q: 'from:me', type: 'statuses', offset: 1 });
  expect(next).toEqual({ accounts: [], hashtags: [], statuses: [] });
  // As old apps know it, hashtags are names.
  expect(await alice.v1.search.list({ q: 'alice' })).toEqual({ ...all, hashtags: ['alicebirds'] });
  expect(await alice.v1.accounts.search.list({ q: 'ali', limit: 1 })).toMatchObject([{ acct: 'alice' }]);
});
