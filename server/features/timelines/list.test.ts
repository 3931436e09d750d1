// Stories of list timelines: what members and hashtags bring, what stays hidden, and what an exclusive list does to home.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block } from '#server/features/graph/service/block.ts';
import { follow } from '#server/features/graph/service/follow.ts';
import { mute } from '#server/features/graph/service/mute.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { crowd, write, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { listsShowing } from './queries/list.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const boost = async (person: Person, id: string): Promise<string> =>
  (await person.api('POST', `/api/v1/statuses/${id}/reblog`)).body.id;
const followEach = async (follower: Person, ...followees: Person[]): Promise<void> => {
  for (const followee of followees)
    await follow(server.ctx, { followerId: follower.accountId, followeeId: followee.accountId });
  await server.settle();
};
const makeList = async (person: Person, members: Person[], more: object = {}): Promise<string> => {
  const { id } = (await person.api('POST', '/api/v1/lists', { title: 'list', ...more })).body;
  await person.api('POST', `/api/v1/lists/${id}/accounts`, { account_ids: members.map(({ accountId }) => accountId) });
  return id;
};
const idsOf = (answer: Answer): string[] => answer.body.map(({ id }: { id: string }) => id);
const shown = async (person: Person, id: string, query = ''): Promise<string[]> =>
  idsOf(await person.api('GET', `/api/v1/timelines/list/${id}${query}`));
const home = async (person: Person): Promise<string[]> => idsOf(await person.api('GET', '/api/v1/timelines/home'));

describe('a list shows', () => {
  it('what its members wrote before and after they came in, newest first, followed or not', async () => {
    const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
    const before = await write(ben, 'before');
    const id = await makeList(ann, [ben, cid]);
    await followEach(ann, cid);
    const [after, other] = [await write(ben, 'after'), await write(cid, 'other')];
    const echo = await boost(cid, before);
    expect(await shown(ann, id)).toEqual([echo, other, after, before]);
    expect(await shown(ann, id, '?limit=1')).toEqual([echo]);
    expect(await shown(ann, id, `?limit=2&max_id=${other}`)).toEqual([after, before]);
    expect(await shown(ann, id, `?limit=2&min_id=${before}`)).toEqual([other, after]);
    expect(await shown(ann, id, `?since_id=${after}`)).toEqual([echo, other]);
  });

  it('only what its owner may see and wants to see', async () => {
    const [ann, ben, cid, dan] = (await crowd(server, 4)) as [Person, Person, Person, Person];
    const id = await makeList(ann, [ben, cid]);
    await write(ben, 'for followers', { visibility: 'private' });
    await write(ben, 'for another @' + dan.username, { visibility: 'direct' });
    const told = await write(ben, `for you @${ann.username}`, { visibility: 'direct' });
    const quiet = await write(ben, 'quiet', { visibility: 'unlisted' });
    await boost(ben, await write(dan, 'of somebody muted'));
    await mute(server.ctx, { muterId: ann.accountId, mutedId: dan.accountId });
    await write(cid, 'of somebody who blocks');
    await block(server.ctx, { blockerId: cid.accountId, blockedId: ann.accountId });
    expect(await shown(ann, id)).toEqual([quiet, told]);
    await followEach(ann, ben);
    expect(await shown(ann, id)).toHaveLength(3);
  });

  it.each([
    ['list', ['member', 'self', 'owner']],
    ['followed', ['followed', 'self', 'owner']],
    ['none', ['self', 'owner']],
  ])('answers by its policy: %s', async (repliesPolicy, expected) => {
    const [ann, ben, cid, dan, eve] = (await crowd(server, 5)) as [Person, Person, Person, Person, Person];
    await followEach(ann, dan);
    const id = await makeList(ann, [ben, cid], { replies_policy: repliesPolicy });
    const answers: Record<string, string> = {};
    for (const [name, to] of Object.entries({ member: cid, followed: dan, stranger: eve, self: ben, owner: ann }))
      answers[name] = await write(ben, 'answer', { in_reply_to_id: await write(to, 'question') });
    const found = new Set(await shown(ann, id));
    expect(Object.keys(answers).filter((name) => found.has(answers[name] ?? ''))).toEqual(expected);
  });

  it('public posts with its hashtags, each once', async () => {
    const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
    const id = await makeList(ann, [ben]);
    const early = await write(cid, '#listening early');
    await ann.api('POST', `/api/lists/${id}/tags`, { tags: ['listening', 'looking'] });
    const both = await write(ben, '#listening #looking');
    await write(cid, '#listening quietly', { visibility: 'unlisted' });
    expect(await shown(ann, id)).toEqual([both, early]);
  });
});

it('what a hashtag brings is shown whatever the list says of its author’s answers', async () => {
  const [ann, ben, eve] = (await crowd(server, 3)) as [Person, Person, Person];
  const id = await makeList(ann, [ben], { replies_policy: 'none' });
  await ann.api('POST', `/api/lists/${id}/tags`, { tags: ['anyway'] });
  const question = await write(eve, 'question');
  const tagged = await write(ben, '#anyway', { in_reply_to_id: question });
  await write(ben, 'an answer', { in_reply_to_id: question });
  expect(await shown(ann, id)).toEqual([tagged]);
  expect(await shown(ann, id, '?limit=1')).toEqual([tagged]);
});

describe('an exclusive list', () => {
  it('takes its posts out of home and gives them back', async () => {
    const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
    await followEach(ann, ben, cid);
    const [first, kept, tagged] = [await write(ben, 'one'), await write(cid, 'two'), await write(cid, '#quietplace')];
    await server.settle();
    expect(await home(ann)).toEqual([tagged, kept, first]);
    const id = await makeList(ann, [ben]);
    await ann.api('POST', `/api/lists/${id}/tags`, { tags: ['quietplace'] });
    await ann.api('PUT', `/api/v1/lists/${id}`, { exclusive: true });
    await server.settle();
    expect(await home(ann)).toEqual([kept]);
    const later = await write(ben, 'three');
    await server.settle();
    expect(await home(ann)).toEqual([kept]);
    expect(await shown(ann, id)).toEqual([later, tagged, first]);
    await ann.api('DELETE', `/api/v1/lists/${id}`);
    await server.settle();
    expect(await home(ann)).toEqual([later, kept, first]);
  });

  it('lets a member who leaves it come home, and takes one who comes in', async () => {
    const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
    await followEach(ann, ben, cid);
    const [one, two] = [await write(ben, 'one'), await write(cid, 'two')];
    const id = await makeList(ann, [ben], { exclusive: true });
    await server.settle();
    expect(await home(ann)).toEqual([two]);
    await ann.api('POST', `/api/v1/lists/${id}/accounts`, { account_ids: [cid.accountId] });
    await ann.api('DELETE', `/api/v1/lists/${id}/accounts`, { account_ids: [ben.accountId] });
    await server.settle();
    expect(await home(ann)).toEqual([one]);
  });
});

it('open pages are told of posts that their list shows, and of no others', async () => {
  const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
  const ids = [await makeList(ann, [ben]), await makeList(ann, [cid]), await makeList(cid, [ben])];
  const [open, hidden] = [await write(ben, 'hello'), await write(ben, 'psst', { visibility: 'private' })];
  await followEach(cid, ben);
  expect(new Set(await listsShowing(server.ctx, open, ids))).toEqual(new Set([ids[0], ids[2]]));
  expect(await listsShowing(server.ctx, hidden, ids)).toEqual([ids[2]]);
});

it('a page costs at most three statements however many members and posts there are', async () => {
  const [ann, ben, cid] = (await crowd(server, 3)) as [Person, Person, Person];
  const id = await makeList(ann, [ben, cid]);
  const cost = (): Promise<number> => statementsOf(server.ctx, () => shown(ann, id));
  for (const person of [ben, cid]) await write(person, 'hello');
  await server.settle();
  expect(await cost()).toBeLessThanOrEqual(3);
  for (let index = 0; index < 8; index += 1) await write(index % 2 ? ben : cid, `again ${index}`);
  await server.settle();
  expect(await cost()).toBeLessThanOrEqual(3);
  expect(await statementsOf(server.ctx, () => shown(ann, id, '?limit=5'))).toBeLessThanOrEqual(2);
});
