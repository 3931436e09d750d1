// Two Rookeries over real HTTP: everything that passes between them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { stores } from '#server/testing/context.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

describe.each(stores())('two servers with their queues on $store', ({ redis }) => {
  let here: TestServer;
  let there: TestServer;
  let alice: Person;
  let bob: Person;
  /** Alice as bob's server knows her, and the other way round. */
  let aliceThere: string;
  let bobHere: string;

  beforeAll(async () => {
    [here, there] = await Promise.all([openTestServer({ redis }), openTestServer({ redis })]);
    [alice, bob] = await Promise.all([signUp(here, 'alice'), signUp(there, 'bob')]);
    bobHere = await find(alice, handleOf(there, 'bob'));
    aliceThere = await find(bob, handleOf(here, 'alice'));
  });
  afterAll(async () => {
    await Promise.all([here?.close(), there?.close()]);
  });

  const settle = async (): Promise<void> => {
    // A message and its answer, and what follows from the answer.
    for (let round = 0; round < 3; round += 1) {
      await here.settle();
      await there.settle();
    }
  };
  const write = (person: Person, body: object): Promise<Answer> => person.api('POST', '/api/v1/statuses', body);
  const home = async (person: Person): Promise<Answer['body'][]> =>
    (await person.api('GET', '/api/v1/timelines/home')).body;
  const notifications = async (person: Person): Promise<Answer['body'][]> =>
    (await person.api('GET', '/api/v1/notifications?include_filtered=true')).body;

  it('find each other by handle', async () => {
    const { body } = await alice.api('GET', `/api/v1/accounts/${bobHere}`);
    expect(body).toMatchObject({ username: 'bob', acct: handleOf(there, 'bob'), url: `${there.origin}/@bob` });
  });

  it('a follow is asked for, accepted and known on both sides', async () => {
    await alice.api('POST', `/api/v1/accounts/${bobHere}/follow`);
    await settle();
    const [relation] = (await alice.api('GET', `/api/v1/accounts/relationships?id[]=${bobHere}`)).body;
    expect(relation).toMatchObject({ following: true, requested: false });
    const [reverse] = (await bob.api('GET', `/api/v1/accounts/relationships?id[]=${aliceThere}`)).body;
    expect(reverse).toMatchObject({ followed_by: true });
  });

  it('a post with a mention and a hashtag arrives in the home timeline and as a notification', async () => {
    await bob.api('POST', `/api/v1/accounts/${aliceThere}/follow`);
    await settle();
    await write(bob, { status: `Hello @${handleOf(here, 'alice')}, look: #Rooks <b>`, language: 'en' });
    await settle();
    const [post] = await home(alice);
    expect(post.account.acct).toBe(handleOf(there, 'bob'));
    expect(post.content).toContain('&lt;b&gt;');
    expect(post.tags).toEqual([expect.objectContaining({ name: 'rooks' })]);
    expect(post.mentions).toEqual([expect.objectContaining({ id: alice.accountId, acct: 'alice' })]);
    expect(post.language).toBe('en');
    const [notification] = await notifications(alice);
    expect(notification).toMatchObject({ type: 'mention', status: { id: post.id } });
  });

  it('a reply, a like and a boost come back', async () => {
    const [post] = await home(alice);
    const { body: reply } = await write(alice, {
      status: `@${handleOf(there, 'bob')} I see them`,
      in_reply_to_id: post.id,
    });
    await alice.api('POST', `/api/v1/statuses/${post.id}/favourite`);
    await alice.api('POST', `/api/v1/statuses/${post.id}/reblog`);
    await settle();
    const told = await notifications(bob);
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['favourite', 'reblog', 'mention']));
    expect(told.every(({ account }) => account.id === aliceThere)).toBe(true);
    const [original] = (await bob.api('GET', `/api/v1/accounts/${bob.accountId}/statuses?exclude_reblogs=true`)).body;
    expect(original).toMatchObject({ favourites_count: 1, reblogs_count: 1, replies_count: 1 });
    const { body: thread } = await bob.api('GET', `/api/v1/statuses/${original.id}/context`);
    expect(thread.descendants).toEqual([expect.objectContaining({ uri: reply.uri, in_reply_to_id: original.id })]);

    await alice.api('POST', `/api/v1/statuses/${post.id}/unfavourite`);
    await alice.api('POST', `/api/v1/statuses/${post.id}/unreblog`);
    await settle();
    const { body: after } = await bob.api('GET', `/api/v1/statuses/${original.id}`);
    expect(after).toMatchObject({ favourites_count: 0, reblogs_count: 0, replies_count: 1 });
  });

  it('a boost by somebody one follows brings the post of a third', async () => {
    const carol = await signUp(here, 'carol');
    const { body: post } = await write(carol, { status: 'Ravens, too' });
    await alice.api('POST', `/api/v1/statuses/${post.id}/reblog`);
    await settle();
    const boost = (await home(bob)).find(({ reblog }) => reblog !== null);
    expect(boost).toMatchObject({
      account: { id: aliceThere },
      reblog: { uri: post.uri, account: { acct: handleOf(here, 'carol') } },
    });
  });

  it('an edit changes the copy and keeps the former text; a deletion takes the copy away', async () => {
    const { body: post } = await write(alice, { status: 'first' });
    await settle();
    const copy = async (): Promise<Answer['body']> => (await home(bob)).find(({ uri }) => uri === post.uri);
    expect((await copy()).content).toBe('<p>first</p>');
    await alice.api('PUT', `/api/v1/statuses/${post.id}`, { status: 'second #edited', spoiler_text: 'changed' });
    await settle();
    const edited = await copy();
    expect(edited).toMatchObject({
      content: expect.stringContaining('second'),
      spoiler_text: 'changed',
      edited_at: expect.any(String),
      tags: [{ name: 'edited' }],
    });
    const { body: history } = await bob.api('GET', `/api/v1/statuses/${edited.id}/history`);
    expect(history.map(({ content }: Answer['body']) => content)).toEqual(['<p>first</p>', edited.content]);
    await alice.api('DELETE', `/api/v1/statuses/${post.id}`);
    await settle();
    expect((await bob.api('GET', `/api/v1/statuses/${edited.id}`)).status).toBe(404);
  });

  it('posts for followers and direct posts reach those whom they are for, and nobody else', async () => {
    const dave = await signUp(there, 'dave');
    const { body: friends } = await write(alice, { status: 'for friends', visibility: 'private' });
    const { body: direct } = await write(alice, {
      status: `@${handleOf(there, 'dave')} only you`,
      visibility: 'direct',
    });
    await settle();
    expect((await home(bob)).map(({ uri }) => uri)).toContain(friends.uri);
    expect((await home(bob)).map(({ uri }) => uri)).not.toContain(direct.uri);
    const [told] = await notifications(dave);
    expect(told).toMatchObject({ type: 'mention', status: { uri: direct.uri, visibility: 'direct' } });
    const copy = (await home(bob)).find(({ uri }) => uri === friends.uri);
    expect(copy.visibility).toBe('private');
    expect((await dave.api('GET', `/api/v1/statuses/${copy.id}`)).status).toBe(404);
    expect((await bob.api('GET', `/api/v1/statuses/${told.status.id}`)).status).toBe(404);
  });

  it('a changed profile is shown on the other side', async () => {
    await alice.api('PATCH', '/api/v1/accounts/update_credentials', {
      display_name: 'Alice of the Rooks',
      note: 'Now with a bio',
    });
    await settle();
    const { body } = await bob.api('GET', `/api/v1/accounts/${aliceThere}`);
    expect(body).toMatchObject({ display_name: 'Alice of the Rooks', note: '<p>Now with a bio</p>' });
  });

  it('a locked account is asked, and says no or yes', async () => {
    const erin = await signUp(there, 'erin');
    await erin.api('PATCH', '/api/v1/accounts/update_credentials', { locked: true });
    const erinHere = await find(alice, handleOf(there, 'erin'));
    const relation = async (): Promise<Answer['body']> =>
      (await alice.api('GET', `/api/v1/accounts/relationships?id[]=${erinHere}`)).body[0];
    await alice.api('POST', `/api/v1/accounts/${erinHere}/follow`);
    await settle();
    expect(await relation()).toMatchObject({ following: false, requested: true });
    const [request] = (await erin.api('GET', '/api/v1/follow_requests')).body;
    await erin.api('POST', `/api/v1/follow_requests/${request.id}/reject`);
    await settle();
    expect(await relation()).toMatchObject({ following: false, requested: false });
    await alice.api('POST', `/api/v1/accounts/${erinHere}/follow`);
    await settle();
    await erin.api('POST', `/api/v1/follow_requests/${request.id}/authorize`);
    await settle();
    expect(await relation()).toMatchObject({ following: true, requested: false });
    await alice.api('POST', `/api/v1/accounts/${erinHere}/unfollow`);
    await settle();
    expect((await erin.api('GET', '/api/v1/accounts/verify_credentials')).body.followers_count).toBe(0);
  });

  it('a block ends both follows on both sides, and ending it does not bring them back', async () => {
    await bob.api('POST', `/api/v1/accounts/${aliceThere}/block`);
    await settle();
    const relation = async (): Promise<Answer['body']> =>
      (await alice.api('GET', `/api/v1/accounts/relationships?id[]=${bobHere}`)).body[0];
    expect(await relation()).toMatchObject({ following: false, followed_by: false, blocked_by: true });
    await bob.api('POST', `/api/v1/accounts/${aliceThere}/unblock`);
    await settle();
    expect(await relation()).toMatchObject({ following: false, followed_by: false, blocked_by: false });
    const [reverse] = (await bob.api('GET', `/api/v1/accounts/relationships?id[]=${aliceThere}`)).body;
    expect(reverse).toMatchObject({ following: false, followed_by: false });
  });
});

function handleOf(server: TestServer, name: string): string {
  return `${name}@${new URL(server.origin).host}`;
}

/** Looks a handle up over the network. */
async function find(person: Person, handle: string): Promise<string> {
  const { body } = await person.api('GET', `/api/v1/accounts/search?q=${encodeURIComponent(handle)}&resolve=true`);
  return body[0].id;
}
