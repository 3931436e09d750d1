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
    (await person.api('GET', '/api/v1/notifications')).body;

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
});

function handleOf(server: TestServer, name: string): string {
  return `${name}@${new URL(server.origin).host}`;
}

/** Looks a handle up over the network. */
async function find(person: Person, handle: string): Promise<string> {
  const { body } = await person.api('GET', `/api/v1/accounts/search?q=${encodeURIComponent(handle)}&resolve=true`);
  return body[0].id;
}
