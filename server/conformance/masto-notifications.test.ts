// The npm client masto, unmodified: notifications in groups, the policy about strangers, and the requests that it makes.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let person: { alice: Person; bob: Person };
let alice: mastodon.rest.Client;
let bob: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer();
  const [first, second] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob')]);
  person = { alice: first, bob: second };
  const clientOf = (accessToken: string) => createRestAPIClient({ url: server.origin, accessToken, log: 'error' });
  [alice, bob] = [clientOf(first.token), clientOf(second.token)];
});
afterAll(() => server.close());

test('groups are listed, counted, read, opened and thrown away', async () => {
  const post = await alice.v1.statuses.create({ status: 'like me' });
  await bob.v1.statuses.$select(post.id).favourite();
  await server.settle();
  await bob.v1.statuses.create({ status: '@alice hi' });
  await server.settle();
  const pages: mastodon.v1.GroupedNotificationsResults[] = [];
  for await (const page of alice.v2.notifications.list({ limit: 1, expandAccounts: 'partial_avatars' })) {
    pages.push(page);
    if (pages.length === 5) break;
  }
  const groups = pages.flatMap(({ notificationGroups }) => notificationGroups);
  expect(groups.map(({ type }) => type)).toEqual(['mention', 'favourite']);
  const [, likes] = groups;
  expect(likes).toMatchObject({ statusId: post.id, sampleAccountIds: [person.bob.accountId], notificationsCount: 1 });
  expect(await alice.v2.notifications.unreadCount.fetch()).toEqual({ count: 2 });
  const one = alice.v2.notifications.$select(likes?.groupKey ?? '');
  expect((await one.fetch()).notificationGroups).toEqual([likes]);
  expect((await one.accounts.fetch()).map(({ id }) => id)).toEqual([person.bob.accountId]);
  await one.dismiss();
  await expect(one.fetch()).rejects.toMatchObject({ statusCode: 404 });
  await alice.v1.notifications.clear();
  expect(await alice.v1.notifications.unreadCount.fetch({ limit: 5 })).toEqual({ count: 0 });
});

test('the policy is read and changed; requests are listed, read, accepted and dismissed', async () => {
  expect(await alice.v2.notifications.policy.update({ forNotFollowing: 'filter' })).toMatchObject({
    forNotFollowing: 'filter',
    forPrivateMentions: 'filter',
  });
  const ask = async (): Promise<mastodon.v1.NotificationRequest> => {
    await bob.v1.statuses.create({ status: '@alice are you there?' });
    await server.settle();
    const [request] = await alice.v1.notifications.requests.list();
    if (request === undefined) throw new Error('there is no request');
    return request;
  };
  const first = await ask();
  expect(first).toMatchObject({ account: { acct: 'bob' }, lastStatus: { account: { acct: 'bob' } } });
  expect(await alice.v1.notifications.requests.$select(first.id).fetch()).toEqual(first);
  expect((await alice.v2.notifications.policy.fetch()).summary).toEqual({
    pendingRequestsCount: 1,
    pendingNotificationsCount: 1,
  });
  await alice.v1.notifications.requests.$select(first.id).dismiss();
  const second = await ask();
  expect(await alice.v1.notifications.list()).toEqual([]);
  await alice.v1.notifications.requests.$select(second.id).accept();
  expect(await alice.v1.notifications.requests.merged.fetch()).toEqual({ merged: true });
  expect(await alice.v1.notifications.list({ types: ['mention'] })).toHaveLength(1);
  expect(await alice.v1.notifications.fetch({ types: ['mention'] })).toHaveLength(1);
  expect(await alice.v1.notifications.requests.list()).toEqual([]);
});

test('several requests are accepted, and dismissed, at once', async () => {
  await alice.v2.notifications.policy.update({ forNotFollowing: 'filter' });
  const strangers = await Promise.all(['carol', 'dave'].map((name) => signUp(server, name)));
  const ask = async (): Promise<string[]> => {
    for (const stranger of strangers) await stranger.api('POST', '/api/v1/statuses', { status: '@alice hello?' });
    await server.settle();
    return (await alice.v1.notifications.requests.list()).map(({ id }) => id);
  };
  // The client's types forget that these take ids.
  type All = Record<'accept' | 'dismiss', (params: { id: readonly string[] }) => Promise<void>>;
  const all = alice.v1.notifications.requests as unknown as All;
  expect(await ask()).toHaveLength(2);
  await all.dismiss({ id: (await alice.v1.notifications.requests.list()).map(({ id }) => id) });
  expect(await alice.v1.notifications.requests.list()).toEqual([]);
  const again = await ask();
  expect(again).toHaveLength(2);
  await all.accept({ id: again });
  expect(await alice.v1.notifications.requests.list()).toEqual([]);
  const told = await alice.v1.notifications.list({ types: ['mention'] });
  expect(told.map(({ account }) => account.acct)).toEqual(expect.arrayContaining(['carol', 'dave']));
});
