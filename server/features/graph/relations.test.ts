// Stories between two people: following, asking, blocking, muting; and what each of them sees of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAccounts } from '#server/features/accounts/queries.ts';
import { updateProfile } from '#server/features/accounts/service/profile.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { block } from './service/block.ts';
import { follow, unfollow } from './service/follow.ts';
import { mute } from './service/mute.ts';

let server: TestServer;
let names = 0;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());

/** Somebody whom no other story knows. */
async function someone(more: { locked?: boolean } = {}): Promise<Person> {
  names += 1;
  const person = await signUp(server, `person${names}`);
  if (more.locked === true) await updateProfile(server.ctx, person.accountId, { locked: true });
  return person;
}

const act = (actor: Person, verb: string, target: Person, body: unknown = {}) =>
  actor.api('POST', `/api/v1/accounts/${target.accountId}/${verb}`, body);

async function counts(...people: Person[]): Promise<Array<[followers: number, following: number]>> {
  const accounts = await loadAccounts(
    server.ctx,
    people.map((person) => person.accountId),
  );
  return accounts.map((account) => [account.followersCount, account.followingCount]);
}

/** Names of the events that stand in the outbox since `since`. */
async function eventsAfter(since: string): Promise<string[]> {
  const rows = await server.ctx.database.read
    .selectFrom('outbox_events')
    .select('name')
    .where('id', '>', since)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.name);
}

async function lastEvent(): Promise<string> {
  const row = await server.ctx.database.read
    .selectFrom('outbox_events')
    .select('id')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return row?.id ?? '0';
}

describe('following', () => {
  test('an open account begins at once, is counted on both sides, and ends by unfollowing', async () => {
    const [alice, bob] = [await someone(), await someone()];
    const since = await lastEvent();
    const answer = await act(alice, 'follow', bob);
    expect(answer.body).toEqual({
      id: bob.accountId,
      following: true,
      showing_reblogs: true,
      notifying: false,
      languages: null,
      followed_by: false,
      blocking: false,
      blocked_by: false,
      muting: false,
      muting_notifications: false,
      muting_expires_at: null,
      requested: false,
      requested_by: false,
      domain_blocking: false,
      endorsed: false,
      note: '',
    });
    expect(await counts(alice, bob)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect((await act(alice, 'unfollow', bob)).body).toMatchObject({ following: false, requested: false });
    expect(await counts(alice, bob)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await eventsAfter(since)).toEqual(['follow.accepted', 'follow.removed']);
  });

  test('again only changes what is wished; nothing is counted or told twice', async () => {
    const [alice, bob] = [await someone(), await someone()];
    await act(alice, 'follow', bob);
    const since = await lastEvent();
    const answer = await act(alice, 'follow', bob, { reblogs: false, notify: '1', languages: ['de', 'en'] });
    expect(answer.body).toMatchObject({
      following: true,
      showing_reblogs: false,
      notifying: true,
      languages: ['de', 'en'],
    });
    expect((await act(alice, 'follow', bob)).body).toMatchObject({
      showing_reblogs: false,
      notifying: true,
      languages: ['de', 'en'],
    });
    expect(
      (await alice.api('POST', `/api/v1/accounts/${bob.accountId}/follow?reblogs=true`)).body.showing_reblogs,
    ).toBe(true);
    expect(await counts(bob)).toEqual([[1, 0]]);
    expect(await eventsAfter(since)).toEqual([]);
    expect((await act(alice, 'unfollow', bob)).status).toBe(200);
    expect((await act(alice, 'unfollow', bob)).status).toBe(200);
    expect(await counts(bob)).toEqual([[0, 0]]);
  });

  test('ten wishes at once are one follow', async () => {
    const [alice, bob] = [await someone(), await someone()];
    const pair = { followerId: alice.accountId, followeeId: bob.accountId };
    await Promise.all(Array.from({ length: 10 }, () => follow(server.ctx, pair)));
    expect(await counts(alice, bob)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    await Promise.all(Array.from({ length: 10 }, () => unfollow(server.ctx, pair)));
    expect(await counts(alice, bob)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test('many who follow one at once are all counted', async () => {
    const bob = await someone();
    const others = await Promise.all(Array.from({ length: 6 }, () => someone()));
    await Promise.all(
      others.flatMap((other) => [
        follow(server.ctx, { followerId: other.accountId, followeeId: bob.accountId }),
        follow(server.ctx, { followerId: bob.accountId, followeeId: other.accountId }),
      ]),
    );
    expect(await counts(bob)).toEqual([[6, 6]]);
  });

  test('a locked account is a request: it is listed, accepted or refused by its owner', async () => {
    const [alice, carol, lock] = [await someone(), await someone(), await someone({ locked: true })];
    expect((await act(alice, 'follow', lock)).body).toMatchObject({ following: false, requested: true });
    await act(carol, 'follow', lock);
    expect(await counts(lock)).toEqual([[0, 0]]);
    const list = await lock.api('GET', '/api/v1/follow_requests');
    expect(list.body.map((account: { id: string }) => account.id)).toEqual([carol.accountId, alice.accountId]);
    expect((await lock.api('GET', '/api/v1/accounts/verify_credentials')).body.source.follow_requests_count).toBe(2);

    expect((await lock.api('POST', `/api/v1/follow_requests/${alice.accountId}/authorize`)).body).toMatchObject({
      followed_by: true,
      requested_by: false,
    });
    expect((await lock.api('POST', `/api/v1/follow_requests/${carol.accountId}/reject`)).body).toMatchObject({
      followed_by: false,
      requested_by: false,
    });
    expect(await counts(lock)).toEqual([[1, 0]]);
    expect((await lock.api('POST', `/api/v1/follow_requests/${carol.accountId}/authorize`)).status).toBe(404);
    expect((await lock.api('POST', `/api/v1/follow_requests/${alice.accountId}/reject`)).status).toBe(404);
    expect(await counts(lock)).toEqual([[1, 0]]);
  });

  test('a request can be taken back', async () => {
    const [alice, lock] = [await someone(), await someone({ locked: true })];
    await act(alice, 'follow', lock);
    expect((await act(alice, 'unfollow', lock)).body.requested).toBe(false);
    expect((await lock.api('GET', '/api/v1/follow_requests')).body).toEqual([]);
  });

  test('a follower can be removed', async () => {
    const [alice, bob] = [await someone(), await someone()];
    await act(alice, 'follow', bob);
    expect((await act(bob, 'remove_from_followers', alice)).body.followed_by).toBe(false);
    expect(await counts(alice, bob)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test.each(['follow', 'block', 'mute'])('nobody can %s themselves', async (verb) => {
    const alice = await someone();
    expect((await act(alice, verb, alice)).status).toBe(403);
  });

  test.each(['follow', 'unfollow', 'block', 'unblock', 'mute', 'unmute', 'remove_from_followers'])(
    '%s of nobody is not found',
    async (verb) => {
      const alice = await someone();
      for (const id of ['1', 'abc', '99999999999999999999', '-1', '%00']) {
        expect(await alice.api('POST', `/api/v1/accounts/${id}/${verb}`, {})).toMatchObject({
          status: 404,
          body: { error: expect.stringMatching(/not found/i) },
        });
      }
    },
  );

  test.each([
    ['a text for a flag', 'follow', { reblogs: 'perhaps' }],
    ['a negative time', 'mute', { duration: -1 }],
    ['an endless time', 'mute', { duration: 1e12 }],
    ['too many languages', 'follow', { languages: Array.from({ length: 60 }, () => 'en') }],
    ['a language that is none', 'follow', { languages: ['en', 'x'.repeat(35)] }],
  ])('%s is refused in words', async (_what, verb, body) => {
    const [alice, bob] = [await someone(), await someone()];
    const answer = await act(alice, verb, bob, body);
    expect(answer).toMatchObject({ status: 422, body: { error: expect.stringMatching(/^Validation failed: /) } });
  });
});

describe('blocking', () => {
  test('ends follows both ways and keeps both apart until it ends', async () => {
    const [alice, bob] = [await someone(), await someone()];
    await act(alice, 'follow', bob);
    await act(bob, 'follow', alice);
    const since = await lastEvent();
    expect((await act(alice, 'block', bob)).body).toMatchObject({
      blocking: true,
      following: false,
      followed_by: false,
    });
    expect(await eventsAfter(since)).toEqual(['follow.removed', 'follow.rejected', 'block.created']);
    expect(await counts(alice, bob)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect((await bob.api('GET', `/api/v1/accounts/relationships?id[]=${alice.accountId}`)).body[0]).toMatchObject({
      blocked_by: true,
      blocking: false,
    });
    expect(await act(bob, 'follow', alice)).toMatchObject({
      status: 403,
      body: { error: 'This action is not allowed' },
    });
    expect((await act(alice, 'follow', bob)).status).toBe(403);
    expect((await act(alice, 'block', bob)).status).toBe(200);
    expect((await alice.api('GET', '/api/v1/blocks')).body.map((account: { id: string }) => account.id)).toEqual([
      bob.accountId,
    ]);
    expect((await act(alice, 'unblock', bob)).body.blocking).toBe(false);
    expect((await act(bob, 'follow', alice)).body.following).toBe(true);
  });

  test('a block and a follow in the same moment leave no follow behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [alice, bob] = [await someone(), await someone()];
      const following = follow(server.ctx, { followerId: bob.accountId, followeeId: alice.accountId });
      const blocking = block(server.ctx, { blockerId: alice.accountId, blockedId: bob.accountId });
      await Promise.allSettled([following, blocking]);
      const [seen] = (await alice.api('GET', `/api/v1/accounts/relationships?id=${bob.accountId}`)).body;
      expect(seen).toMatchObject({ blocking: true, followed_by: false, following: false });
      expect(await counts(alice, bob)).toEqual([
        [0, 0],
        [0, 0],
      ]);
    }
  });

  test('hides each from the other in lists and searches', async () => {
    const [alice, bob, fan] = [await someone(), await someone(), await someone()];
    await act(bob, 'follow', fan);
    await act(alice, 'follow', fan);
    await act(bob, 'block', alice);
    const listed = async (viewer: Person): Promise<string[]> =>
      (await viewer.api('GET', `/api/v1/accounts/${fan.accountId}/followers`)).body.map(
        (account: { id: string }) => account.id,
      );
    expect(await listed(alice)).toEqual([alice.accountId]);
    expect(await listed(bob)).toEqual([bob.accountId]);
    expect(await listed(fan)).toEqual([alice.accountId, bob.accountId]);
    const search = async (viewer: Person, q: string): Promise<string[]> =>
      (await viewer.api('GET', `/api/v1/accounts/search?q=${q}`)).body.map(({ id }: { id: string }) => id);
    expect(await search(alice, bob.username)).toEqual([]);
    expect(await search(bob, alice.username.slice(0, -1))).not.toContain(alice.accountId);
    // Who blocked finds by the whole name whom to unblock.
    expect(await search(bob, alice.username)).toEqual([alice.accountId]);
    expect(await search(fan, bob.username)).toContain(bob.accountId);
    expect((await alice.api('GET', `/api/v1/accounts/${bob.accountId}/following`)).body).toEqual([]);
  });
});

describe('muting', () => {
  test('is seen by the one who mutes alone, and may keep notifications', async () => {
    const [alice, bob] = [await someone(), await someone()];
    expect((await act(alice, 'mute', bob, { notifications: false })).body).toMatchObject({
      muting: true,
      muting_notifications: false,
      muting_expires_at: null,
    });
    expect((await act(alice, 'mute', bob)).body.muting_notifications).toBe(true);
    expect((await bob.api('GET', `/api/v1/accounts/relationships?id[]=${alice.accountId}`)).body[0]).toMatchObject({
      muting: false,
      blocked_by: false,
    });
    expect((await act(alice, 'unmute', bob)).body.muting).toBe(false);
  });

  test('for a while ends by itself', async () => {
    const [alice, bob] = [await someone(), await someone()];
    const answer = await act(alice, 'mute', bob, { duration: 3600 });
    const end = new Date(answer.body.muting_expires_at).getTime();
    expect(end - Date.now()).toBeGreaterThan(3_590_000);
    expect(end - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect((await alice.api('GET', '/api/v1/mutes')).body).toMatchObject([
      { id: bob.accountId, mute_expires_at: answer.body.muting_expires_at },
    ]);
    await mute(server.ctx, { muterId: alice.accountId, mutedId: bob.accountId, expiresAt: new Date(Date.now() - 1) });
    expect((await alice.api('GET', '/api/v1/mutes')).body).toEqual([]);
    expect((await alice.api('GET', `/api/v1/accounts/relationships?id[]=${bob.accountId}`)).body[0].muting).toBe(false);
  });
});

describe('relationships', () => {
  test('come in the order asked, unknown ids left out, all false for oneself, in one statement', async () => {
    const [alice, bob, carol] = [await someone(), await someone(), await someone()];
    await alice.api('GET', '/api/v1/preferences');
    const ids = [carol.accountId, '5', alice.accountId, bob.accountId, 'x', carol.accountId];
    const ask = () => alice.api('GET', `/api/v1/accounts/relationships?${ids.map((id) => `id[]=${id}`).join('&')}`);
    expect(await statementsOf(server.ctx, ask)).toBe(1);
    const answer = await ask();
    expect(answer.body.map((one: { id: string }) => one.id)).toEqual([carol.accountId, alice.accountId, bob.accountId]);
    expect(Object.values(answer.body[1]).filter((value) => value === true)).toEqual([]);
  });

  test('need a token', async () => {
    const bob = await someone();
    const answer = await fetch(`${server.origin}/api/v1/accounts/relationships?id[]=${bob.accountId}`);
    expect(answer.status).toBe(401);
  });
});
