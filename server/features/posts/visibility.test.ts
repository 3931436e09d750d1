// Who sees what: every door that shows posts, for every kind of reader, with each of the four visibilities.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block } from '#server/features/graph/service/block.ts';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

const visibilities = ['public', 'unlisted', 'private', 'direct'] as const;
type Word = (typeof visibilities)[number];

/** What each reader may see of Alice's posts, which all mention the one named `mentioned`. */
const readers: Record<string, readonly Word[]> = {
  anonymous: ['public', 'unlisted'],
  stranger: ['public', 'unlisted'],
  follower: ['public', 'unlisted', 'private'],
  requester: ['public', 'unlisted'],
  formerly: ['public', 'unlisted'],
  blocked: [],
  blocking: [],
  mentioned: visibilities,
  alice: visibilities,
};

let server: TestServer;
const people = new Map<string, Person>();
const posts = new Map<Word, string>();
let rootId: string;

beforeAll(async () => {
  server = await openTestServer();
  const { ctx } = server;
  for (const name of Object.keys(readers)) if (name !== 'anonymous') people.set(name, await signUp(server, name));
  const alice = people.get('alice')!;
  const idOf = (name: string): string => people.get(name)!.accountId;
  const pair = (name: string) => ({ followerId: idOf(name), followeeId: alice.accountId });
  await follow(ctx, pair('follower'));
  await follow(ctx, pair('formerly'));
  await ctx.database.read.updateTable('accounts').set({ locked: true }).where('id', '=', alice.accountId).execute();
  await follow(ctx, pair('requester'));
  // Without this a direct post of a stranger would wait as a request.
  await people.get('mentioned')!.api('PUT', '/api/v2/notifications/policy', { for_private_mentions: 'accept' });
  const root = await alice.api('POST', '/api/v1/statuses', { status: 'the root #matrix' });
  rootId = root.body.id;
  for (const visibility of visibilities) {
    const { body } = await alice.api('POST', '/api/v1/statuses', {
      status: `${visibility} @mentioned #matrix`,
      visibility,
      in_reply_to_id: rootId,
    });
    posts.set(visibility, body.id);
  }
  await server.settle();
  await unfollow(ctx, pair('formerly'));
  await block(ctx, { blockerId: alice.accountId, blockedId: idOf('blocked') });
  await block(ctx, { blockerId: idOf('blocking'), blockedId: alice.accountId });
});
afterAll(() => server.close());

const deeds = ['favourite', 'bookmark', 'reblog', 'mute', 'pin'].flatMap((deed) => [deed, `un${deed}`]);

const ask = (reader: string, method: string, path: string, body?: unknown): Promise<Answer> => {
  const person = people.get(reader);
  return person ? person.api(method, path, body) : call(server.origin, method, path, { body });
};
/** Which of the four posts an answer holds. */
const seen = (list: Array<{ id: string }>): Word[] =>
  visibilities.filter((visibility) => list.some(({ id }) => id === posts.get(visibility)));

describe.each(Object.entries(readers))('%s', (reader, allowed) => {
  it.each(visibilities)('at the doors of a post that is %s', async (visibility) => {
    const id = posts.get(visibility)!;
    const expected = allowed.includes(visibility) ? 200 : 404;
    for (const path of [
      `/api/v1/statuses/${id}`,
      `/api/v1/statuses/${id}/context`,
      `/api/v1/statuses/${id}/history`,
      `/api/v1/statuses/${id}/favourited_by`,
      `/api/v1/statuses/${id}/reblogged_by`,
      `/api/posts/${id}`,
    ]) {
      const answer = await ask(reader, 'GET', path);
      expect({ path, status: answer.status }).toEqual({ path, status: expected });
      // What one may not see looks just like what is not there.
      const missing = await ask(reader, 'GET', path.replace(id, '7'));
      expect(missing.status).toBe(404);
      expect(expected === 200 || answer.body.error === missing.body.error).toBe(true);
    }
  });

  it('in lists', async () => {
    const alice = people.get('alice')!;
    expect(seen((await ask(reader, 'GET', `/api/v1/accounts/${alice.accountId}/statuses`)).body)).toEqual([...allowed]);
    const ids = [...posts.values()].map((id) => `id[]=${id}`).join('&');
    expect(seen((await ask(reader, 'GET', `/api/v1/statuses?${ids}`)).body)).toEqual([...allowed]);
    const open = allowed.filter((visibility) => visibility === 'public');
    for (const path of [
      '/api/v1/timelines/public',
      '/api/v1/timelines/public?local=true',
      '/api/v1/timelines/tag/matrix',
      '/api/posts',
    ]) {
      expect({ path, seen: seen((await ask(reader, 'GET', path)).body) }).toEqual({ path, seen: open });
    }
  });

  it('in the thread', async () => {
    const context = await ask(reader, 'GET', `/api/v1/statuses/${rootId}/context`);
    expect(context.status).toBe(allowed.length === 0 ? 404 : 200);
    expect(seen(context.body.descendants ?? [])).toEqual([...allowed]);
  });
});

describe.each(Object.entries(readers).filter(([reader]) => reader !== 'anonymous'))(
  '%s, signed in',
  (reader, allowed) => {
    it('at home', async () => {
      const atHome: Record<string, readonly Word[]> = {
        follower: ['public', 'unlisted', 'private'],
        alice: visibilities,
      };
      expect(seen((await ask(reader, 'GET', '/api/v1/timelines/home')).body)).toEqual([...(atHome[reader] ?? [])]);
    });

    it('in notifications', async () => {
      const { body } = await ask(reader, 'GET', '/api/v1/notifications?types[]=mention&include_filtered=true');
      expect(body.map(({ status }: { status: { id: string } }) => status.id).toSorted()).toEqual(
        reader === 'mentioned' ? [...posts.values()].toSorted() : [],
      );
    });

    it.each(visibilities.filter((visibility) => !allowed.includes(visibility)))(
      'may do nothing to a post that they do not see: %s',
      async (visibility) => {
        const id = posts.get(visibility)!;
        for (const deed of deeds) {
          expect({ deed, status: (await ask(reader, 'POST', `/api/v1/statuses/${id}/${deed}`)).status }).toEqual({
            deed,
            status: 404,
          });
        }
        expect((await ask(reader, 'POST', '/api/v1/statuses', { status: 'hm', in_reply_to_id: id })).status).toBe(404);
        expect((await ask(reader, 'PUT', `/api/v1/statuses/${id}`, { status: 'mine' })).status).toBe(404);
        expect((await ask(reader, 'DELETE', `/api/v1/statuses/${id}`)).status).toBe(404);
        expect((await ask(reader, 'GET', `/api/v1/statuses/${id}/source`)).status).toBe(404);
      },
    );
  },
);

describe('what was seen before', () => {
  it('is gone from favourites, bookmarks and boosts once it may not be seen', async () => {
    const { ctx } = server;
    const [dora, eric] = [await signUp(server, 'dora'), await signUp(server, 'eric')];
    await follow(ctx, { followerId: eric.accountId, followeeId: dora.accountId });
    const { body: post } = await dora.api('POST', '/api/v1/statuses', {
      status: 'hidden later',
      visibility: 'private',
    });
    const { body: open } = await dora.api('POST', '/api/v1/statuses', { status: 'open' });
    await eric.api('POST', `/api/v1/statuses/${post.id}/favourite`);
    await eric.api('POST', `/api/v1/statuses/${post.id}/bookmark`);
    const { body: boost } = await eric.api('POST', `/api/v1/statuses/${open.id}/reblog`);
    const frank = await signUp(server, 'frank');
    await follow(ctx, { followerId: frank.accountId, followeeId: eric.accountId });
    await server.settle();
    expect((await frank.api('GET', '/api/v1/timelines/home')).body.map(({ id }: { id: string }) => id)).toContain(
      boost.id,
    );
    await unfollow(ctx, { followerId: eric.accountId, followeeId: dora.accountId });
    await block(ctx, { blockerId: dora.accountId, blockedId: frank.accountId });
    expect((await eric.api('GET', '/api/v1/favourites')).body).toEqual([]);
    expect((await eric.api('GET', '/api/v1/bookmarks')).body).toEqual([]);
    expect((await frank.api('GET', `/api/v1/statuses/${boost.id}`)).status).toBe(404);
    expect((await frank.api('GET', '/api/v1/timelines/home')).body).toEqual([]);
    expect((await frank.api('GET', `/api/v1/accounts/${eric.accountId}/statuses`)).body).toEqual([]);
  });

  it('is gone with its author', async () => {
    const { ctx } = server;
    const [gina, fan, other] = [
      await signUp(server, 'gina'),
      await signUp(server, 'fan'),
      await signUp(server, 'other'),
    ];
    const stranger = people.get('stranger')!;
    await follow(ctx, { followerId: fan.accountId, followeeId: gina.accountId });
    await follow(ctx, { followerId: other.accountId, followeeId: stranger.accountId });
    await server.settle();
    const { body: post } = await gina.api('POST', '/api/v1/statuses', { status: 'here today' });
    const { body: boost } = await stranger.api('POST', `/api/v1/statuses/${post.id}/reblog`);
    await server.settle();
    const home = async (person: Person): Promise<string[]> =>
      (await person.api('GET', '/api/v1/timelines/home')).body.map(({ id }: { id: string }) => id);
    expect([await home(fan), await home(other)]).toEqual([[post.id], [boost.id]]);
    await ctx.database.write(async (tx) => {
      await tx.sql.updateTable('accounts').set({ suspended_at: new Date() }).where('id', '=', gina.accountId).execute();
      await tx.emit('account.updated', { accountId: gina.accountId });
    });
    await server.settle();
    for (const id of [post.id, boost.id])
      expect((await call(server.origin, 'GET', `/api/v1/statuses/${id}`)).status).toBe(404);
    const open = (await call(server.origin, 'GET', '/api/v1/timelines/public')).body;
    expect(open.map(({ id }: { id: string }) => id)).not.toContain(post.id);
    expect([await home(fan), await home(other)]).toEqual([[], []]);
  });
});
