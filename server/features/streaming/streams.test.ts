// Which stream carries what, under which names: subscriptions side by side, their limits, and the quiet news of one's own account.
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createToken } from '#server/features/auth/service/users.ts';
import { follow } from '#server/features/graph/service/follow.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { editPost } from '#server/features/posts/service/edit.ts';
import { deletePost } from '#server/features/posts/service/delete.ts';
import { likePost } from '#server/features/posts/service/like.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { stores } from '#server/testing/context.ts';
import { openEar, reached, statusesOf, type Ear, type StreamAsked } from '#server/testing/ears.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { until } from '#server/testing/until.ts';

describe.each(stores())('streams with $store', ({ redis }) => {
  let server: TestServer;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  const open: WebSocket[] = [];

  beforeAll(async () => {
    server = await openTestServer({ redis });
    [alice, bob, carol] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob'), signUp(server, 'carol')]);
    await follow(server.ctx, { followerId: bob.accountId, followeeId: alice.accountId });
    await server.settle();
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.terminate();
  });
  afterAll(() => server.close());

  const listen = (person: Pick<Person, 'token'>, ...streams: StreamAsked[]): Promise<Ear> =>
    openEar(server, open, person, ...streams);
  const post = (person: Person, source: string, visibility: Visibility = 'public') =>
    createPost(server.ctx, { accountId: person.accountId, source, visibility });

  test('streams that carry the same stand beside each other, each under its own name', async () => {
    const ear = await listen(
      carol,
      'public',
      'public:media',
      'public:local',
      'public:local:media',
      { stream: 'hashtag', tag: 'Owls' },
      { stream: 'hashtag', tag: 'owls' },
      { stream: 'hashtag:local', tag: 'owls' },
    );
    await post(alice, 'without a picture #owls');
    await until(() => ear.heard.length >= 5);
    await reached(ear);
    expect(ear.heard.map(({ stream }) => stream).toSorted()).toEqual([
      ['hashtag', 'Owls'],
      ['hashtag', 'owls'],
      ['hashtag:local', 'owls'],
      ['public'],
      ['public:local'],
    ]);
  });

  test('streams of media alone carry posts that show something, and their edits, but no others', async () => {
    const streams = ['public', 'public:media', 'public:local', 'public:local:media', 'public:remote:media'];
    const ear = await listen(carol, ...streams);
    const picture = await makeUpload(server.ctx, alice.accountId, { description: 'a jackdaw' });
    const { accountId } = alice;
    const id = await createPost(server.ctx, { accountId, source: '', visibility: 'public', mediaIds: [picture] });
    await until(() => ear.heard.length >= 4);
    await editPost(server.ctx, { postId: id, accountId, source: 'look' });
    await until(() => ear.heard.length >= 8);
    await post(alice, 'only words');
    await until(() => ear.heard.length >= 10);
    await reached(ear);
    const heardAs = (name: string): string[] =>
      ear.heard
        .filter(({ event }) => event === name)
        .map(({ stream }) => stream.join(' '))
        .toSorted();
    const local = ['public', 'public:local', 'public:local:media', 'public:media'];
    expect(heardAs('status.update')).toEqual(local);
    expect(heardAs('update')).toEqual([...local, 'public', 'public:local'].toSorted());
    expect(statusesOf(ear)[0]).toMatchObject({ media_attachments: [{ id: picture, description: 'a jackdaw' }] });
  });

  test('ending one of two streams that carry the same leaves the other', async () => {
    const ear = await listen(carol, { stream: 'hashtag', tag: 'Jays' }, { stream: 'hashtag', tag: 'jays' });
    ear.ask({ type: 'unsubscribe', stream: 'hashtag', tag: 'Jays' });
    await reached(ear);
    await post(alice, 'look #jays');
    await until(() => ear.heard.length > 0);
    expect(ear.heard.map(({ stream }) => stream)).toEqual([['hashtag', 'jays']]);
  });

  test('a stream that was ended can be asked for again', async () => {
    const ear = await listen(carol, 'public');
    ear.ask({ type: 'unsubscribe', stream: 'public' });
    ear.ask({ type: 'unsubscribe', stream: 'public' });
    ear.ask({ type: 'subscribe', stream: 'public' });
    await reached(ear);
    await post(alice, 'again');
    await until(() => ear.heard.length === 1);
  });

  test('one connection carries a hundred streams and no more', async () => {
    const ear = await listen(carol);
    for (let index = 0; index < 101; index += 1) ear.ask({ type: 'subscribe', stream: 'hashtag', tag: `tag${index}` });
    await until(() => ear.said.length === 1);
    expect(ear.said[0]).toEqual({ error: 'A connection carries at most 100 streams', status: 429 });
    await post(alice, 'the last one #tag99');
    await until(() => ear.heard.length === 1);
  });

  test('the id of a deleted post goes only where the post may have been seen', async () => {
    const follower = await listen(bob, 'user', 'public');
    const stranger = await listen(carol, 'user', 'public');
    const hidden = await post(alice, 'for followers', 'followers');
    await until(() => statusesOf(follower).length === 1);
    await deletePost(server.ctx, { postId: hidden, accountId: alice.accountId });
    await until(() => follower.heard.some(({ event }) => event === 'delete'));
    const shown = await post(alice, 'for all');
    await server.settle();
    await deletePost(server.ctx, { postId: shown, accountId: alice.accountId });
    await until(() => stranger.heard.some(({ event }) => event === 'delete'));
    const deleted = (ear: Ear) => ear.heard.filter(({ event }) => event === 'delete');
    expect(deleted(stranger)).toEqual([{ stream: ['public'], event: 'delete', payload: shown }]);
    expect(deleted(follower)[0]).toEqual({ stream: ['user'], event: 'delete', payload: hidden });
  });

  test('a token that may not read notifications hears posts on its stream, but no notifications', async () => {
    const token = await createToken(server.ctx, alice.accountId, 'read:statuses');
    const ear = await listen({ token }, 'user');
    const all = await listen(alice, 'user');
    const id = await post(alice, 'like me');
    await likePost(server.ctx, { postId: id, accountId: bob.accountId });
    await until(() => all.heard.some(({ event }) => event === 'notification'));
    await reached(ear);
    expect(ear.heard.map(({ event }) => event)).toEqual(['update']);
    ear.ask({ type: 'subscribe', stream: 'user:notification' });
    await until(() => ear.said.length === 1);
    expect(ear.said[0]).toMatchObject({ status: 403 });
  });

  test('that filters changed, or that notifications were merged, is told without a payload', async () => {
    const ear = await listen(alice, 'user');
    const other = await listen(bob, 'user');
    for (const event of ['filters_changed', 'notifications_merged'])
      await server.ctx.bus.publish('account-news', { accountId: alice.accountId, event });
    await until(() => ear.heard.length === 2);
    expect(ear.heard).toEqual([
      { stream: ['user'], event: 'filters_changed' },
      { stream: ['user'], event: 'notifications_merged' },
    ]);
    expect(other.heard).toEqual([]);
  });

  test.each(['public?only_media=true', 'public/remote', 'user/notification'])(
    'as server-sent events, %s keeps what is not its own',
    async (path) => {
      let text = '';
      const asked = httpRequest(
        new URL(`/api/v1/streaming/${path}`, server.origin),
        { headers: { authorization: `Bearer ${carol.token}` } },
        (response) => response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)),
      ).end();
      await until(() => text.startsWith(':)'));
      const ear = await listen(carol, 'public');
      await post(alice, 'not for these');
      await until(() => ear.heard.length === 1);
      expect(text).toBe(':)\n\n');
      asked.destroy();
    },
  );

  test('a list tells its owner of its members’ posts, also of those who are not followed', async () => {
    const { body: list } = await bob.api('POST', '/api/v1/lists', { title: 'Birders' });
    const id = String((list as { id: string }).id);
    await bob.api('POST', `/api/v1/lists/${id}/accounts`, { account_ids: [carol.accountId] });
    const ear = await listen(bob, { stream: 'list', list: id });
    await post(alice, 'not in the list');
    const postId = await post(carol, 'in the list');
    await until(() => ear.heard.length === 1);
    expect(statusesOf(ear)[0]).toMatchObject({ stream: ['list', id], id: postId });
    await deletePost(server.ctx, { postId, accountId: carol.accountId });
    await until(() => ear.heard.length === 2);
    expect(ear.heard[1]).toEqual({ stream: ['list', id], event: 'delete', payload: postId });
    await bob.api('DELETE', `/api/v1/lists/${id}/accounts`, { account_ids: [carol.accountId] });
    await post(carol, 'no longer in the list');
    await server.settle();
    await bob.api('POST', `/api/v1/lists/${id}/accounts`, { account_ids: [carol.accountId] });
    await post(carol, 'in it again');
    await until(() => ear.heard.length === 3);
    expect(JSON.parse(ear.heard[2]?.payload ?? '')).toMatchObject({ content: expect.stringContaining('in it again') });
  });

  test('nobody listens to the list of another', async () => {
    const { body: list } = await bob.api('POST', '/api/v1/lists', { title: 'Secret' });
    const id = String((list as { id: string }).id);
    const ear = await listen(carol);
    ear.ask({ type: 'subscribe', stream: 'list', list: id });
    ear.ask({ type: 'subscribe', stream: 'list' });
    await until(() => ear.said.length === 2);
    expect(ear.said).toMatchObject([{ status: 404 }, { status: 400 }]);
    expect((await carol.api('GET', `/api/v1/streaming/list?list=${id}`)).status).toBe(404);
  });

  test('a direct post is told to those whom it is for, as a conversation', async () => {
    const ear = await listen(bob, 'direct');
    const stranger = await listen(carol, 'direct', 'public', 'user');
    const id = await post(alice, 'between us @bob', 'direct');
    await until(() => ear.heard.length > 0);
    expect(ear.heard[0]).toMatchObject({ stream: ['direct'], event: 'conversation' });
    expect(JSON.parse(ear.heard[0]?.payload ?? '')).toMatchObject({
      unread: true,
      accounts: [{ username: 'alice' }],
      last_status: { id },
    });
    await server.settle();
    await reached(stranger);
    expect(stranger.heard).toEqual([]);
  });

  test('one address holds fifty connections, of both kinds together', async () => {
    const held: Ear[] = [];
    for (let index = 0; index < 49; index += 1) held.push(await listen(carol));
    let status = 0;
    const events = httpRequest(
      new URL('/api/v1/streaming/public', server.origin),
      { headers: { authorization: `Bearer ${carol.token}` } },
      (response) => (status = response.statusCode ?? 0),
    ).end();
    await until(() => status === 200);
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/streaming`, [carol.token]);
    const refused = new Promise<number | undefined>((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.once('error', () => {});
    });
    expect(await refused).toBe(429);
    expect(await carol.api('GET', '/api/v1/streaming/public')).toMatchObject({ status: 429 });
    events.destroy();
    held[0]?.socket.terminate();
    await until(async () => (await listen(carol).catch(() => null)) !== null);
  });

  test('without an upgrade there is nothing at the address of the WebSocket', async () => {
    expect((await alice.api('GET', '/api/v1/streaming')).status).toBe(404);
  });
});
