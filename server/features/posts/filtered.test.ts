// Stories of filters at work: what a post says to a reader who filters it, wherever they meet it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '#server/features/graph/service/follow.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { call, crowd, write, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { renderForViewers } from './pages.ts';

let server: TestServer;
let now = new Date();
beforeAll(async () => {
  server = await openTestServer({ clock: () => now });
});
afterAll(() => server.close());

const filterWords = async (person: Person, keywords: string[], more: object = {}): Promise<string> =>
  (
    await person.api('POST', '/api/v2/filters', {
      title: keywords.join(),
      context: ['home'],
      keywords_attributes: keywords.map((keyword) => ({ keyword })),
      ...more,
    })
  ).body.id;
const filteredOf = async (person: Person, id: string): Promise<Answer['body']> =>
  (await person.api('GET', `/api/v1/statuses/${id}`)).body.filtered;

describe('a post says which filters of its reader match', () => {
  it('by words in its text and its warning, and by its id', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const post = await write(ben, 'The <ROOKERY> fell\nsilent', { spoiler_text: 'about birds' });
    const one = await filterWords(ann, ['rookery', 'Fell silent', 'nothing'], { filter_action: 'hide' });
    const two = await filterWords(ann, ['birds'], { context: ['public', 'thread'] });
    const three = await filterWords(ann, ['roo']);
    expect(await filteredOf(ann, post)).toEqual([
      {
        filter: {
          id: one,
          title: 'rookery,Fell silent,nothing',
          context: ['home'],
          expires_at: null,
          filter_action: 'hide',
          keywords: [],
          statuses: [],
        },
        keyword_matches: expect.arrayContaining(['rookery', 'Fell silent']),
        status_matches: null,
      },
      expect.objectContaining({ filter: expect.objectContaining({ id: two }), keyword_matches: ['birds'] }),
    ]);
    await ann.api('POST', `/api/v2/filters/${three}/statuses`, { status_id: post });
    expect((await filteredOf(ann, post))[2]).toMatchObject({
      filter: { id: three },
      keyword_matches: null,
      status_matches: [post],
    });
  });

  it('by an answer of its poll', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const post = await write(ben, 'well?', { poll: { options: ['yes', 'the Ending'], expires_in: 600 } });
    await filterWords(ann, ['ending']);
    expect(await filteredOf(ann, post)).toMatchObject([{ keyword_matches: ['ending'] }]);
  });

  it('only to that reader, and nobody’s own post is filtered', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const [mine, theirs] = [await write(ann, 'a secret'), await write(ben, 'a secret')];
    await filterWords(ann, ['secret']);
    expect(await filteredOf(ann, theirs)).toHaveLength(1);
    expect(await filteredOf(ann, mine)).toEqual([]);
    expect(await filteredOf(ben, mine)).toEqual([]);
    const { body } = await call(server.origin, 'GET', `/api/v1/statuses/${theirs}`);
    expect(body).not.toHaveProperty('filtered');
  });

  it('until the filter changes, expires or goes, and after the post is edited', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const post = await write(ben, 'swallows');
    const id = await filterWords(ann, ['swallows'], { expires_in: 60 });
    expect(await filteredOf(ann, post)).toHaveLength(1);
    await ben.api('PUT', `/api/v1/statuses/${post}`, { status: 'swifts' });
    expect(await filteredOf(ann, post)).toEqual([]);
    await ann.api('POST', `/api/v2/filters/${id}/keywords`, { keyword: 'swifts' });
    expect(await filteredOf(ann, post)).toHaveLength(1);
    now = new Date(now.getTime() + 61_000);
    expect(await filteredOf(ann, post)).toEqual([]);
    await ann.api('PUT', `/api/v2/filters/${id}`, { expires_in: '' });
    expect(await filteredOf(ann, post)).toHaveLength(1);
    await ann.api('DELETE', `/api/v2/filters/${id}`);
    expect(await filteredOf(ann, post)).toEqual([]);
  });

  it('in timelines, boosts, threads, notifications and live updates alike', async () => {
    const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
    await follow(server.ctx, { followerId: ann.accountId, followeeId: cid.accountId });
    await filterWords(ann, ['ending']);
    const mine = await write(ann, 'what do you think?');
    const reply = await write(ben, `@${ann.username} the ending!`, { in_reply_to_id: mine });
    await cid.api('POST', `/api/v1/statuses/${reply}/reblog`);
    await server.settle();
    const matched = [expect.objectContaining({ keyword_matches: ['ending'] })];
    const [boost] = (await ann.api('GET', '/api/v1/timelines/home')).body;
    expect(boost).toMatchObject({ filtered: matched, reblog: { id: reply, filtered: matched } });
    expect((await ann.api('GET', `/api/v1/statuses/${mine}/context`)).body.descendants[0].filtered).toEqual(matched);
    expect((await ann.api('GET', '/api/v1/notifications?types[]=mention')).body[0].status.filtered).toEqual(matched);
    const live = await renderForViewers(server.ctx, reply, [ann.accountId, cid.accountId]);
    expect(JSON.parse(live.get(ann.accountId) ?? '').filtered).toEqual(matched);
    expect(JSON.parse(live.get(cid.accountId) ?? '').filtered).toEqual([]);
    const entry = await filterWords(ann, ['unheard of']);
    await ann.api('POST', `/api/v2/filters/${entry}/statuses`, { status_id: boost.id });
    expect((await ann.api('GET', '/api/v1/timelines/home')).body[0].filtered[1]).toMatchObject({
      status_matches: [reply],
    });
  });

  it('until it is deleted, and then no filter names it', async () => {
    const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
    const post = await write(ben, 'soon gone');
    const id = await filterWords(ann, ['x']);
    await ann.api('POST', `/api/v2/filters/${id}/statuses`, { status_id: post });
    await ben.api('DELETE', `/api/v1/statuses/${post}`);
    await server.settle();
    await ann.api('PUT', `/api/v2/filters/${id}`, { title: 'again' });
    expect((await ann.api('GET', `/api/v2/filters/${id}`)).body.statuses).toEqual([]);
  });
});

it('open pages hear that filters changed', async () => {
  const [ann] = (await crowd(server, 1)) as [Person];
  const heard: unknown[] = [];
  const stop = await server.ctx.bus.subscribe('account-news', (message) => heard.push(message));
  await filterWords(ann, ['one']);
  await server.settle();
  await stop();
  expect(heard).toEqual([{ accountId: ann.accountId, event: 'filters_changed' }]);
});

it('filters cost a page no statement once they are known', async () => {
  const [ann, ben] = (await crowd(server, 2)) as [Person, Person];
  await follow(server.ctx, { followerId: ann.accountId, followeeId: ben.accountId });
  for (let index = 0; index < 5; index += 1) await write(ben, `word ${index}`);
  await server.settle();
  const home = (): Promise<unknown> => ann.api('GET', '/api/v1/timelines/home');
  await home();
  const without = await statementsOf(server.ctx, home);
  await filterWords(ann, ['word']);
  await server.settle();
  expect((await ann.api('GET', '/api/v1/timelines/home')).body[0].filtered).toHaveLength(1);
  expect(await statementsOf(server.ctx, home)).toBe(without);
  expect(without).toBeLessThanOrEqual(1);
});
