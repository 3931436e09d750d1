// With a server that another author wrote: our people and theirs follow, mention, like and answer each other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureInstanceActor } from '#server/features/accounts/activitypub/instance-actor.ts';
import { stores } from '#server/testing/context.ts';
import { openPeer, type Peer } from '#server/testing/peer.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';

describe.each(stores())('an independent server, ours with its queue on $store', ({ redis }) => {
  let server: TestServer;
  let peer: Peer;
  let alice: Person;

  beforeAll(async () => {
    [server, peer] = await Promise.all([openTestServer({ redis }), openPeer()]);
    alice = await signUp(server, 'alice');
    // Keys are made on first use, which takes a while; looking up a stranger may take a few seconds only.
    await Promise.all([
      ensureInstanceActor(server.ctx),
      ...['wren', 'robin', 'tally'].map((name) => fetch(peer.actor(name))),
    ]);
  });
  afterAll(async () => {
    await Promise.all([server?.close(), peer?.stop()]);
  });

  const get = async (path: string): Promise<Answer['body']> => (await alice.api('GET', path)).body;
  const isTrue = async (check: () => Promise<boolean>): Promise<void> => {
    await until(check).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${peer.log()}`);
    });
  };

  it('receives a post with a mention and a hashtag, follows its author, likes it and answers; the answer is in her page', async () => {
    const { status, body: post } = await alice.api('POST', '/api/v1/statuses', {
      status: `Dear @${peer.handle('wren')}, how are the #Rooks?`,
    });
    expect(status).toBe(200);
    expect(post.mentions).toEqual([expect.objectContaining({ acct: peer.handle('wren'), username: 'wren' })]);
    await isTrue(async () =>
      (await peer.received('wren')).includes(`${server.origin}/ap/activities/create/${post.id}`),
    );

    await isTrue(async () => (await get('/api/v1/notifications')).length >= 3);
    await server.settle();
    const notifications: Answer['body'][] = await get('/api/v1/notifications');
    expect(notifications.map(({ type }) => type).toSorted()).toEqual(['favourite', 'follow', 'mention']);
    expect(new Set(notifications.map(({ account }) => account.acct))).toEqual(new Set([peer.handle('wren')]));
    const answer = notifications.find(({ type }) => type === 'mention').status;
    expect(answer).toMatchObject({
      in_reply_to_id: post.id,
      in_reply_to_account_id: alice.accountId,
      visibility: 'public',
    });
    expect(answer.content).toContain('Good to hear from you!');
    expect(answer.tags).toEqual([expect.objectContaining({ name: 'neighbours' })]);

    const thread = await get(`/api/v1/statuses/${post.id}/context`);
    expect(thread.descendants.map(({ id }: Answer['body']) => id)).toEqual([answer.id]);
    expect(await get(`/api/v1/statuses/${post.id}`)).toMatchObject({ favourites_count: 1, replies_count: 1 });
    await isTrue(async () => (await peer.following('wren')).includes(`${server.origin}/ap/users/${alice.accountId}`));
  });

  it('sends later posts of hers to its follower', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'no mention this time' });
    await isTrue(async () =>
      (await peer.received('wren')).includes(`${server.origin}/ap/activities/create/${post.id}`),
    );
  });

  it('accepts her follow, and what is written for her comes home', async () => {
    const [robin] = await get(`/api/v1/accounts/search?q=${encodeURIComponent(peer.handle('robin'))}&resolve=true`);
    expect(robin).toMatchObject({
      acct: peer.handle('robin'),
      display_name: 'The robin',
      bot: true,
      url: `${peer.origin}/profile/robin`,
    });
    await alice.api('POST', `/api/v1/accounts/${robin.id}/follow`);
    await isTrue(async () => (await get(`/api/v1/accounts/relationships?id[]=${robin.id}`))[0].following);
    expect(await peer.followers('robin')).toEqual([`${server.origin}/ap/users/${alice.accountId}`]);
    await isTrue(async () =>
      (await get('/api/v1/timelines/home')).some(({ content }: Answer['body']) =>
        content.includes('Welcome to my nest'),
      ),
    );
    const welcome = (await get('/api/v1/timelines/home')).find(({ content }: Answer['body']) =>
      content.includes('Welcome to my nest'),
    );
    expect(welcome).toMatchObject({ visibility: 'direct', account: { id: robin.id } });
    // It names nobody, and is for her alone: she is told.
    await isTrue(async () =>
      (await get('/api/v1/notifications?types[]=mention')).some(
        ({ status }: Answer['body']) => status.id === welcome.id,
      ),
    );
  });

  it('learns of edits, deletions, likes, and of the end of a follow', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', {
      status: `a typo for @${peer.handle('tally')}`,
    });
    await isTrue(async () => (await peer.told()).get(post.uri) === 1);
    await alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: `no typo for @${peer.handle('tally')}` });
    await isTrue(async () =>
      (await peer.received('tally')).some((id) => id.startsWith(`${server.origin}/ap/activities/update/${post.id}/`)),
    );
    await alice.api('DELETE', `/api/v1/statuses/${post.id}`);
    await isTrue(async () =>
      (await peer.received('tally')).includes(`${server.origin}/ap/activities/delete/${post.id}`),
    );

    const answer = (await get('/api/v1/notifications?types[]=mention'))
      .map(({ status }: Answer['body']) => status)
      .find(({ account }: Answer['body']) => account.acct === peer.handle('wren'));
    await alice.api('POST', `/api/v1/statuses/${answer.id}/favourite`);
    await isTrue(async () => (await peer.received('wren')).some((id) => id.startsWith(`${server.origin}/ap/likes/`)));

    const [robin] = await get(`/api/v1/accounts/search?q=${encodeURIComponent(peer.handle('robin'))}`);
    await alice.api('POST', `/api/v1/accounts/${robin.id}/unfollow`);
    await isTrue(async () => (await peer.followers('robin')).length === 0);
  });
});

describe('the residents that the independent server comes with', () => {
  it('answer a mention, so nothing of ours is in the way', async () => {
    const [server, peer] = await Promise.all([openTestServer(), openPeer({ stock: true })]);
    try {
      const alice = await signUp(server, 'alice');
      await alice.api('POST', '/api/v1/statuses', { status: `@${peer.handle('ok')} are you well?` });
      await until(async () =>
        (await alice.api('GET', '/api/v1/notifications')).body.some(({ type }: Answer['body']) => type === 'mention'),
      );
      const { body } = await alice.api('GET', '/api/v1/notifications');
      expect(body[0].status.content).toContain('OK');
    } finally {
      await Promise.all([server.close(), peer.stop()]);
    }
  });
});
