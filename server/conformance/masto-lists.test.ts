// The npm client masto, unmodified: lists and what is in them.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

type Rest = mastodon.rest.Client;

let server: TestServer;
let person: { alice: Person; bob: Person };
let alice: Rest;
let bob: Rest;

const clientOf = (accessToken: string): Rest => createRestAPIClient({ url: server.origin, accessToken, log: 'error' });
const ids = (items: Array<{ id: string }>): string[] => items.map(({ id }) => id);

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  const [first, second] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob')]);
  person = { alice: first, bob: second };
  [alice, bob] = [clientOf(first.token), clientOf(second.token)];
});
afterAll(() => server.close());

test('lists are made, filled, read, emptied and removed', async () => {
  const list = await alice.v1.lists.create({ title: 'Friends', exclusive: true });
  expect(list).toEqual({ id: list.id, title: 'Friends', repliesPolicy: 'list', exclusive: true });
  const one = alice.v1.lists.$select(list.id);
  const { accountId } = person.bob;
  expect(await one.accounts.create({ accountIds: [accountId] })).toEqual({});
  expect(ids(await one.accounts.list({ limit: 0 }))).toEqual([accountId]);
  expect(ids(await alice.v1.accounts.$select(accountId).lists.list())).toEqual([list.id]);
  const post = await bob.v1.statuses.create({ status: 'hello' });
  expect(ids(await alice.v1.timelines.list.$select(list.id).list())).toEqual([post.id]);
  expect(await one.accounts.remove({ accountIds: [accountId] })).toEqual({});
  expect(await one.accounts.list()).toEqual([]);
  expect((await one.update({ title: 'Foes' })).title).toBe('Foes');
  expect(await one.fetch()).toMatchObject({ title: 'Foes', exclusive: true });
  expect(ids(await alice.v1.lists.list())).toEqual([list.id]);
  await one.remove();
  await expect(one.fetch()).rejects.toMatchObject({ statusCode: 404 });
});
