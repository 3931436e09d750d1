// Stories of notifications: who is told of what, once, and what is taken back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block } from '#server/features/graph/service/block.ts';
import { acceptFollow, follow, unfollow } from '#server/features/graph/service/follow.ts';
import { mute } from '#server/features/graph/service/mute.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { sql } from '#server/platform/database.ts';
import { tell } from './service/tell.ts';
import { tellOfEdit, tellOfFollow, tellOfLike, tellOfPost } from './subscribers.ts';

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `n${(made += 1)}`)));
const write = async (person: Person, status: string, more: object = {}): Promise<string> =>
  (await person.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
const told = async (person: Person, query = ''): Promise<Array<[string, string, string | undefined]>> => {
  const { body } = await person.api('GET', `/api/v1/notifications${query}`);
  return body.map((one: { type: string; account: { id: string }; status?: { id: string } }) => [
    one.type,
    one.account.id,
    one.status?.id,
  ]);
};

describe('one is told', () => {
  it('of a mention, and of an answer with or without one', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const mention = await write(ben, `hello @${ann.username}`);
    const question = await write(ann, 'who is there?');
    const answer = await write(ben, 'me', { in_reply_to_id: question });
    await server.settle();
    expect(await told(ann)).toEqual([
      ['mention', ben.accountId, answer],
      ['mention', ben.accountId, mention],
    ]);
  });

  it('of a like and a boost, and no longer when they are undone', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const post = await write(ann, 'like me');
    const path = `/api/v1/statuses/${post}`;
    await ben.api('POST', `${path}/favourite`);
    await ben.api('POST', `${path}/reblog`);
    await server.settle();
    expect((await told(ann)).toSorted()).toEqual([
      ['favourite', ben.accountId, post],
      ['reblog', ben.accountId, post],
    ]);
    await ben.api('POST', `${path}/unfavourite`);
    await ben.api('POST', `${path}/unreblog`);
    await server.settle();
    expect(await told(ann)).toEqual([]);
  });

  it('of a follower, or of a request that waits', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const { ctx } = server;
    await follow(ctx, { followerId: ben.accountId, followeeId: ann.accountId });
    await server.settle();
    expect(await told(ann)).toEqual([['follow', ben.accountId, undefined]]);
    await ctx.database.read.updateTable('accounts').set({ locked: true }).where('id', '=', ann.accountId).execute();
    await follow(ctx, { followerId: cid.accountId, followeeId: ann.accountId });
    await server.settle();
    expect((await told(ann))[0]).toEqual(['follow_request', cid.accountId, undefined]);
    await acceptFollow(ctx, { followerId: cid.accountId, followeeId: ann.accountId });
    await unfollow(ctx, { followerId: ben.accountId, followeeId: ann.accountId });
    await server.settle();
    expect(await told(ann)).toEqual([]);
  });

  it('of each edit of a post that one boosted', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const post = await write(ann, 'first');
    await ben.api('POST', `/api/v1/statuses/${post}/reblog`);
    await ann.api('PUT', `/api/v1/statuses/${post}`, { status: 'second' });
    await server.settle();
    const first = (await ben.api('GET', '/api/v1/notifications')).body;
    expect(first.map(({ type }: { type: string }) => type)).toEqual(['update']);
    await ann.api('PUT', `/api/v1/statuses/${post}`, { status: 'third' });
    await server.settle();
    const second = (await ben.api('GET', '/api/v1/notifications')).body;
    expect(second).toHaveLength(1);
    expect(BigInt(second[0].id)).toBeGreaterThan(BigInt(first[0].id));
  });

  it('of a mention that an edit adds', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const post = await write(ann, 'hello');
    await ann.api('PUT', `/api/v1/statuses/${post}`, { status: `hello @${ben.username}` });
    await server.settle();
    expect(await told(ben)).toEqual([['mention', ann.accountId, post]]);
  });

  it('of each post of somebody whose bell one rang, but not of their boosts and answers', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await follow(server.ctx, { followerId: ben.accountId, followeeId: ann.accountId, notify: true });
    const post = await write(ann, 'news');
    const named = await write(ann, `news for @${ben.username}`);
    await write(ann, 'answer', { in_reply_to_id: await write(ben, 'ask') });
    await ann.api('POST', `/api/v1/statuses/${await write(ben, 'boosted')}/reblog`);
    await server.settle();
    expect(await told(ben, '?types[]=status')).toEqual([['status', ann.accountId, post]]);
    expect((await told(ben, '?types[]=mention')).map(([, , id]) => id)).toContain(named);
  });

  it('of what concerns many, also the one who made it, where that is said', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const postId = await write(ann, 'which bird?');
    const recipients = sql`select unnest(${[ann.accountId, ben.accountId]}::bigint[]) as id`;
    await tell(server.ctx, { kind: 'poll', fromId: ann.accountId, postId, recipients, ownToo: true });
    await tell(server.ctx, { kind: 'quoted_edit', fromId: ann.accountId, postId, recipients });
    expect(await told(ann)).toEqual([['poll', ann.accountId, postId]]);
    expect(await told(ben, '?types[]=quoted_update&types[]=poll')).toEqual([
      ['quoted_update', ann.accountId, postId],
      ['poll', ann.accountId, postId],
    ]);
  });

  it('once, however often the job runs', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const { ctx } = server;
    const [accountId, followerId, followeeId] = [ben.accountId, ben.accountId, ann.accountId];
    const post = await write(ben, `hi @${ann.username}`);
    const mine = await write(ann, 'mine');
    await ben.api('POST', `/api/v1/statuses/${mine}/favourite`);
    await follow(ctx, { followerId, followeeId });
    await server.settle();
    const heard: unknown[] = [];
    const stop = await ctx.bus.subscribe('notification', (message) => heard.push(message));
    for (let run = 0; run < 2; run += 1) {
      await tellOfPost(ctx, { postId: post, accountId });
      await tellOfLike(ctx, { likeId: '1', postId: mine, accountId });
      await tellOfFollow(ctx, { followId: '1', followerId, followeeId });
      await tellOfEdit(ctx, { postId: post, accountId });
    }
    await stop();
    expect(await told(ann)).toHaveLength(3);
    expect(heard).toEqual([]);
  });
});

describe('one is not told', () => {
  it('of what one does oneself', async () => {
    const [ann] = (await crowd(1)) as [Person];
    const post = await write(ann, `note to @${ann.username}`);
    await ann.api('POST', `/api/v1/statuses/${post}/favourite`);
    await write(ann, 'more', { in_reply_to_id: post });
    await server.settle();
    expect(await told(ann)).toEqual([]);
  });

  it('by those whom one blocks or mutes; what they told before is gone', async () => {
    const [ann, ben, cid, dan] = (await crowd(4)) as [Person, Person, Person, Person];
    const { ctx } = server;
    for (const person of [ben, cid, dan]) await write(person, `first @${ann.username}`);
    await server.settle();
    await block(ctx, { blockerId: ann.accountId, blockedId: ben.accountId });
    await mute(ctx, { muterId: ann.accountId, mutedId: cid.accountId });
    await mute(ctx, { muterId: ann.accountId, mutedId: dan.accountId, hideNotifications: false });
    expect((await told(ann)).map(([, from]) => from)).toEqual([dan.accountId]);
    for (const person of [ben, cid, dan]) await write(person, `second @${ann.username}`);
    await server.settle();
    expect((await told(ann)).map(([, from]) => from)).toEqual([dan.accountId, dan.accountId]);
    const rows = await ctx.database.read
      .selectFrom('notifications')
      .select('id')
      .where('from_account_id', '=', ben.accountId)
      .execute();
    expect(rows).toEqual([]);
  });

  it('of a post that one may not see', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const question = await write(ann, 'question');
    await write(ben, `only for @${cid.username}`, { in_reply_to_id: question, visibility: 'direct' });
    await server.settle();
    expect(await told(ann)).toEqual([]);
    expect(await told(cid, '?include_filtered=true')).toHaveLength(1);
  });

  it('of a post that has gone', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    const post = await write(ben, `soon gone @${ann.username}`);
    await server.settle();
    await ben.api('DELETE', `/api/v1/statuses/${post}`);
    expect(await told(ann)).toEqual([]);
  });
});

describe('the list', () => {
  it('can be narrowed, paged, counted and thrown away', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    const post = await write(ann, 'popular');
    await follow(server.ctx, { followerId: ben.accountId, followeeId: ann.accountId });
    await server.settle();
    await cid.api('POST', `/api/v1/statuses/${post}/favourite`);
    await server.settle();
    await write(ben, `@${ann.username}`);
    await server.settle();
    expect((await told(ann)).map(([type]) => type)).toEqual(['mention', 'favourite', 'follow']);
    expect((await told(ann, '?types[]=mention&types[]=reaction')).map(([type]) => type)).toEqual(['mention']);
    expect(await told(ann, '?types[]=bogus')).toEqual([]);
    expect((await told(ann, '?exclude_types[]=follow&exclude_types[]=bogus')).map(([type]) => type)).toEqual([
      'mention',
      'favourite',
    ]);
    expect((await told(ann, `?account_id=${cid.accountId}`)).map(([type]) => type)).toEqual(['favourite']);
    expect(await told(ann, '?account_id=x')).toEqual([]);
    const first = await ann.api('GET', '/api/v1/notifications?limit=2&exclude_types[]=poll');
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(new URL(next).searchParams.get('exclude_types[]')).toBe('poll');
    expect((await ann.api('GET', next)).body.map(({ type }: { type: string }) => type)).toEqual(['follow']);
    const [newest, second] = first.body;
    expect(Number(newest.id)).toBeLessThan(2 ** 53);
    expect(newest).toMatchObject({
      group_key: `ungrouped-${newest.id}`,
      status: { favourited: false, account: { id: ben.accountId } },
    });
    expect((await ann.api('GET', `/api/v1/notifications/${newest.id}`)).body).toEqual(newest);
    expect((await ben.api('GET', `/api/v1/notifications/${newest.id}`)).status).toBe(404);
    expect((await ben.api('POST', `/api/v1/notifications/${newest.id}/dismiss`)).status).toBe(404);
    expect((await ann.api('GET', '/api/v1/notifications/unread_count')).body).toEqual({ count: 3 });
    await ann.api('POST', '/api/v1/markers', { notifications: { last_read_id: second.id } });
    expect((await ann.api('GET', '/api/v1/notifications/unread_count')).body).toEqual({ count: 1 });
    expect((await ann.api('POST', `/api/v1/notifications/${newest.id}/dismiss`)).body).toEqual({});
    expect(await told(ann)).toHaveLength(2);
    expect((await ann.api('POST', '/api/v1/notifications/clear')).body).toEqual({});
    expect(await told(ann)).toEqual([]);
  });
});

describe('markers', () => {
  it('move forwards only, and are there for each timeline that is asked for', async () => {
    const [ann] = (await crowd(1)) as [Person];
    expect((await ann.api('GET', '/api/v1/markers?timeline=notifications')).body).toEqual({
      notifications: { last_read_id: '0', version: 0, updated_at: expect.any(String) },
    });
    const { body } = await ann.api(
      'POST',
      '/api/v1/markers',
      new URLSearchParams({ 'home[last_read_id]': '500', 'notifications[last_read_id]': '7' }),
    );
    expect(body).toMatchObject({ home: { last_read_id: '500', version: 1 }, notifications: { last_read_id: '7' } });
    await ann.api('POST', '/api/v1/markers', { home: { last_read_id: '400' } });
    const after = (await ann.api('GET', '/api/v1/markers?timeline[]=home&timeline[]=bogus')).body;
    expect(after).toEqual({
      home: { last_read_id: '500', version: 1, updated_at: expect.stringMatching(/\.\d{3}Z$/) },
    });
    expect((await ann.api('POST', '/api/v1/markers', { home: { last_read_id: 'x' } })).status).toBe(422);
  });
});
