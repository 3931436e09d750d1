// Stories of searching: people, hashtags and addresses.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block } from '#server/features/graph/service/block.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openStranger } from '#server/testing/stranger.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let postId: string;
let hiddenId: string;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  [alice, bob] = [await signUp(server, 'alice'), await signUp(server, 'bob')];
  postId = (await alice.api('POST', '/api/v1/statuses', { status: 'about #Ornithology and #ornaments' })).body.id;
  hiddenId = (await alice.api('POST', '/api/v1/statuses', { status: 'hidden', visibility: 'private' })).body.id;
});
afterAll(() => server.close());

const search = (query: Record<string, string>, person: Person | null = bob): Promise<Answer> => {
  const path = `/api/v2/search?${new URLSearchParams(query).toString()}`;
  return person ? person.api('GET', path) : call(server.origin, 'GET', path);
};

describe('words', () => {
  it('find people and hashtags, always in three lists', async () => {
    const { body } = await search({ q: 'ali' });
    expect(body.accounts.map(({ acct }: { acct: string }) => acct)).toEqual(['alice']);
    expect(body).toMatchObject({ statuses: [], hashtags: [] });
    const tags = (await search({ q: '#ORN' })).body;
    expect(tags.hashtags.map(({ name }: { name: string }) => name)).toEqual(['ornaments', 'ornithology']);
    expect(tags.accounts).toEqual([]);
    expect((await search({ q: 'orn', type: 'accounts' })).body).toEqual({ accounts: [], statuses: [], hashtags: [] });
  });

  it('find people by their handle here', async () => {
    const { host } = new URL(server.origin);
    expect((await search({ q: `@alice@${host}`, resolve: 'true' })).body.accounts).toHaveLength(1);
  });

  it('page by offset', async () => {
    const first = await search({ q: 'orn', limit: '1', type: 'hashtags' });
    expect(first.headers.get('link')).toContain('offset=1');
    expect((await search({ q: 'orn', limit: '1', offset: '1', type: 'hashtags' })).body.hashtags[0].name).toBe(
      'ornithology',
    );
  });

  it.each([
    '',
    ' ',
    '%',
    '_',
    "' or 1=1",
    '\u0000',
    '@',
    '#',
    '@@',
    'https://',
    'x'.repeat(5000),
    'http://[::1',
    'https://user:pw@host/%ff',
  ])('are never too strange: %j', async (q) => {
    for (const person of [bob, null]) expect((await search({ q, resolve: 'true' }, person)).status).toBe(200);
  });
});

describe('an address of ours', () => {
  it.each([
    ['the page of a post', () => `${server.origin}/@alice/${postId}`],
    ['the ActivityPub id of a post', () => `${server.origin}/ap/posts/${postId}`],
  ])('leads to the post: %s', async (_name, address) => {
    const { body } = await search({ q: address(), resolve: 'true' });
    expect(body.statuses.map(({ id }: { id: string }) => id)).toEqual([postId]);
    expect(body.accounts).toEqual([]);
  });

  it.each([
    ['a profile', () => `${server.origin}/@alice`],
    ['an actor', () => `${server.origin}/ap/users/${alice.accountId}`],
  ])('leads to the account: %s', async (_name, address) => {
    expect((await search({ q: address() }, null)).body.accounts.map(({ id }: { id: string }) => id)).toEqual([
      alice.accountId,
    ]);
  });

  it('shows nobody a post that they may not see', async () => {
    expect((await search({ q: `${server.origin}/@alice/${hiddenId}`, resolve: 'true' })).body.statuses).toEqual([]);
    expect((await search({ q: `${server.origin}/@alice/${hiddenId}` }, alice)).body.statuses).toHaveLength(1);
    await block(server.ctx, { blockerId: alice.accountId, blockedId: bob.accountId });
    expect((await search({ q: `${server.origin}/@alice/${postId}` })).body.statuses).toEqual([]);
    expect((await search({ q: 'alice' })).body.accounts).toEqual([]);
  });
});

it.each(['/@%ff', '/@alice/99', '/ap/posts/x', '/ap/nothing', '/'])('finds nothing at our address %s', async (path) => {
  expect((await search({ q: `${server.origin}${path}`, resolve: 'true' })).body).toEqual({
    accounts: [],
    statuses: [],
    hashtags: [],
  });
});

it('gives nothing when another server does not answer', async () => {
  const { status, body } = await search({ q: 'http://127.0.0.1:9/notes/1', resolve: 'true' });
  expect(status).toBe(200);
  expect(body).toEqual({ accounts: [], statuses: [], hashtags: [] });
});

it('leads from a profile page that shows no document to the account that names it as its page', async () => {
  const there = await openStranger();
  try {
    const { uri } = await there.person('notes');
    await there.person('mallory', { url: `${there.origin}/@somebody` });
    const found = async (name: string, resolve: boolean): Promise<string[]> => {
      const { body } = await search({ q: `${there.origin}/@${name}`, resolve: String(resolve) });
      return body.accounts.map((account: { uri: string }) => account.uri);
    };
    expect(await found('notes', false)).toEqual([]);
    expect(await found('notes', true)).toEqual([uri]);
    there.asked.length = 0;
    expect(await found('notes', false)).toEqual([uri]);
    expect(there.asked).toEqual([]);
    expect(await found('mallory', true)).toEqual([]);
  } finally {
    await there.close();
  }
});
