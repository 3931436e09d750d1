// Quotes: who may, what each reader sees of them, and what happens when posts and minds change. Who may answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let carol: Person;
beforeAll(async () => {
  server = await openTestServer();
  [alice, bob, carol] = [await signUp(server, 'alice'), await signUp(server, 'bob'), await signUp(server, 'carol')];
  await bob.api('POST', `/api/v1/accounts/${alice.accountId}/follow`);
  await server.settle();
});
afterAll(() => server.close());

const write = (person: Person, body: object): Promise<Answer> =>
  person.api('POST', '/api/v1/statuses', { status: 'words', ...body });
const post = async (person: Person, body: object = {}): Promise<Answer['body']> => (await write(person, body)).body;
const quote = (person: Person, id: string, body: object = {}): Promise<Answer> =>
  write(person, { quoted_status_id: id, ...body });
const read = async (person: Person | null, id: string): Promise<Answer['body']> =>
  (await call(server.origin, 'GET', `/api/v1/statuses/${id}`, { token: person?.token })).body;

describe('a quote', () => {
  it('shows the quoted post with the reader’s flags, is counted and told to its author', async () => {
    const quoted = await post(alice, { status: 'quote me' });
    await carol.api('POST', `/api/v1/statuses/${quoted.id}/favourite`);
    const { body: quoting } = await quote(bob, quoted.id);
    expect(quoting.quote).toMatchObject({
      state: 'accepted',
      quoted_status: { id: quoted.id, quotes_count: 1, favourited: false, quote: null, account: { acct: 'alice' } },
    });
    expect((await read(carol, quoting.id)).quote.quoted_status.favourited).toBe(true);
    expect((await read(null, quoting.id)).quote.quoted_status).not.toHaveProperty('favourited');
    await server.settle();
    const [told] = (await alice.api('GET', '/api/v1/notifications?types[]=quote')).body;
    expect(told).toMatchObject({ type: 'quote', account: { acct: 'bob' }, status: { id: quoting.id } });
    const { body: list } = await alice.api('GET', `/api/v1/statuses/${quoted.id}/quotes`);
    expect(list.map(({ id }: { id: string }) => id)).toEqual([quoting.id]);
    const { body: again } = await quote(carol, quoting.id);
    expect(again.quote.quoted_status.quote).toEqual({ state: 'accepted', quoted_status_id: quoted.id });
    const { body: boost } = await carol.api('POST', `/api/v1/statuses/${quoting.id}/reblog`);
    expect([boost.quote, boost.reblog.quote.state]).toEqual([null, 'accepted']);
    await alice.api('PUT', `/api/v1/statuses/${quoted.id}`, { status: 'quote me better' });
    await server.settle();
    const [update] = (await bob.api('GET', '/api/v1/notifications?types[]=quoted_update')).body;
    expect(update).toMatchObject({ type: 'quoted_update', status: { id: quoted.id } });
    await bob.api('DELETE', `/api/v1/statuses/${quoting.id}`);
    expect((await read(alice, quoted.id)).quotes_count).toBe(0);
  });

  it('is allowed by the author’s policy, which each reader is told', async () => {
    const [open, followers, closed] = await Promise.all(
      ['public', 'followers', 'nobody'].map((policy) => post(alice, { quote_approval_policy: policy })),
    );
    const told = async (person: Person | null): Promise<unknown[]> => {
      const posts = await Promise.all([open, followers, closed].map(({ id }) => read(person, id)));
      return posts.map(({ quote_approval: approval }) => approval.current_user);
    };
    expect(open.quote_approval).toEqual({ automatic: ['public'], manual: [], current_user: 'automatic' });
    expect((await read(bob, followers.id)).quote_approval.automatic).toEqual(['followers']);
    expect(await told(bob)).toEqual(['automatic', 'automatic', 'denied']);
    expect(await told(carol)).toEqual(['automatic', 'denied', 'denied']);
    expect(await told(null)).toEqual(['denied', 'denied', 'denied']);
    expect(await told(alice)).toEqual(['automatic', 'automatic', 'automatic']);
    const answers = async (person: Person): Promise<number[]> =>
      Promise.all([open, followers, closed].map(async ({ id }) => (await quote(person, id)).status));
    expect([await answers(bob), await answers(carol), await answers(alice)]).toEqual([
      [200, 200, 422],
      [200, 422, 422],
      [200, 200, 200],
    ]);
    const changed = await alice.api('PUT', `/api/v1/statuses/${open.id}/interaction_policy`, {
      quote_approval_policy: 'nobody',
    });
    expect(changed.body.quote_approval.automatic).toEqual([]);
    expect((await quote(bob, open.id)).status).toBe(422);
    const foreign = await bob.api('PUT', `/api/v1/statuses/${open.id}/interaction_policy`, {
      quote_approval_policy: 'public',
    });
    expect(foreign.status).toBe(404);
    expect((await write(alice, { quote_approval_policy: 'some' })).status).toBe(422);
  });

  it('is no way around who may see a post', async () => {
    const followers = await post(alice, { visibility: 'private' });
    const direct = await post(alice, { status: '@bob psst', visibility: 'direct' });
    expect((await quote(carol, followers.id)).status).toBe(404);
    expect((await quote(bob, followers.id)).status).toBe(422);
    expect([(await quote(bob, direct.id)).status, (await quote(alice, direct.id)).status]).toEqual([422, 422]);
    const { body: own } = await quote(alice, followers.id);
    expect(own.visibility).toBe('private');
    const theirs = await post(bob);
    const { body: boost } = await alice.api('POST', `/api/v1/statuses/${theirs.id}/reblog`);
    expect((await quote(alice, boost.id)).status).toBe(422);
    expect((await quote(carol, (await post(bob)).id, { visibility: 'direct' })).status).toBe(422);
    expect((await quote(alice, '7')).status).toBe(404);
  });

  it('is taken out by the author of the quoted post alone', async () => {
    const quoted = await post(alice);
    const { body: quoting } = await quote(bob, quoted.id);
    const revoke = (person: Person, id = quoted.id): Promise<Answer> =>
      person.api('POST', `/api/v1/statuses/${id}/quotes/${quoting.id}/revoke`);
    expect([(await revoke(bob)).status, (await revoke(carol)).status]).toEqual([404, 404]);
    expect((await revoke(alice)).body).toMatchObject({
      id: quoting.id,
      quote: { state: 'revoked', quoted_status: null },
    });
    expect((await revoke(alice)).status).toBe(200);
    expect((await read(bob, quoting.id)).quote.state).toBe('revoked');
    expect((await read(alice, quoted.id)).quotes_count).toBe(0);
    expect((await alice.api('GET', `/api/v1/statuses/${quoted.id}/quotes`)).body).toEqual([]);
    const another = await post(alice);
    expect((await revoke(alice, another.id)).status).toBe(404);
  });

  it('shows each reader what stands between them and the quoted post', async () => {
    const [dora, eric] = [await signUp(server, 'dora'), await signUp(server, 'eric')];
    const quoted = await post(alice);
    const { body: quoting } = await quote(bob, quoted.id);
    const state = async (person: Person | null): Promise<string> => (await read(person, quoting.id)).quote.state;
    await dora.api('POST', `/api/v1/accounts/${alice.accountId}/block`);
    await alice.api('POST', `/api/v1/accounts/${eric.accountId}/block`);
    await carol.api('POST', `/api/v1/accounts/${alice.accountId}/mute`);
    expect([await state(dora), await state(eric), await state(carol), await state(null)]).toEqual([
      'blocked_account',
      'unauthorized',
      'muted_account',
      'accepted',
    ]);
    expect((await read(eric, quoting.id)).quote.quoted_status).toBeNull();
    const own = await post(bob, { visibility: 'private' });
    const { body: wider } = await quote(bob, own.id, { status: 'for followers' });
    expect(wider.quote.state).toBe('accepted');
    await carol.api('POST', `/api/v1/accounts/${alice.accountId}/unmute`);
    await alice.api('DELETE', `/api/v1/statuses/${quoted.id}`);
    expect([await state(null), (await read(bob, quoting.id)).quote.quoted_status]).toEqual(['deleted', null]);
  });

  it('costs a page one statement more, however many it shows', async () => {
    const quoted = await post(alice);
    const ids = [await quote(bob, quoted.id), await quote(carol, quoted.id)].map(({ body }) => body.id);
    const plain = await post(bob);
    await server.settle();
    const show = (list: string[]) => () =>
      carol.api('GET', `/api/v1/statuses?${list.map((id) => `id[]=${id}`).join('&')}`);
    await show([plain.id, ...ids])();
    const none = await statementsOf(server.ctx, show([plain.id]));
    expect(await statementsOf(server.ctx, show([plain.id, ids[0]]))).toBe(none + 1);
    expect(await statementsOf(server.ctx, show([plain.id, ...ids]))).toBe(none + 1);
  });
});

describe('who may quote what one writes', () => {
  it('is set once, for posts that do not say otherwise', async () => {
    const eve = await signUp(server, 'eve');
    const set = (word: string): Promise<Answer> =>
      eve.api('PATCH', '/api/v1/accounts/update_credentials', { source: { quote_policy: word } });
    expect((await set('nobody')).body.source.quote_policy).toBe('nobody');
    expect((await eve.api('GET', '/api/v1/preferences')).body['posting:default:quote_policy']).toBe('nobody');
    expect((await post(eve)).quote_approval.automatic).toEqual([]);
    expect((await post(eve, { quote_approval_policy: 'public' })).quote_approval.automatic).toEqual(['public']);
    expect((await quote(bob, (await post(eve)).id)).status).toBeGreaterThanOrEqual(400);
    expect((await set('some')).status).toBe(422);
    expect((await set('followers')).body.source.quote_policy).toBe('followers');
    expect((await post(eve)).quote_approval.automatic).toEqual(['followers']);
  });
});

describe('a reply policy', () => {
  it.each([
    ['everyone', { bob: 200, carol: 200, dave: 200 }],
    ['followers', { bob: 200, carol: 200, dave: 403 }],
    ['mentioned', { bob: 403, carol: 200, dave: 403 }],
    ['nobody', { bob: 403, carol: 403, dave: 403 }],
  ])('of %s lets in whom it names, and the author always', async (policy, expected) => {
    const dave = await signUp(server, `dave_${policy}`);
    const open = await post(alice, { status: 'well, @carol?', reply_policy: policy });
    expect(open.reply_policy).toBe(policy);
    const answer = async (person: Person): Promise<number> => (await write(person, { in_reply_to_id: open.id })).status;
    expect({ bob: await answer(bob), carol: await answer(carol), dave: await answer(dave) }).toEqual(expected);
    expect(await answer(alice)).toBe(200);
  });

  it('can be changed, by the author and in known words', async () => {
    const { id } = await post(alice);
    const change = (person: Person, word: string): Promise<Answer> =>
      person.api('PUT', `/api/v1/statuses/${id}/interaction_policy`, { reply_policy: word });
    expect((await change(alice, 'nobody')).body.reply_policy).toBe('nobody');
    expect([(await change(alice, 'some')).status, (await change(bob, 'everyone')).status]).toEqual([422, 404]);
    expect((await write(bob, { in_reply_to_id: id })).status).toBe(403);
  });
});
