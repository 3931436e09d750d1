// The npm client masto, unmodified: filters in both versions of the API.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let alice: mastodon.rest.Client;
let bob: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  const clientOf = async (name: string): Promise<mastodon.rest.Client> =>
    createRestAPIClient({ url: server.origin, accessToken: (await signUp(server, name)).token, log: 'error' });
  [alice, bob] = [await clientOf('alice'), await clientOf('bob')];
});
afterAll(() => server.close());

test('filters of the second version, their keywords and their posts', async () => {
  const filter = await alice.v2.filters.create({
    title: 'Spoilers',
    context: ['home', 'thread'],
    filterAction: 'hide',
    expiresIn: 3600,
    keywordsAttributes: [{ keyword: 'ending', wholeWord: true }],
  });
  expect(filter).toMatchObject({ title: 'Spoilers', filterAction: 'hide', keywords: [{ keyword: 'ending' }] });
  const one = alice.v2.filters.$select(filter.id);
  const keyword = await one.keywords.create({ keyword: 'finale' });
  const post = await bob.v1.statuses.create({ status: 'the finale!' });
  expect((await alice.v1.statuses.$select(post.id).fetch()).filtered).toMatchObject([
    { filter: { id: filter.id }, keywordMatches: ['finale'], statusMatches: null },
  ]);
  expect(await alice.v2.filters.keywords.$select(keyword.id).update({ keyword: 'season' })).toMatchObject({
    keyword: 'season',
  });
  expect((await alice.v2.filters.keywords.$select(keyword.id).fetch()).wholeWord).toBe(true);
  const entry = await one.statuses.create({ statusId: post.id });
  expect(entry.statusId).toBe(post.id);
  expect(await one.statuses.list()).toEqual([entry]);
  expect(await alice.v2.filters.statuses.$select(entry.id).fetch()).toEqual(entry);
  expect((await alice.v1.statuses.$select(post.id).fetch()).filtered?.[0]?.statusMatches).toEqual([post.id]);
  expect(await alice.v2.filters.statuses.$select(entry.id).remove()).toEqual(entry);
  const changed = await one.update({
    title: 'Plots',
    expiresIn: null,
    keywordsAttributes: [{ id: keyword.id, _destroy: true }],
  });
  expect(changed).toMatchObject({ title: 'Plots', expiresAt: null, keywords: [{ keyword: 'ending' }] });
  const [last] = await one.keywords.list();
  expect(await one.keywords.list()).toEqual([expect.objectContaining({ keyword: 'ending' })]);
  await alice.v2.filters.keywords.$select(last?.id ?? '').remove();
  expect(await one.keywords.list()).toEqual([]);
  expect(await alice.v2.filters.list()).toEqual([await one.fetch()]);
  await one.remove();
  await expect(one.fetch()).rejects.toMatchObject({ statusCode: 404 });
});

test('filters of the first version', async () => {
  const old = await alice.v1.filters.create({ phrase: 'ending', context: ['home'], wholeWord: false });
  expect(old).toMatchObject({ phrase: 'ending', wholeWord: false, irreversible: false, expiresAt: null });
  const one = alice.v1.filters.$select(old.id);
  expect(await one.update({ phrase: 'finale', context: ['public'], irreversible: true })).toMatchObject({
    phrase: 'finale',
    context: ['public'],
    irreversible: true,
  });
  expect(await alice.v1.filters.list()).toEqual([await one.fetch()]);
  await one.remove();
  expect(await alice.v1.filters.list()).toEqual([]);
});
