// Direct posts as talks: who is in them, what is new, and what happens when posts go.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let carol: Person;
beforeAll(async () => {
  server = await openTestServer();
  [alice, bob, carol] = [await signUp(server, 'alice'), await signUp(server, 'bob'), await signUp(server, 'carol')];
});
afterAll(() => server.close());

const say = async (person: Person, status: string, parent?: string, visibility = 'direct'): Promise<string> => {
  const body = { status, visibility, ...(parent ? { in_reply_to_id: parent } : {}) };
  const { id } = (await person.api('POST', '/api/v1/statuses', body)).body;
  await server.settle();
  return id;
};
const talks = async (person: Person): Promise<Answer['body'][]> =>
  (await person.api('GET', '/api/v1/conversations')).body;
const brief = async (person: Person): Promise<unknown[]> =>
  (await talks(person)).map(({ unread, accounts, last_status }) => [
    accounts.map(({ acct }: { acct: string }) => acct).join('+'),
    last_status?.id,
    unread,
  ]);

describe('a talk', () => {
  it('is one for each circle, read by who writes and unread by the others, the latest first', async () => {
    const heard: unknown[] = [];
    const stop = await server.ctx.bus.subscribe('talk', (news) => heard.push(news));
    const first = await say(alice, '@bob psst');
    expect(await brief(alice)).toEqual([['bob', first, false]]);
    expect(await brief(bob)).toEqual([['alice', first, true]]);
    const [{ id: talkId }] = await talks(bob);
    expect(heard).toContainEqual({ accountId: bob.accountId, talkId });
    const answer = await say(bob, '@alice what?', first);
    expect(await brief(bob)).toEqual([['alice', answer, false]]);
    expect(await brief(alice)).toEqual([['bob', answer, true]]);
    const wider = await say(alice, '@bob @carol come in', answer);
    expect(await brief(alice)).toEqual([
      ['bob+carol', wider, false],
      ['bob', answer, true],
    ]);
    expect(await brief(carol)).toEqual([['alice+bob', wider, true]]);
    await stop();
  });

  it('is marked as read and unread, and put away until something new is said', async () => {
    const id = await say(alice, '@carol hello');
    const talk = (await talks(carol)).find(({ last_status }) => last_status.id === id);
    const act = (deed: string): Promise<Answer> => carol.api('POST', `/api/v1/conversations/${talk.id}/${deed}`);
    expect((await act('read')).body).toMatchObject({ id: talk.id, unread: false, last_status: { id } });
    expect((await act('unread')).body.unread).toBe(true);
    expect((await carol.api('DELETE', `/api/v1/conversations/${talk.id}`)).body).toEqual({});
    expect((await act('read')).status).toBe(404);
    expect((await talks(carol)).map(({ last_status }) => last_status.id)).not.toContain(id);
    expect((await carol.api('GET', `/api/v1/statuses/${id}`)).status).toBe(200);
    const next = await say(alice, '@carol are you there?', id);
    expect((await talks(carol))[0]).toMatchObject({ unread: true, last_status: { id: next } });
  });

  it('goes back to what was said before when a post is deleted, and ends with the last one', async () => {
    const [dora, eric] = [await signUp(server, 'dora'), await signUp(server, 'eric')];
    const one = await say(dora, '@eric one');
    const two = await say(dora, '@eric two', one);
    expect(await brief(eric)).toEqual([['dora', two, true]]);
    await dora.api('DELETE', `/api/v1/statuses/${two}`);
    await server.settle();
    expect(await brief(eric)).toEqual([['dora', one, true]]);
    await dora.api('DELETE', `/api/v1/statuses/${one}`);
    await server.settle();
    expect([await brief(eric), await brief(dora)]).toEqual([[], []]);
  });

  it('follows an edit that speaks to somebody else', async () => {
    const [finn, gwen, hugo] = [
      await signUp(server, 'finn'),
      await signUp(server, 'gwen'),
      await signUp(server, 'hugo'),
    ];
    const id = await say(finn, '@gwen look');
    await finn.api('PUT', `/api/v1/statuses/${id}`, { status: '@gwen @hugo look' });
    await server.settle();
    expect(await brief(hugo)).toEqual([['finn+gwen', id, true]]);
    expect(await brief(gwen)).toEqual([['finn+hugo', id, true]]);
  });
});

describe('nobody', () => {
  it('reads the talks of others, or has talks of other posts', async () => {
    const [{ id }] = await talks(bob);
    for (const deed of ['read', 'unread'])
      expect((await carol.api('POST', `/api/v1/conversations/${id}/${deed}`)).status).toBe(404);
    expect((await carol.api('DELETE', `/api/v1/conversations/${id}`)).status).toBe(404);
    const before = await brief(bob);
    await say(alice, '@bob for all', undefined, 'public');
    expect(await brief(bob)).toEqual(before);
  });

  it('sees a talk whose latest words are of somebody that they block or mute', async () => {
    const [ida, john] = [await signUp(server, 'ida'), await signUp(server, 'john')];
    await say(ida, '@john hey');
    await john.api('POST', `/api/v1/accounts/${ida.accountId}/block`);
    await server.settle();
    expect(await brief(john)).toEqual([]);
    await john.api('POST', `/api/v1/accounts/${ida.accountId}/unblock`);
    await john.api('POST', `/api/v1/accounts/${ida.accountId}/mute`);
    const [before] = await brief(john);
    await say(ida, '@john you there?');
    expect(await brief(john)).toEqual([before]);
  });

  it('makes the server ask more for more talks', async () => {
    const list = () => alice.api('GET', '/api/v1/conversations');
    await list();
    const few = await statementsOf(server.ctx, list);
    for (const name of ['kate', 'liam']) {
      await signUp(server, name);
      await say(alice, `@${name} hi`);
    }
    await list();
    expect(await statementsOf(server.ctx, list)).toBe(few);
  });
});
