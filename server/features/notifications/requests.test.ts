// Stories of people whom one does not know: what is held back, what is turned away, and how somebody is let in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '#server/features/graph/service/follow.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let made = 0;
let now = new Date('2026-06-01T12:00:00.000Z');
beforeAll(async () => {
  server = await openTestServer({ clock: () => now });
});
afterAll(() => server.close());

const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `r${(made += 1)}`)));
const write = async (person: Person, status: string, more: object = {}): Promise<string> =>
  (await person.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
const told = async (person: Person, query = ''): Promise<string[]> =>
  (await person.api('GET', `/api/v1/notifications${query}`)).body.map(
    (one: { account: { id: string } }) => one.account.id,
  );
const set = (person: Person, body: object) => person.api('PATCH', '/api/v2/notifications/policy', body);
const requests = async (person: Person) => (await person.api('GET', '/api/v1/notifications/requests')).body;

describe('the policy', () => {
  it('says what holds, changes by halves, in both of its forms', async () => {
    const [ann] = (await crowd(1)) as [Person];
    const { body } = await ann.api('GET', '/api/v2/notifications/policy');
    expect(body).toEqual({
      for_not_following: 'accept',
      for_not_followers: 'accept',
      for_new_accounts: 'accept',
      for_private_mentions: 'filter',
      for_limited_accounts: 'filter',
      for_bots: 'accept',
      summary: { pending_requests_count: 0, pending_notifications_count: 0 },
    });
    expect((await set(ann, { for_new_accounts: 'drop' })).body).toEqual({ ...body, for_new_accounts: 'drop' });
    const put = await ann.api('PUT', '/api/v2/notifications/policy', new URLSearchParams({ for_bots: 'filter' }));
    expect(put.body).toEqual({ ...body, for_new_accounts: 'drop', for_bots: 'filter' });
    expect((await set(ann, { for_bots: 'maybe' })).status).toBe(422);
    expect((await ann.api('GET', '/api/v1/notifications/policy')).body).toMatchObject({
      filter_not_following: false,
      filter_new_accounts: true,
      filter_private_mentions: true,
    });
    await ann.api('PUT', '/api/v1/notifications/policy', { filter_new_accounts: false, filter_not_following: true });
    expect((await ann.api('GET', '/api/v2/notifications/policy')).body).toMatchObject({
      for_new_accounts: 'accept',
      for_not_following: 'filter',
      for_bots: 'filter',
    });
  });

  it('holds back those whom one does not follow, and forgets what it drops', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    await follow(server.ctx, { followerId: ann.accountId, followeeId: ben.accountId });
    await set(ann, { for_not_following: 'filter' });
    for (const person of [ben, cid]) await write(person, `hello @${ann.username}`);
    await server.settle();
    expect(await told(ann)).toEqual([ben.accountId]);
    expect((await told(ann, '?include_filtered=true')).toSorted()).toEqual([ben.accountId, cid.accountId].toSorted());
    expect((await ann.api('GET', '/api/v2/notifications')).body.notification_groups).toHaveLength(1);
    expect((await ann.api('GET', '/api/v1/notifications/unread_count')).body).toEqual({ count: 1 });
    await set(ann, { for_not_following: 'drop' });
    await write(cid, `again @${ann.username}`);
    await server.settle();
    expect(await told(ann, '?include_filtered=true')).toHaveLength(2);
  });

  it('holds back those who do not follow, or only since yesterday; and new accounts', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await set(ann, { for_not_followers: 'filter' });
    await follow(server.ctx, { followerId: ben.accountId, followeeId: ann.accountId });
    await write(ben, `hello @${ann.username}`);
    await server.settle();
    expect(await told(ann, '?types[]=mention')).toEqual([]);
    now = new Date(now.getTime() + 4 * 86_400_000);
    await write(ben, `hello again @${ann.username}`);
    await server.settle();
    expect(await told(ann, '?types[]=mention')).toEqual([ben.accountId]);
    await set(ann, { for_not_followers: 'accept', for_new_accounts: 'filter' });
    await write(ben, `new @${ann.username}`);
    await server.settle();
    expect(await told(ann, '?types[]=mention')).toHaveLength(1);
    now = new Date(now.getTime() + 30 * 86_400_000);
    await write(ben, `old @${ann.username}`);
    await server.settle();
    expect(await told(ann, '?types[]=mention')).toHaveLength(2);
  });

  it('holds back direct posts of strangers that answer nothing', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const direct = { visibility: 'direct' };
    await write(ben, `psst @${ann.username}`, direct);
    const asked = await write(ann, `what is it, @${ben.username}?`, direct);
    const answer = await write(ben, `nothing @${ann.username}`, { ...direct, in_reply_to_id: asked });
    await server.settle();
    const { body } = await ann.api('GET', '/api/v1/notifications');
    expect(body.map((one: { status: { id: string } }) => one.status.id)).toEqual([answer]);
  });

  it('is not asked about those who rang, voted or follow by one’s own wish', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await set(ann, { for_not_followers: 'drop' });
    await follow(server.ctx, { followerId: ann.accountId, followeeId: ben.accountId, notify: true });
    await write(ben, 'news');
    await server.settle();
    expect(await told(ann, '?types[]=status')).toEqual([ben.accountId]);
  });
});

describe('a request', () => {
  it('shows who asks and what was last; letting in shows all and holds from now on', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await set(ann, { for_not_following: 'filter' });
    await write(ben, `one @${ann.username}`);
    const last = await write(ben, `two @${ann.username}`);
    await server.settle();
    const [request] = await requests(ann);
    expect(request).toMatchObject({
      notifications_count: '2',
      account: { id: ben.accountId },
      last_status: { id: last },
    });
    expect((await ann.api('GET', '/api/v2/notifications/policy')).body.summary).toEqual({
      pending_requests_count: 1,
      pending_notifications_count: 2,
    });
    expect((await ann.api('GET', `/api/v1/notifications/requests/${request.id}`)).body).toEqual(request);
    expect((await ben.api('GET', `/api/v1/notifications/requests/${request.id}`)).status).toBe(404);
    expect((await ben.api('POST', `/api/v1/notifications/requests/${request.id}/accept`)).status).toBe(404);
    const heard: unknown[] = [];
    const stop = await server.ctx.bus.subscribe('account-news', (news) => heard.push(news));
    expect((await ann.api('POST', `/api/v1/notifications/requests/${request.id}/accept`)).body).toEqual({});
    await stop();
    expect(heard).toEqual([{ accountId: ann.accountId, event: 'notifications_merged' }]);
    expect((await ann.api('GET', '/api/v1/notifications/requests/merged')).body).toEqual({ merged: true });
    expect(await requests(ann)).toEqual([]);
    expect(await told(ann)).toHaveLength(2);
    await write(ben, `three @${ann.username}`);
    await server.settle();
    expect(await told(ann)).toHaveLength(3);
  });

  it('is turned away with what it held, alone or with others, by body or query', async () => {
    const [ann, ...others] = (await crowd(5)) as [Person, ...Person[]];
    await set(ann, { for_not_following: 'filter' });
    for (const person of others) await write(person, `hello @${ann.username}`);
    await server.settle();
    const all = await requests(ann);
    expect(all).toHaveLength(4);
    const first = await ann.api('GET', '/api/v1/notifications/requests?limit=3');
    expect(first.body).toEqual(all.slice(0, 3));
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect((await ann.api('GET', next)).body).toEqual(all.slice(3));
    const [one, two, three, four] = all.map(({ id }: { id: string }) => id);
    await ann.api('POST', `/api/v1/notifications/requests/${one}/dismiss`);
    await ann.api('POST', `/api/v1/notifications/requests/dismiss?id[]=${two}`);
    await ann.api('POST', '/api/v1/notifications/requests/accept', { id: [three, 'x'] });
    expect((await requests(ann)).map(({ id }: { id: string }) => id)).toEqual([four]);
    expect(await told(ann)).toHaveLength(1);
    expect(await told(ann, '?include_filtered=1')).toHaveLength(2);
  });

  it('has gone when what it held has gone', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await set(ann, { for_not_following: 'filter' });
    const post = await write(ben, `soon gone @${ann.username}`);
    await server.settle();
    expect(await requests(ann)).toHaveLength(1);
    await ben.api('DELETE', `/api/v1/statuses/${post}`);
    expect(await requests(ann)).toEqual([]);
    expect((await ann.api('GET', '/api/v2/notifications/policy')).body.summary.pending_requests_count).toBe(0);
  });
});
