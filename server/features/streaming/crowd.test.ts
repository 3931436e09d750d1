// Where many follow, those who look at their home timeline are served before the others, and everybody is served once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { follow } from '#server/features/graph/service/follow.ts';
import type { PostNews } from '#server/features/timelines/subscribers.ts';
import { stores } from '#server/testing/context.ts';
import { openEar, statusesOf, type Ear } from '#server/testing/ears.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

describe.each(stores())('a post of somebody whom a thousand follow, with $store', ({ redis }) => {
  let server: TestServer;
  let [alice, looking, away, late]: Person[] = [];
  let ear: Ear;
  let news: PostNews[] = [];
  const sockets: WebSocket[] = [];

  const person = (found: Person | undefined): Person => {
    if (found === undefined) throw new Error('nobody');
    return found;
  };
  const write = async (fields: object): Promise<string> =>
    (await person(alice).api('POST', '/api/v1/statuses', fields)).body.id;
  const isHome = async (reader: Person | undefined, id: string): Promise<boolean> => {
    const { body } = await person(reader).api('GET', '/api/v1/timelines/home');
    return body.some((status: { id: string }) => status.id === id);
  };

  beforeAll(async () => {
    server = await openTestServer({ redis });
    [alice, looking, away, late] = await Promise.all(
      ['alice', 'looking', 'away', 'late'].map((name) => signUp(server, name)),
    );
    for (const follower of [looking, away, late])
      await follow(server.ctx, { followerId: person(follower).accountId, followeeId: person(alice).accountId });
    await server.settle();
    // A thousand real ones would show the same, and take longer.
    await server.ctx.database.pool.query('update accounts set followers_count = 1000 where id = $1', [
      person(alice).accountId,
    ]);
    const { body: list } = await person(looking).api('POST', '/api/v1/lists', { title: 'her' });
    await person(looking).api('POST', `/api/v1/lists/${list.id}/accounts`, { account_ids: [person(alice).accountId] });
    ear = await openEar(server, sockets, person(looking), 'user', 'public', { stream: 'list', list: list.id });
    await until(() => server.ctx.presence.accountIds().includes(person(looking).accountId));
    await server.ctx.bus.subscribe('post', (message) => news.push(message as PostNews));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.terminate();
    await server.close();
  });

  test('is at home with those who look before it is with the others, and told once on each stream', async () => {
    news = [];
    const id = await write({ status: 'to a thousand' });
    await server.settle();
    await until(() => news.length === 2);
    const ids = (people: Array<Person | undefined>): string[] => people.map((one) => person(one).accountId).toSorted();
    expect(news.map(({ ownerIds }) => ownerIds.toSorted())).toEqual([ids([alice, looking]), ids([away, late])]);
    expect(await Promise.all([looking, away, late].map((reader) => isHome(reader, id)))).toEqual([true, true, true]);
    await until(() => statusesOf(ear).length === 3);
    const after = await write({ status: 'and one more' });
    await until(() => statusesOf(ear).length === 6 && news.length === 4);
    expect(
      statusesOf(ear)
        .map((status) => status.id)
        .toSorted(),
    ).toEqual([id, id, id, after, after, after]);
    expect(ear.heard.map(({ stream }) => stream[0]).toSorted()).toEqual([
      'list',
      'list',
      'public',
      'public',
      'user',
      'user',
    ]);
  });

  test('reaches those who look first also when more come at once than may wait for others', async () => {
    news = [];
    const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => write({ status: `one of many ${index}` })));
    await server.settle();
    await until(() => news.length === 20);
    const first = [alice, looking].map((one) => person(one).accountId).toSorted();
    for (const id of ids) expect(news.find(({ postId }) => postId === id)?.ownerIds.toSorted()).toEqual(first);
  });

  test('reaches a page that was opened a moment ago', async () => {
    await server.settle();
    const lateEar = await openEar(server, sockets, person(late), 'user');
    const id = await write({ status: 'for whoever came just now' });
    await until(() => statusesOf(lateEar).length > 0);
    await server.settle();
    expect(statusesOf(lateEar).map((status) => status.id)).toEqual([id]);
  });

  test('may be a boost', async () => {
    const { body: post } = await person(late).api('POST', '/api/v1/statuses', { status: 'boosted' });
    const { body: boost } = await person(alice).api('POST', `/api/v1/statuses/${post.id}/reblog`);
    await until(() => isHome(away, boost.id));
    await until(() => statusesOf(ear).some((status) => status.id === boost.id));
  });
});
