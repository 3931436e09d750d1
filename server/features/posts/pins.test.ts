// What stands at the top of profiles, and conversations that are quiet.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  server = await openTestServer({ maxPinnedPosts: 2 });
  [alice, bob] = [await signUp(server, 'alice'), await signUp(server, 'bob')];
});
afterAll(() => server.close());

const write = async (person: Person, body: object): Promise<Answer['body']> =>
  (await person.api('POST', '/api/v1/statuses', body)).body;
const act = (person: Person, deed: string, id: string): Promise<Answer> =>
  person.api('POST', `/api/v1/statuses/${id}/${deed}`);
const pinned = async (person: Person | null): Promise<string[]> => {
  const token = person?.token;
  const { body } = await call(server.origin, 'GET', `/api/v1/accounts/${alice.accountId}/statuses?pinned=true`, {
    token,
  });
  return body.map(({ id }: { id: string }) => id);
};

describe('a pin', () => {
  it('puts one’s own posts at the top, the latest first, and says so to oneself alone', async () => {
    const [first, second] = [await write(alice, { status: 'first' }), await write(alice, { status: 'second' })];
    expect((await act(alice, 'pin', first.id)).body).toMatchObject({ id: first.id, pinned: true });
    expect((await act(alice, 'pin', second.id)).body.pinned).toBe(true);
    expect((await act(alice, 'pin', first.id)).status).toBe(200);
    expect(await pinned(null)).toEqual([second.id, first.id]);
    expect((await bob.api('GET', `/api/v1/statuses/${first.id}`)).body).not.toHaveProperty('pinned');
    const third = await write(alice, { status: 'third' });
    const refused = await act(alice, 'pin', third.id);
    expect(refused).toMatchObject({ status: 422, body: { error: expect.stringContaining('At most 2') } });
    expect(await pinned(null)).toEqual([second.id, first.id]);
    expect((await act(alice, 'unpin', second.id)).body.pinned).toBe(false);
    expect((await act(alice, 'unpin', second.id)).status).toBe(200);
    expect(await pinned(bob)).toEqual([first.id]);
    await act(alice, 'unpin', first.id);
  });

  it('is for one’s own posts that are not direct; what others may not see is not shown at the top either', async () => {
    const [open, direct, followers] = [
      await write(alice, { status: 'open' }),
      await write(alice, { status: '@bob psst', visibility: 'direct' }),
      await write(alice, { status: 'followers', visibility: 'private' }),
    ];
    const boost = (await act(bob, 'reblog', open.id)).body;
    expect((await act(bob, 'pin', open.id)).status).toBe(422);
    expect((await act(bob, 'pin', boost.id)).status).toBe(422);
    expect((await act(bob, 'pin', followers.id)).status).toBe(404);
    expect((await act(alice, 'pin', direct.id)).status).toBe(422);
    expect((await act(alice, 'pin', followers.id)).status).toBe(200);
    expect(await pinned(alice)).toEqual([followers.id]);
    expect([await pinned(bob), await pinned(null)]).toEqual([[], []]);
    await alice.api('DELETE', `/api/v1/statuses/${followers.id}`);
    expect(await pinned(alice)).toEqual([]);
  });

  it('is never one too many, however many come at once', async () => {
    const posts = await Promise.all([1, 2, 3, 4, 5].map((count) => write(bob, { status: `race ${count}` })));
    const answers = await Promise.all(posts.map(({ id }) => act(bob, 'pin', id)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 422, 422, 422]);
  });

  it('costs a list of pins no more statements than any other list', async () => {
    const { id } = await write(alice, { status: 'kept' });
    await act(alice, 'pin', id);
    const one = await statementsOf(server.ctx, () => pinned(alice));
    await act(alice, 'pin', (await write(alice, { status: 'kept too' })).id);
    await pinned(alice);
    expect(await statementsOf(server.ctx, () => pinned(alice))).toBe(one);
  });
});

describe('a muted conversation', () => {
  const told = async (): Promise<string[]> => {
    await server.settle();
    const { body } = await alice.api('GET', '/api/v1/notifications');
    return body.map(({ type, status }: Answer['body']) => `${type} ${status?.id}`);
  };

  it('brings no more news of it, from any post of it, until it is heard again', async () => {
    const root = await write(alice, { status: 'a long talk' });
    const reply = await write(bob, { status: '@alice one', in_reply_to_id: root.id });
    expect(await told()).toContain(`mention ${reply.id}`);
    expect((await act(alice, 'mute', reply.id)).body).toMatchObject({ id: reply.id, muted: true });
    const more = await write(bob, { status: '@alice two', in_reply_to_id: reply.id });
    await act(bob, 'favourite', root.id);
    expect(await told()).not.toContain(`mention ${more.id}`);
    expect(await told()).not.toContain(`favourite ${root.id}`);
    expect((await alice.api('GET', `/api/v1/statuses/${more.id}`)).body.muted).toBe(true);
    expect((await bob.api('GET', `/api/v1/statuses/${more.id}`)).body.muted).toBe(false);
    expect((await act(alice, 'unmute', root.id)).body.muted).toBe(false);
    const last = await write(bob, { status: '@alice three', in_reply_to_id: reply.id });
    expect(await told()).toContain(`mention ${last.id}`);
  });

  it('is one that can be seen', async () => {
    const { id } = await write(alice, { status: 'followers', visibility: 'private' });
    expect([(await act(bob, 'mute', id)).status, (await act(bob, 'unmute', id)).status]).toEqual([404, 404]);
  });
});
