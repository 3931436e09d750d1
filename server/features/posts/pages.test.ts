// The hot path: what it gives is exact and fresh, and it asks the database as seldom as was promised.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '#server/features/graph/service/follow.ts';
import { renderNotifications } from '#server/features/notifications/pages.ts';
import { notificationPage } from '#server/features/notifications/queries.ts';
import { homePage, publicPage } from '#server/features/timelines/queries.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { renderForViewers, renderSeen, renderStatuses } from './pages.ts';
import { accountPosts } from './queries/lists.ts';
import { findThread } from './queries/thread.ts';

let server: TestServer;
let reader: Person;
let author: Person;
const ids: string[] = [];

beforeAll(async () => {
  server = await openTestServer();
  [reader, author] = [await signUp(server, 'reader'), await signUp(server, 'author')];
  await follow(server.ctx, { followerId: reader.accountId, followeeId: author.accountId });
  await server.settle();
  for (let count = 0; count < 18; count += 1) {
    const more = count === 0 ? {} : { in_reply_to_id: ids[0] };
    ids.push(
      (await author.api('POST', '/api/v1/statuses', { status: `number ${count} @reader #tag${count}`, ...more })).body
        .id,
    );
  }
  const other = await signUp(server, 'other');
  for (let count = 0; count < 2; count += 1) {
    const { body } = await other.api('POST', '/api/v1/statuses', { status: 'boost me' });
    await author.api('POST', `/api/v1/statuses/${body.id}/reblog`);
  }
  await server.settle();
});
afterAll(() => server.close());

describe('a page of twenty', () => {
  const pages: Array<[name: string, hot: number, render: () => Promise<string[]>]> = [
    [
      'home',
      1,
      async () =>
        renderSeen(server.ctx, await homePage(server.ctx, reader.accountId, firstStretch(20)), reader.accountId),
    ],
    [
      'public',
      1,
      async () =>
        renderSeen(
          server.ctx,
          await publicPage(server.ctx, { origin: 'all' }, reader.accountId, firstStretch(20)),
          reader.accountId,
        ),
    ],
    [
      'account',
      1,
      async () =>
        renderSeen(
          server.ctx,
          await accountPosts(server.ctx, { accountId: author.accountId }, reader.accountId, firstStretch(20)),
          reader.accountId,
        ),
    ],
    [
      'thread',
      1,
      async () =>
        renderSeen(
          server.ctx,
          (await findThread(server.ctx, reader.accountId, ids[0]!))!.descendants,
          reader.accountId,
        ),
    ],
    [
      'notifications',
      2,
      async () =>
        renderNotifications(
          server.ctx,
          reader.accountId,
          await notificationPage(server.ctx, reader.accountId, { kinds: ['mention'] }, firstStretch(40)),
        ),
    ],
  ];
  it.each(pages)(
    'costs few statements when its texts are kept, and two more when not: %s',
    async (_name, hot, render) => {
      await render();
      expect(await statementsOf(server.ctx, render)).toBe(hot);
      const { rows } = await server.ctx.database.pool.query<{ key: string }>(
        `select 'post:' || id as key from posts union all select 'account:' || id from accounts`,
      );
      const forget = () => server.ctx.fragments.drop(rows.map(({ key }) => key));
      expect(await statementsOf(server.ctx, render, forget)).toBe(hot + 2);
    },
  );

  it('has twenty posts, each valid JSON, the boosts with what they boost', async () => {
    const { body } = await reader.api('GET', '/api/v1/timelines/home');
    expect(body).toHaveLength(20);
    expect(body[0]).toMatchObject({
      account: { acct: 'author' },
      reblog: { account: { acct: 'other' }, reblog: null },
      content: '<p>boost me</p>',
    });
    const one = await reader.api('GET', `/api/v1/statuses/${body[5].id}`);
    expect(one.body).toEqual(body[5]);
  });
});

describe('what is kept is forgotten', () => {
  it('when the author changes their name or counters, before any job has run', async () => {
    const { ctx } = server;
    const [post] = (await reader.api('GET', `/api/v1/statuses/${ids[1]}`)).body ? [ids[1]!] : [];
    await server.ctx.database.write(async (tx) => {
      await tx.sql
        .updateTable('accounts')
        .set({ display_name: 'Renamed' })
        .where('id', '=', author.accountId)
        .execute();
      await tx.emit('account.updated', { accountId: author.accountId });
    });
    await server.settle();
    const [status] = await renderStatuses(ctx, [post!], null);
    expect(JSON.parse(status!).account.display_name).toBe('Renamed');
    const before = JSON.parse(status!).account.statuses_count;
    const { body } = await author.api('POST', '/api/v1/statuses', { status: 'one more' });
    expect(body.account.statuses_count).toBe(before + 1);
  });

  it('when it was read before a change and would be kept after it', async () => {
    const { fragments } = server.ctx;
    const since = fragments.mark();
    await fragments.drop(['post:1']);
    fragments.set('post:1', 'what was read before', since);
    expect(fragments.get('post:1')).toBeUndefined();
  });
});

describe('for many readers at once', () => {
  it('renders the flags of each, and leaves out those who may not see it or mute its author', async () => {
    const [liker, stranger, muter] = [
      await signUp(server, 'liker'),
      await signUp(server, 'stranger'),
      await signUp(server, 'muter'),
    ];
    await liker.api('POST', `/api/v1/statuses/${ids[0]}/favourite`);
    await server.ctx.database.read
      .insertInto('mutes')
      .values({ id: server.ctx.newId(), muter_id: muter.accountId, muted_id: author.accountId, created_at: new Date() })
      .execute();
    const everybody = [reader, liker, stranger, muter].map(({ accountId }) => accountId);
    const open = await renderForViewers(server.ctx, ids[0]!, everybody);
    expect([...open.keys()].toSorted()).toEqual(everybody.slice(0, 3).toSorted());
    expect(JSON.parse(open.get(liker.accountId)!).favourited).toBe(true);
    expect(JSON.parse(open.get(reader.accountId)!).favourited).toBe(false);
    const { body: hidden } = await author.api('POST', '/api/v1/statuses', {
      status: 'followers',
      visibility: 'private',
    });
    expect([...(await renderForViewers(server.ctx, hidden.id, everybody)).keys()]).toEqual([reader.accountId]);
  });

  it('shows each what they would read by themselves, whatever they did with it', async () => {
    const { body: posted } = await author.api('POST', '/api/v1/statuses', {
      status: 'which',
      poll: { options: ['one', 'two'], expires_in: 3600, multiple: true },
    });
    const names = ['votes', 'likes', 'keeps', 'boosts', 'mutes', 'reacts', 'nothing'];
    const readers = await Promise.all(names.map((name) => signUp(server, `many${name}`)));
    const [voter, liker, keeper, booster, deaf, reacting] = readers;
    const { body: boost } = await booster!.api('POST', `/api/v1/statuses/${posted.id}/reblog`);
    await voter!.api('POST', `/api/v1/polls/${posted.poll.id}/votes`, { choices: [0, 1] });
    await liker!.api('POST', `/api/v1/statuses/${posted.id}/favourite`);
    await keeper!.api('POST', `/api/v1/statuses/${posted.id}/bookmark`);
    await deaf!.api('POST', `/api/v1/statuses/${posted.id}/mute`);
    await reacting!.api('PUT', `/api/v1/statuses/${posted.id}/emoji_reactions/${encodeURIComponent('🪶')}`);
    await author.api('POST', `/api/v1/statuses/${posted.id}/pin`);
    await server.settle();
    const everybody = [author, ...readers].map(({ accountId }) => accountId);
    for (const id of [posted.id, boost.id]) {
      const open = await renderForViewers(server.ctx, id, everybody);
      expect(new Set(open.values()).size).toBeGreaterThanOrEqual(7);
      for (const viewerId of everybody)
        expect(open.get(viewerId)).toBe((await renderStatuses(server.ctx, [id], viewerId))[0]);
    }
  });
});

describe('a thread', () => {
  const write = async (person: Person, status: string, parent?: string): Promise<string> =>
    (await person.api('POST', '/api/v1/statuses', { status, ...(parent ? { in_reply_to_id: parent } : {}) })).body.id;
  const thread = async (id: string): Promise<{ above: string[]; below: string[] }> => {
    const { body } = await reader.api('GET', `/api/v1/statuses/${id}/context`);
    const idsOf = (list: Array<{ id: string }>): string[] => list.map((status) => status.id);
    return { above: idsOf(body.ancestors), below: idsOf(body.descendants) };
  };

  it('costs its door one statement, also by the id of a boost, and is none to those who may not see it', async () => {
    const top = await write(author, 'asked about');
    const below = await write(reader, 'answered', top);
    const { body: boost } = await reader.api('POST', `/api/v1/statuses/${top}/reblog`);
    await server.settle();
    for (const id of [top, boost.id]) {
      expect((await thread(id)).below).toEqual([below]);
      expect(await statementsOf(server.ctx, () => thread(id))).toBe(1);
    }
    const { body: hidden } = await author.api('POST', '/api/v1/statuses', { status: 'mine', visibility: 'direct' });
    for (const id of [hidden.id, '1', 'nonsense'])
      expect((await reader.api('GET', `/api/v1/statuses/${id}/context`)).status).toBe(404);
  });

  it('is told from its first post down, depth first', async () => {
    const root = await write(author, 'root');
    const a = await write(reader, 'a', root);
    const b = await write(reader, 'b', root);
    const aa = await write(author, 'aa', a);
    const ba = await write(author, 'ba', b);
    const aaa = await write(reader, 'aaa', aa);
    expect(await thread(root)).toEqual({ above: [], below: [a, aa, aaa, b, ba] });
    expect(await thread(aaa)).toEqual({ above: [root, a, aa], below: [] });
    expect(await thread(aa)).toEqual({ above: [root, a], below: [aaa] });
  });

  it('is cut for those who are not signed in', async () => {
    let parent = await write(author, 'deep');
    const top = parent;
    const { ctx } = server;
    const chain = [top];
    for (let depth = 0; depth < 45; depth += 1) {
      const id = ctx.newId();
      await ctx.database.read
        .insertInto('posts')
        .values({
          id,
          account_id: author.accountId,
          uri: `http://localhost/deep/${id}`,
          local: true,
          visibility: 'public',
          conversation_id: top,
          in_reply_to_id: parent,
          created_at: new Date(),
        })
        .execute();
      chain.push(id);
      parent = id;
    }
    const anonymous = await call(server.origin, 'GET', `/api/v1/statuses/${parent}/context`);
    expect(anonymous.body.ancestors.map(({ id }: { id: string }) => id)).toEqual(chain.slice(-41, -1));
    expect((await call(server.origin, 'GET', `/api/v1/statuses/${top}/context`)).body.descendants).toHaveLength(20);
    expect((await thread(parent)).above).toHaveLength(45);
    expect((await thread(top)).below).toEqual(chain.slice(1));
  });

  it('that runs in a circle has an end', async () => {
    const { ctx } = server;
    const [one, two] = [await write(author, 'one'), await write(author, 'two')];
    await ctx.database.pool.query(
      'update posts set in_reply_to_id = case id when $1 then $2::bigint else $1::bigint end where id in ($1, $2)',
      [one, two],
    );
    expect(await thread(one)).toEqual({ above: [], below: [two] });
  });
});
