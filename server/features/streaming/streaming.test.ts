// Open connections hear what they may hear, once, at once, and nothing else.
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { signOutEverywhere } from '#server/features/auth/service/end-access.ts';
import { createToken } from '#server/features/auth/service/users.ts';
import { block } from '#server/features/graph/service/block.ts';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { deletePost } from '#server/features/posts/service/delete.ts';
import { editPost } from '#server/features/posts/service/edit.ts';
import { likePost } from '#server/features/posts/service/like.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import { stores } from '#server/testing/context.ts';
import {
  heardIn,
  openEar,
  statusesOf as statuses,
  type Ear,
  type Heard,
  type StreamAsked,
} from '#server/testing/ears.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

describe.each(stores())('streaming with $store', ({ redis }) => {
  let server: TestServer;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  const ears: WebSocket[] = [];

  beforeAll(async () => {
    server = await openTestServer({ redis });
    [alice, bob, carol] = await Promise.all([signUp(server, 'alice'), signUp(server, 'bob'), signUp(server, 'carol')]);
    await follow(server.ctx, { followerId: bob.accountId, followeeId: alice.accountId });
    await server.settle();
  });
  afterEach(() => {
    for (const socket of ears.splice(0)) socket.terminate();
  });
  afterAll(() => server.close());

  const listen = (person: Person, ...streams: StreamAsked[]): Promise<Ear> => openEar(server, ears, person, ...streams);
  const post = (person: Person, source: string, visibility: Visibility = 'public') =>
    createPost(server.ctx, { accountId: person.accountId, source, visibility });

  test('a post reaches the open home page of a follower, with the flags that are theirs', async () => {
    const ear = await listen(bob, 'user');
    const id = await post(alice, 'hello followers');
    await until(() => ear.heard.length === 1);
    expect(statuses(ear)[0]).toMatchObject({ stream: ['user'], id, favourited: false });
  });

  test('a stranger hears of a public post on the public streams only, under the name they asked for', async () => {
    const ear = await listen(
      carol,
      'user',
      'public',
      'public:local',
      'public:remote',
      { stream: 'hashtag', tag: 'Birds' },
      { stream: 'hashtag', tag: 'cats' },
    );
    const id = await post(alice, 'look #birds');
    await until(() => ear.heard.length === 3);
    expect(ear.heard.map(({ stream }) => stream).toSorted()).toEqual([
      ['hashtag', 'Birds'],
      ['public'],
      ['public:local'],
    ]);
    expect(new Set(statuses(ear).map((status) => status.id))).toEqual(new Set([id]));
  });

  test.each(['followers', 'direct', 'unlisted'] as const)('a %s post is not told to the public', async (visibility) => {
    const ear = await listen(carol, 'user', 'public', 'public:local');
    await post(alice, 'not for all', visibility);
    const known = await post(alice, 'for all');
    await until(() => ear.heard.length === 2);
    expect(statuses(ear).every(({ id }) => id === known)).toBe(true);
  });

  test('who stopped following a moment ago hears nothing more of what is for followers', async () => {
    await follow(server.ctx, { followerId: carol.accountId, followeeId: alice.accountId });
    await server.settle();
    const ear = await listen(carol, 'user');
    await unfollow(server.ctx, { followerId: carol.accountId, followeeId: alice.accountId });
    await post(alice, 'for followers', 'followers');
    await server.settle();
    const mention = await post(alice, 'for @carol', 'unlisted');
    await until(() => ear.heard.some((item) => item.event === 'notification'));
    expect(statuses(ear).filter(({ id }) => id !== mention)).toEqual([]);
  });

  test('who is blocked hears nothing on the public stream either', async () => {
    const dave = await signUp(server, `dave${redis ? 'r' : 'p'}`);
    await block(server.ctx, { blockerId: alice.accountId, blockedId: dave.accountId });
    await server.settle();
    const ear = await listen(dave, 'public');
    await post(alice, 'not for dave');
    const other = await post(bob, 'for everybody');
    await until(() => ear.heard.length === 1);
    expect(statuses(ear)[0]?.id).toBe(other);
  });

  test('edits and deletions are told, a deletion as the bare id', async () => {
    const ear = await listen(bob, 'user');
    const id = await post(alice, 'first words');
    await until(() => ear.heard.length === 1);
    await editPost(server.ctx, { postId: id, accountId: alice.accountId, source: 'second words' });
    await until(() => statuses(ear, 'status.update').length === 1);
    await deletePost(server.ctx, { postId: id, accountId: alice.accountId });
    await until(() => ear.heard.some((item) => item.event === 'delete'));
    expect(ear.heard.find((item) => item.event === 'delete')?.payload).toBe(id);
  });

  test('a notification is told on both streams that carry it', async () => {
    const ear = await listen(alice, 'user', 'user:notification');
    const id = await post(alice, 'like me');
    await until(() => statuses(ear).length === 1);
    await likePost(server.ctx, { postId: id, accountId: bob.accountId });
    await until(() => ear.heard.filter((item) => item.event === 'notification').length === 2);
    const told = ear.heard.filter((item) => item.event === 'notification');
    expect(told.map(({ stream }) => stream).toSorted()).toEqual([['user'], ['user:notification']]);
    expect(JSON.parse(told[0]?.payload ?? '')).toMatchObject({
      type: 'favourite',
      account: { username: 'bob' },
      status: { id },
    });
  });

  test('subscribing twice delivers once, and one unsubscribe ends it', async () => {
    const ear = await listen(bob, 'user', 'user');
    await post(alice, 'one');
    await until(() => ear.heard.length === 1);
    ear.ask({ type: 'unsubscribe', stream: 'user' });
    ear.ask({ type: 'subscribe', stream: 'public' });
    ear.ask({ type: 'subscribe', stream: 'nothing' });
    await until(() => ear.said.length === 1);
    await post(alice, 'two');
    await until(() => ear.heard.length === 2);
    expect(ear.heard.map(({ stream }) => stream[0])).toEqual(['user', 'public']);
  });

  test('a stream can be asked for in the address', async () => {
    const socket = new WebSocket(
      `${server.origin.replace('http', 'ws')}/api/v1/streaming?stream=user&access_token=${bob.token}`,
    );
    ears.push(socket);
    const heard: Heard[] = [];
    socket.on('message', (content) => heard.push(heardIn(content)));
    await new Promise((resolve) => socket.once('open', resolve));
    await post(alice, 'by address');
    await until(() => heard.length === 1);
  });

  test('what makes no sense is answered in words, and the connection stays', async () => {
    const ear = await listen(bob);
    ear.ask('not json');
    ear.ask({ type: 'subscribe', stream: 'hashtag' });
    ear.ask({ type: 'subscribe', stream: 'secrets' });
    await until(() => ear.said.length === 3);
    expect(ear.said[2]).toEqual({ error: 'Unknown stream type', status: 400 });
    expect(ear.closed()).toBeNull();
  });

  test('a token without the scope gets no stream', async () => {
    const token = await createToken(server.ctx, bob.accountId, 'read:accounts');
    const ear = await listen({ ...bob, token });
    ear.ask({ type: 'subscribe', stream: 'user' });
    await until(() => ear.said.length === 1);
    expect(ear.said[0]).toMatchObject({ status: 403 });
  });

  test('an unknown token is refused before the upgrade', async () => {
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/streaming`, ['nonsense']);
    const status = await new Promise<number | undefined>((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.once('error', () => {});
    });
    expect(status).toBe(401);
  });

  test('signing out everywhere closes the sockets', async () => {
    const erin = await signUp(server, `erin${redis ? 'r' : 'p'}`);
    const ear = await listen(erin, 'user');
    await signOutEverywhere(server.ctx, erin.accountId);
    await until(() => ear.closed() !== null, 5000);
    expect(ear.closed()).toBe(1008);
  });

  test('a token that was revoked behind our back closes its socket within five seconds', async () => {
    const frank = await signUp(server, `frank${redis ? 'r' : 'p'}`);
    const ear = await listen(frank, 'user');
    await server.ctx.database.read.deleteFrom('access_tokens').where('account_id', '=', frank.accountId).execute();
    await until(() => ear.closed() !== null, 5000);
    expect(ear.closed()).toBe(1008);
  });

  test('frames that are binary, too long or too many end the connection', async () => {
    const binary = await listen(bob);
    binary.socket.send(Buffer.from([1, 2, 3]));
    const long = await listen(bob);
    long.socket.send('x'.repeat(70_000));
    const many = await listen(bob);
    for (let index = 0; index < 250; index += 1) many.ask({ type: 'subscribe', stream: 'nothing' });
    await until(() => binary.closed() !== null && long.closed() !== null && many.closed() !== null);
    expect([binary.closed(), long.closed(), many.closed()]).toEqual([1003, 1009, 1008]);
  });

  test.each([
    ['the header', () => ({ query: '', headers: { authorization: `Bearer ${bob.token}` } })],
    ['the address, as browsers must', () => ({ query: `?access_token=${bob.token}`, headers: {} })],
  ])('the same streams come as server-sent events, with the token in %s', async (_place, given) => {
    let text = '';
    const { query, headers } = given();
    const open = httpRequest(new URL(`/api/v1/streaming/user${query}`, server.origin), { headers }, (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    });
    open.end();
    await until(() => text.startsWith(':)'));
    const id = await post(alice, 'as an event');
    await until(() => text.includes('event: update'));
    open.destroy();
    const payload = /event: update\ndata: (.*)\n\n/.exec(text)?.[1] ?? '';
    expect(JSON.parse(payload)).toMatchObject({ id });
  });

  test('a token in the address is for streams alone, and a wrong one is refused there too', async () => {
    const ask = async (path: string): Promise<number> => (await fetch(`${server.origin}/api/v1/${path}`)).status;
    expect(await ask('streaming/user?access_token=nonsense')).toBe(401);
    expect(await ask('streaming/user?access_token[]=')).toBe(401);
    expect(await ask(`timelines/home?access_token=${bob.token}`)).toBe(401);
  });

  test('an unknown channel of events is named as such', async () => {
    const answer = await bob.api('GET', '/api/v1/streaming/secrets');
    expect(answer).toMatchObject({ status: 400, body: { error: 'Unknown channel requested' } });
    expect((await bob.api('GET', '/api/v1/streaming/health')).body).toBe('OK');
  });
});
