// Stories of what else comes home and what does not: posts with followed hashtags, and boosts of what is there already.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { mute } from '#server/features/graph/service/mute.ts';
import { signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

const hourMs = 3_600_000;
let server: TestServer;
let ahead = 0;
let made = 0;
beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(Date.now() + ahead) });
});
afterAll(() => server.close());

const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `p${(made += 1)}`)));
const write = async (person: Person, status: string, more: object = {}): Promise<string> => {
  const { id } = (await person.api('POST', '/api/v1/statuses', { status, ...more })).body;
  await server.settle();
  return id;
};
const boost = async (person: Person, id: string): Promise<string> => {
  const { body } = await person.api('POST', `/api/v1/statuses/${id}/reblog`);
  await server.settle();
  return body.id;
};
const followEach = async (follower: Person, ...followees: Person[]): Promise<void> => {
  for (const followee of followees)
    await follow(server.ctx, { followerId: follower.accountId, followeeId: followee.accountId });
  await server.settle();
};
const idsOf = (answer: Answer): string[] => answer.body.map(({ id }: { id: string }) => id);
const home = async (person: Person): Promise<string[]> => idsOf(await person.api('GET', '/api/v1/timelines/home'));

describe('followed hashtags', () => {
  it('bring public posts of anybody, those before and those after, each once', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    await followEach(ann, cid);
    const before = await write(ben, '#ferry before');
    await write(ben, '#ferry quietly', { visibility: 'unlisted' });
    const theirs = await write(cid, '#ferry of somebody followed');
    await ann.api('POST', '/api/v1/tags/ferry/follow');
    await ann.api('POST', '/api/v1/tags/boat/follow');
    await server.settle();
    const after = await write(ben, '#ferry #boat after');
    const answer = await write(ben, '#boat', { in_reply_to_id: before });
    await write(ben, 'something else');
    expect(await home(ann)).toEqual([answer, after, theirs, before]);
    await ann.api('POST', '/api/v1/tags/ferry/unfollow');
    await ann.api('POST', '/api/v1/tags/boat/unfollow');
    expect(await home(ann)).toEqual([theirs]);
    await server.settle();
    expect(await home(ann)).toEqual([theirs]);
  });

  it('keep what they bring when its author is unfollowed, and bring nothing of whom one mutes', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    await followEach(ann, ben);
    await ann.api('POST', '/api/v1/tags/tram/follow');
    await server.settle();
    const [tagged] = [await write(ben, '#tram'), await write(ben, 'no hashtag')];
    await unfollow(server.ctx, { followerId: ann.accountId, followeeId: ben.accountId });
    await server.settle();
    expect(await home(ann)).toEqual([tagged]);
    await mute(server.ctx, { muterId: ann.accountId, mutedId: cid.accountId });
    await write(cid, '#tram');
    expect(await home(ann)).toEqual([tagged]);
  });
});

describe('a post that is at home already', () => {
  it('is not repeated by boosts within six hours, or while it is among the latest', async () => {
    const [ann, ben, cid, dan] = (await crowd(4)) as [Person, Person, Person, Person];
    await followEach(ann, ben, cid);
    const [known, news] = [await write(ben, 'known'), await write(dan, 'news')];
    await boost(cid, known);
    const first = await boost(ben, news);
    await boost(cid, news);
    expect(await home(ann)).toEqual([first, known]);
  });

  it('comes again after the time that its reader has set', async () => {
    const [ann, ben, cid, dan] = (await crowd(4)) as [Person, Person, Person, Person];
    await followEach(ann, ben, cid, dan);
    const path = '/api/preferences/home';
    expect((await ann.api('GET', path)).body).toEqual({ boost_hours: 6 });
    const news = await write(await signUp(server, 'writer'), 'news');
    const first = await boost(ben, news);
    for (let index = 0; index < 40; index += 1)
      await ben.api('POST', '/api/v1/statuses', { status: `filler ${index}` });
    await server.settle();
    await boost(cid, news);
    expect((await home(ann)).filter((id) => id === first)).toEqual([]);
    const all = async (): Promise<string[]> =>
      idsOf(await ann.api('GET', '/api/v1/timelines/home?limit=40')).concat(
        idsOf(await ann.api('GET', `/api/v1/timelines/home?limit=40&max_id=${String(BigInt(first) + 1n)}`)),
      );
    expect((await all()).slice(-1)).toEqual([first]);
    expect(await home(ann)).toHaveLength(20);
    ahead += 7 * hourMs;
    const late = await boost(dan, news);
    expect((await home(ann))[0]).toBe(late);
    expect((await ann.api('PUT', path, { boost_hours: 0 })).body).toEqual({ boost_hours: 0 });
    await ben.api('POST', `/api/v1/statuses/${news}/unreblog`);
    await server.settle();
    const again = await boost(ben, news);
    expect((await home(ann)).slice(0, 2)).toEqual([again, late]);
  });

  it.each([-1, 1.5, 1e6, 'many'])('is not told to wait %s hours', async (hours) => {
    const [ann] = (await crowd(1)) as [Person];
    const { status, body } = await ann.api('PATCH', '/api/preferences/home', { boost_hours: hours });
    expect(status).toBe(422);
    expect(body.error).toMatch(/boost_hours/);
    expect((await ann.api('GET', '/api/preferences/home')).body).toEqual({ boost_hours: 6 });
  });
});

it('direct posts to and from somebody are a timeline of their own', async () => {
  const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
  const to = await write(ben, `for @${ann.username}`, { visibility: 'direct' });
  await write(ben, `for @${cid.username}`, { visibility: 'direct' });
  await write(ben, `open @${ann.username}`);
  const from = await write(ann, `back @${ben.username}`, { visibility: 'direct' });
  expect(idsOf(await ann.api('GET', '/api/v1/timelines/direct'))).toEqual([from, to]);
  expect(idsOf(await ann.api('GET', `/api/v1/timelines/direct?max_id=${from}`))).toEqual([to]);
  expect(idsOf(await ann.api('GET', `/api/v1/timelines/direct?limit=1&min_id=${to}`))).toEqual([from]);
});

it('public posts that link to an address are a timeline', async () => {
  const [ann, ben] = (await crowd(2)) as [Person, Person];
  const url = 'https://www.paper.example/a_b?x=1&y=2';
  const shown = [await write(ben, `look ${url}`), await write(ben, `${url} again`)];
  await write(ben, `${url}3`);
  await write(ben, 'https://www.paper.example/aXb?x=1&y=2');
  await write(ben, url, { visibility: 'unlisted' });
  const path = `/api/v1/timelines/link?url=${encodeURIComponent(url)}`;
  expect(idsOf(await ann.api('GET', path))).toEqual(shown.toReversed());
  expect(idsOf(await ann.api('GET', `${path}&limit=1&max_id=${shown[1]}`))).toEqual([shown[0]]);
  await mute(server.ctx, { muterId: ann.accountId, mutedId: ben.accountId });
  expect(idsOf(await ann.api('GET', path))).toEqual([]);
  for (const odd of ['nothing', 'javascript:1', '%25', 'https://'])
    expect(await ann.api('GET', `/api/v1/timelines/link?url=${odd}`)).toMatchObject({ status: 200, body: [] });
});
