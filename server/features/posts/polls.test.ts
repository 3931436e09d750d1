// Polls: asking, voting, counting, ending, asking anew.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let alice: Person;
let bob: Person;
let moved = 0;
beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(Date.now() + moved) });
  [alice, bob] = [await signUp(server, 'alice'), await signUp(server, 'bob')];
});
afterAll(() => server.close());

const hour = 3600;
const ask = (person: Person, poll: object, more: object = {}): Promise<Answer> =>
  person.api('POST', '/api/v1/statuses', { status: 'which?', poll: { expires_in: hour, ...poll }, ...more });
const single = { options: ['this', 'that'] };
const vote = (person: Person, id: string, choices: unknown): Promise<Answer> =>
  person.api('POST', `/api/v1/polls/${id}/votes`, { choices });
const read = async (person: Person | null, id: string): Promise<Answer['body']> =>
  (await call(server.origin, 'GET', `/api/v1/polls/${id}`, { token: person?.token })).body;

describe('asking', () => {
  it('shows the options, the end and nobody’s votes yet', async () => {
    const { body } = await ask(alice, { ...single, multiple: true });
    const none = { votes_count: 0, emojis: [] };
    expect(body.poll).toEqual({
      id: body.id,
      expires_at: expect.stringMatching(/\.\d{3}Z$/),
      expired: false,
      multiple: true,
      votes_count: 0,
      voters_count: 0,
      options: [
        { title: 'this', ...none },
        { title: 'that', ...none },
      ],
      emojis: [],
      voted: true,
      own_votes: [],
    });
    const open = await read(null, body.poll.id);
    expect(open).not.toHaveProperty('voted');
    expect(open).not.toHaveProperty('own_votes');
    expect((await bob.api('GET', `/api/v1/statuses/${body.id}`)).body.poll).toMatchObject({
      voted: false,
      own_votes: [],
    });
  });

  it('takes forms as apps send them', async () => {
    const form = new URLSearchParams('status=form&poll[options][]=a&poll[options][]=b&poll[expires_in]=300');
    const { body } = await alice.api('POST', '/api/v1/statuses', form);
    expect(body.poll.options.map(({ title }: { title: string }) => title)).toEqual(['a', 'b']);
  });

  it.each([
    ['one option', { options: ['only'] }],
    ['a blank option', { options: ['a', ' '] }],
    ['two alike', { options: ['a', 'a'] }],
    ['too many', { options: Array.from({ length: 9 }, (_, count) => `${count}`) }],
    ['one too long', { options: ['a', 'b'.repeat(101)] }],
    ['an end too soon', { ...single, expires_in: 299 }],
    ['an end too far', { ...single, expires_in: 32 * 24 * hour }],
    ['no end', { ...single, expires_in: undefined }],
  ])('refuses %s in words, and writes nothing', async (_name, poll) => {
    const before = (await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses`)).body.length;
    const answer = await ask(alice, poll);
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatch(/^Validation failed: Poll /);
    expect((await alice.api('GET', `/api/v1/accounts/${alice.accountId}/statuses`)).body).toHaveLength(before);
  });

  it('has its limits in the instance document', async () => {
    const { body } = await call(server.origin, 'GET', '/api/v2/instance');
    expect(body.configuration.polls).toEqual({
      max_options: 8,
      max_characters_per_option: 100,
      min_expiration: 300,
      max_expiration: 31 * 24 * hour,
    });
  });
});

describe('voting', () => {
  it('counts a vote and shows it to the voter alone', async () => {
    const { body: post } = await ask(alice, single);
    expect((await vote(bob, post.id, ['1'])).body).toMatchObject({
      votes_count: 1,
      voters_count: 1,
      voted: true,
      own_votes: [1],
      options: [{ votes_count: 0 }, { votes_count: 1 }],
    });
    expect((await bob.api('GET', `/api/v1/statuses/${post.id}`)).body.poll.own_votes).toEqual([1]);
    expect((await alice.api('GET', `/api/v1/statuses/${post.id}`)).body.poll).toMatchObject({
      votes_count: 1,
      own_votes: [],
    });
    const { body: boost } = await bob.api('POST', `/api/v1/statuses/${post.id}/reblog`);
    expect([boost.poll.own_votes, boost.reblog.poll.own_votes]).toEqual([[1], [1]]);
  });

  it('is refused twice, to the author, for no option, for an unknown one, for two where one may be chosen', async () => {
    const { body: post } = await ask(alice, single);
    for (const choices of [[], [2], [-1], [0, 1]]) expect((await vote(bob, post.id, choices)).status).toBe(422);
    expect((await vote(alice, post.id, [0])).status).toBe(422);
    expect((await vote(bob, post.id, [0])).status).toBe(200);
    expect((await vote(bob, post.id, [0])).status).toBe(422);
    expect((await read(bob, post.id)).votes_count).toBe(1);
    const { body: several } = await ask(alice, { ...single, multiple: true });
    expect((await vote(bob, several.id, [0, 1, 1])).body).toMatchObject({ votes_count: 2, voters_count: 1 });
    expect((await vote(bob, several.id, [0])).status).toBe(422);
  });

  it('is for those who see the post; a post without a poll has none', async () => {
    const { body: hidden } = await ask(alice, single, { visibility: 'private' });
    const { body: plain } = await alice.api('POST', '/api/v1/statuses', { status: 'no question' });
    for (const id of [hidden.id, plain.id, '7', 'x']) {
      expect((await vote(bob, id, [0])).status).toBe(404);
      expect((await bob.api('GET', `/api/v1/polls/${id}`)).status).toBe(404);
    }
  });

  it('counts right when many vote at once, and one person only once', async () => {
    const { body: post } = await ask(alice, { ...single, multiple: true });
    const people = await Promise.all(Array.from({ length: 12 }, (_, count) => signUp(server, `voter${count}`)));
    const answers = await Promise.all(
      people.flatMap((person, count) => [0, 1, 2].map(() => vote(person, post.id, count % 2 === 0 ? [0] : [0, 1]))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(12);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(24);
    expect(await read(null, post.id)).toMatchObject({
      voters_count: 12,
      votes_count: 18,
      options: [{ votes_count: 12 }, { votes_count: 6 }],
    });
  });

  it('does not show totals before the end where the author hides them', async () => {
    const { body: post } = await ask(alice, { ...single, hide_totals: true });
    const { body } = await vote(bob, post.id, [0]);
    expect(body.options.map((option: Answer['body']) => option.votes_count)).toEqual([null, null]);
    expect(body.votes_count).toBe(1);
  });

  it('costs a page with polls no statement more', async () => {
    const render = () => bob.api('GET', `/api/v1/accounts/${alice.accountId}/statuses?limit=5`);
    await render();
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'plain' });
    const plain = () => bob.api('GET', `/api/v1/statuses?id[]=${post.id}`);
    await plain();
    const polls = () => bob.api('GET', `/api/v1/statuses?id[]=${post.id}&${many}`);
    const { body: page } = await render();
    const many = page.map(({ id }: { id: string }) => `id[]=${id}`).join('&');
    await polls();
    expect(await statementsOf(server.ctx, polls)).toBe(await statementsOf(server.ctx, plain));
  });
});

describe('an edit', () => {
  it('with other options begins anew and keeps the former ones in the history', async () => {
    const { body: post } = await ask(alice, single);
    await vote(bob, post.id, [0]);
    const change = (body: object): Promise<Answer> => alice.api('PUT', `/api/v1/statuses/${post.id}`, body);
    expect((await change({ status: 'or rather which?' })).body.poll.votes_count).toBe(1);
    const same = await change({ status: 'hm', poll: { ...single, expires_in: 2 * hour } });
    expect(same.body.poll.votes_count).toBe(1);
    const anew = await change({ status: 'hm', poll: { options: ['this', 'neither'], expires_in: hour } });
    expect(anew.body.poll).toMatchObject({ votes_count: 0, voters_count: 0, options: [{}, { title: 'neither' }] });
    expect((await read(bob, post.id)).voted).toBe(false);
    const { body: history } = await bob.api('GET', `/api/v1/statuses/${post.id}/history`);
    const asked = history.map(({ poll }: Answer['body']) => poll.options.map(({ title }: Answer['body']) => title));
    expect([asked[0], asked.at(-1)]).toEqual([
      ['this', 'that'],
      ['this', 'neither'],
    ]);
    expect((await vote(bob, post.id, [1])).status).toBe(200);
    expect((await change({ poll: { options: ['x'], expires_in: hour } })).status).toBe(422);
  });

  it('can begin a poll', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'well' });
    const { body } = await alice.api('PUT', `/api/v1/statuses/${post.id}`, { poll: { ...single, expires_in: hour } });
    expect(body).toMatchObject({ poll: { votes_count: 0 }, edited_at: expect.any(String) });
  });
});

describe('the end', () => {
  it('is told to the author and to those who voted, once; nobody votes after it', async () => {
    const { body: post } = await ask(alice, { ...single, hide_totals: true });
    const { body: stretched } = await ask(alice, single);
    const late = await signUp(server, 'late');
    await vote(bob, post.id, [1]);
    await vote(bob, stretched.id, [1]);
    await server.settle();
    await alice.api('PUT', `/api/v1/statuses/${stretched.id}`, {
      status: 'longer',
      poll: { ...single, expires_in: 9 * hour },
    });
    moved += (hour + 2) * 1000;
    const told = async (person: Person, id: string): Promise<number> =>
      (await person.api('GET', '/api/v1/notifications?types[]=poll')).body.filter(
        ({ status }: Answer['body']) => status.id === id,
      ).length;
    expect(await read(late, post.id)).toMatchObject({
      expired: true,
      options: [{ votes_count: 0 }, { votes_count: 1 }],
    });
    await server.settle();
    expect([await told(alice, post.id), await told(bob, post.id), await told(late, post.id)]).toEqual([1, 1, 0]);
    expect([await told(alice, stretched.id), await told(bob, stretched.id)]).toEqual([0, 0]);
    const refused = await vote(late, post.id, [0]);
    expect(refused).toMatchObject({ status: 422, body: { error: expect.stringContaining('already ended') } });
    expect((await vote(late, stretched.id, [0])).status).toBe(200);
  });
});
