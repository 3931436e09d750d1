// People who go on under another account: believed only when both accounts say so, and not too often.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserToken, call, signUp, type Person } from '#server/testing/people.ts';
import { openPair, type Pair } from './pair.ts';
import { openScene, type Scene } from './scene.ts';

describe('a move that comes in', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene?.close());

  const follows = async (person: Person, uri: string): Promise<string[]> => {
    const { rows } = await scene.server.ctx.database.pool.query<{ uri: string }>(
      `select a.uri from follows f join accounts a on a.id = f.followee_id where f.follower_id = $1 and a.uri = $2`,
      [person.accountId, uri],
    );
    return rows.map((row) => row.uri);
  };

  it('does nothing unless the new account names the old one', async () => {
    const { elsewhere, activity, deliver, eve, alice } = scene;
    const other = await elsewhere.person('not-eve');
    expect(await deliver(eve, activity(eve, 'Move', eve.uri, { target: other.uri }))).toBe('not_linked_back');
    expect(await follows(alice, eve.uri)).toHaveLength(1);
  });

  it('is believed of nobody but the one who moves', async () => {
    const { elsewhere, activity, deliver, eve, mallory, alice } = scene;
    const other = await elsewhere.person('mallory-too', { alsoKnownAs: [eve.uri, mallory.uri] });
    expect(await deliver(mallory, activity(mallory, 'Move', eve.uri, { target: other.uri }))).toBe('not_owner');
    expect(await follows(alice, eve.uri)).toHaveLength(1);
  });

  it('brings followers along once, and not again within seven days, nor back', async () => {
    const { elsewhere, activity, deliver, eve, alice, server } = scene;
    const next = await elsewhere.person('eve-again', { alsoKnownAs: [eve.uri] });
    const third = await elsewhere.person('eve-third', { alsoKnownAs: [eve.uri, next.uri] });
    const blocker = await signUp(server, 'blocker');
    const find = async (uri: string): Promise<string> =>
      (await blocker.api('GET', `/api/v2/search?q=${encodeURIComponent(uri)}&resolve=true&type=accounts`)).body
        .accounts[0].id;
    await blocker.api('POST', `/api/v1/accounts/${await find(eve.uri)}/block`);
    const { body: list } = await alice.api('POST', '/api/v1/lists', { title: 'friends' });
    await alice.api('POST', `/api/v1/lists/${list.id}/accounts`, { account_ids: [await find(eve.uri)] });

    Object.assign(eve.document, { movedTo: next.uri, alsoKnownAs: [next.uri, third.uri] });
    expect(await deliver(eve, activity(eve, 'Move', eve.uri, { target: next.uri }))).toBe('done');
    expect(await follows(alice, eve.uri)).toEqual([]);
    expect(await follows(alice, next.uri)).toEqual([next.uri]);
    const old = await alice.api('GET', `/api/v1/accounts/${await find(eve.uri)}`);
    expect(old.body.moved.uri).toBe(next.uri);
    const { body: blocks } = await blocker.api('GET', '/api/v1/blocks');
    expect(blocks.map(({ uri }: { uri: string }) => uri).toSorted()).toEqual([eve.uri, next.uri].toSorted());
    const { body: members } = await alice.api('GET', `/api/v1/lists/${list.id}/accounts`);
    expect(members.map(({ uri }: { uri: string }) => uri)).toEqual([next.uri]);

    expect(await deliver(eve, activity(eve, 'Move', eve.uri, { target: third.uri }))).toBe('moved_lately');
    expect(await deliver(next, activity(next, 'Move', next.uri, { target: eve.uri }))).toBe('target_moved');
    expect(await follows(alice, next.uri)).toEqual([next.uri]);
  });
});

describe('a move between two Rookeries', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await openPair();
  });
  afterAll(() => pair?.close());

  it('is made by its owner, and followers here and there go along', async () => {
    const { here, there, alice, bob, aliceThere, aliceHandle, settle } = pair;
    const [carol, next] = await Promise.all([signUp(here, 'carol'), signUp(there, 'alicia')]);
    await carol.api('POST', `/api/v1/accounts/${alice.accountId}/follow`, { reblogs: false });
    const nextHandle = `alicia@${new URL(there.origin).host}`;

    const token = await browserToken(here, alice);
    const move = () => call(here.origin, 'POST', '/api/move', { token, body: { to: nextHandle } });
    expect((await alice.api('POST', '/api/move', { to: nextHandle })).status, 'an app may not').toBe(403);
    const early = await move();
    expect(early).toMatchObject({ status: 422, body: { error: expect.stringContaining('alias') } });
    const { body: aliased } = await next.api('POST', '/api/move/aliases', { account: aliceHandle });
    expect(aliased.aliases).toEqual([{ uri: expect.stringContaining(here.origin), acct: aliceHandle }]);
    const { status, body } = await move();
    expect({ status, to: body.moved_to?.acct }).toEqual({ status: 200, to: nextHandle });
    await settle();

    const followees = async (person: Person): Promise<string[]> => {
      const { body } = await person.api('GET', `/api/v1/accounts/${person.accountId}/following`);
      return body.map(({ acct }: { acct: string }) => acct);
    };
    expect(await followees(carol)).toEqual([nextHandle]);
    expect(await followees(bob)).toEqual(['alicia']);
    const { body: old } = await bob.api('GET', `/api/v1/accounts/${aliceThere}`);
    expect(old.moved.acct).toBe('alicia');
    const { body: relation } = await carol.api('GET', `/api/v1/accounts/relationships?id=${body.moved_to.id}`);
    expect(relation[0]).toMatchObject({ following: true, showing_reblogs: false });

    expect((await alice.api('GET', '/api/move')).body.may_move_after).toMatch(/Z$/);
    await alice.api('DELETE', '/api/move');
    const again = await move();
    expect(again).toMatchObject({ status: 422, body: { error: expect.stringContaining('seven days') } });
  });
});
