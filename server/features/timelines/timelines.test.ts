// Stories of timelines: who finds what at home, in public and under a hashtag, and how one pages through it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block, unblock } from '#server/features/graph/service/block.ts';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { mute, unmute } from '#server/features/graph/service/mute.ts';
import { call, signUp, type Answer, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { addPost, type PostNews } from './subscribers.ts';
import { setBoostHours } from './service/boosts.ts';
import { trimFeeds } from './service/feeds.ts';

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** People with fresh names. */
const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `p${(made += 1)}`)));
const write = async (person: Person, status: string, more: object = {}): Promise<string> =>
  (await person.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
const followEach = async (follower: Person, ...followees: Person[]): Promise<void> => {
  for (const followee of followees)
    await follow(server.ctx, { followerId: follower.accountId, followeeId: followee.accountId });
};
const idsOf = (answer: Answer): string[] => answer.body.map(({ id }: { id: string }) => id);
const home = async (person: Person, query = ''): Promise<string[]> =>
  idsOf(await person.api('GET', `/api/v1/timelines/home${query}`));

describe('home', () => {
  it('holds what one writes and what those write whom one follows, newest first', async () => {
    const [ann, ben, cid] = (await crowd(3)) as [Person, Person, Person];
    await followEach(ann, ben);
    await server.settle();
    const ids = [
      await write(ann, 'mine'),
      await write(ben, 'theirs'),
      await write(cid, 'nobody asked'),
      await write(ben, 'again'),
    ];
    await server.settle();
    expect(await home(ann)).toEqual([ids[3], ids[1], ids[0]]);
    expect(await home(cid)).toEqual([ids[2]]);
  });

  it('shows an answer only to those who follow both, and to the answered', async () => {
    const [author, both, one, asker] = (await crowd(4)) as [Person, Person, Person, Person];
    await followEach(both, author, asker);
    await followEach(one, author);
    await followEach(asker, author);
    await server.settle();
    const question = await write(asker, 'question');
    const answer = await write(author, 'answer', { in_reply_to_id: question });
    const thread = await write(author, 'to myself', { in_reply_to_id: answer });
    await server.settle();
    expect(await home(both)).toEqual([thread, answer, question]);
    expect(await home(one)).toEqual([thread]);
    expect(await home(asker)).toEqual([thread, answer, question]);
  });

  it('shows boosts, unless one does not want those of that person', async () => {
    const [author, booster, wants, wantsNot] = (await crowd(4)) as [Person, Person, Person, Person];
    await followEach(wants, booster);
    await follow(server.ctx, { followerId: wantsNot.accountId, followeeId: booster.accountId, showBoosts: false });
    await server.settle();
    const post = await write(author, 'boost me');
    const boost = (await booster.api('POST', `/api/v1/statuses/${post}/reblog`)).body.id;
    await server.settle();
    expect(await home(wants)).toEqual([boost]);
    expect(await home(wantsNot)).toEqual([]);
    await follow(server.ctx, { followerId: wants.accountId, followeeId: booster.accountId, showBoosts: false });
    expect(await home(wants)).toEqual([]);
  });

  it('shows a direct post only to a follower whom it mentions', async () => {
    const [author, named, other] = (await crowd(3)) as [Person, Person, Person];
    await followEach(named, author);
    await followEach(other, author);
    await server.settle();
    const post = await write(author, `psst @${named.username}`, { visibility: 'direct' });
    await server.settle();
    expect(await home(named)).toEqual([post]);
    expect(await home(other)).toEqual([]);
  });

  it('shows only the languages that one asked for', async () => {
    const [author, reader] = (await crowd(2)) as [Person, Person];
    await follow(server.ctx, { followerId: reader.accountId, followeeId: author.accountId, languages: ['de'] });
    await server.settle();
    await write(author, 'English', { language: 'en' });
    const german = await write(author, 'Deutsch', { language: 'de' });
    await server.settle();
    expect(await home(reader)).toEqual([german]);
  });

  it('begins with the latest posts of a new followee', async () => {
    const [author, reader] = (await crowd(2)) as [Person, Person];
    const open = await write(author, 'before');
    const hidden = await write(author, 'for followers', { visibility: 'private' });
    await write(author, `to @${reader.username}`, { visibility: 'direct' });
    await server.settle();
    await followEach(reader, author);
    await server.settle();
    expect(await home(reader)).toEqual([hidden, open]);
  });

  it('is right at once after unfollowing, blocking, muting and deleting, before any job has run', async () => {
    const idle = await openTestServer({ idle: true });
    try {
      const [ann, ben, cid, dan] = (await Promise.all(
        ['ann', 'ben', 'cid', 'dan'].map((name) => signUp(idle, name)),
      )) as [Person, Person, Person, Person];
      const { ctx } = idle;
      const ids: string[] = [];
      await setBoostHours(ctx, ann.accountId, 0);
      for (const followee of [ben, cid, dan])
        await follow(ctx, { followerId: ann.accountId, followeeId: followee.accountId });
      const fanOut = async (person: Person, postId: string): Promise<void> => {
        ids.push(postId);
        await addPost(ctx, { postId, accountId: person.accountId });
      };
      const ofBen = await write(ben, 'ben');
      await fanOut(ben, ofBen);
      await fanOut(cid, await write(cid, 'cid'));
      await fanOut(dan, (await dan.api('POST', `/api/v1/statuses/${ofBen}/reblog`)).body.id);
      await fanOut(ann, await write(ann, 'ann'));
      expect(await home(ann)).toEqual(ids.toReversed());
      await mute(ctx, { muterId: ann.accountId, mutedId: ben.accountId });
      expect(await home(ann)).toEqual([ids[3], ids[1]]);
      await unmute(ctx, { muterId: ann.accountId, mutedId: ben.accountId });
      expect(await home(ann)).toEqual(ids.toReversed());
      await block(ctx, { blockerId: ben.accountId, blockedId: ann.accountId });
      expect(await home(ann)).toEqual([ids[3], ids[1]]);
      await unblock(ctx, { blockerId: ben.accountId, blockedId: ann.accountId });
      await follow(ctx, { followerId: ann.accountId, followeeId: ben.accountId });
      await unfollow(ctx, { followerId: ann.accountId, followeeId: cid.accountId });
      expect(await home(ann)).toEqual([ids[3], ids[2], ids[0]]);
      await ben.api('DELETE', `/api/v1/statuses/${ofBen}`);
      expect(await home(ann)).toEqual([ids[3]]);
    } finally {
      await idle.close();
    }
  });

  it('forgets for good whom one unfollows, blocks or mutes', async () => {
    const [reader, gone, blocked, muted, stays] = (await crowd(5)) as [Person, Person, Person, Person, Person];
    const { ctx } = server;
    await followEach(reader, gone, blocked, muted, stays);
    await server.settle();
    for (const person of [gone, blocked, muted]) await write(person, 'soon gone');
    const kept = await write(stays, 'kept');
    await server.settle();
    const followerId = reader.accountId;
    await unfollow(ctx, { followerId, followeeId: gone.accountId });
    await block(ctx, { blockerId: followerId, blockedId: blocked.accountId });
    await mute(ctx, { muterId: followerId, mutedId: muted.accountId });
    await server.settle();
    const left = await ctx.database.read
      .selectFrom('feed_entries')
      .select('post_id')
      .where('owner_id', '=', followerId)
      .execute();
    expect(left.map(({ post_id }) => post_id)).toEqual([kept]);
    await write(muted, 'unheard');
    await server.settle();
    expect(await home(reader)).toEqual([kept]);
  });

  it('gets each post once, however often the job runs', async () => {
    const [author, reader] = (await crowd(2)) as [Person, Person];
    await followEach(reader, author);
    await server.settle();
    const told: string[][] = [];
    const stop = await server.ctx.bus.subscribe('post', (message) => told.push((message as PostNews).ownerIds));
    const post = await write(author, 'once');
    await server.settle();
    for (let run = 0; run < 3; run += 1) await addPost(server.ctx, { postId: post, accountId: author.accountId });
    await stop();
    expect(await home(reader)).toEqual([post]);
    expect(told.flat().toSorted()).toEqual([author.accountId, reader.accountId].toSorted());
  });

  it('is cut to its latest entries', async () => {
    const [author] = (await crowd(1)) as [Person];
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.push(await write(author, `number ${count}`));
    await server.settle();
    expect(await trimFeeds(server.ctx, 5, 1)).toBeGreaterThanOrEqual(2);
    expect(await home(author)).toEqual(ids.slice(2).toReversed());
  });
});

describe('paging', () => {
  let ids: string[];
  let reader: Person;
  beforeAll(async () => {
    [reader] = (await crowd(1)) as [Person];
    ids = [];
    for (let count = 0; count < 9; count += 1) ids.push(await write(reader, `page #paged${made} ${count}`));
    await server.settle();
    ids.reverse();
  });

  it.each([
    ['home', () => '/api/v1/timelines/home'],
    ['hashtag', () => `/api/v1/timelines/tag/paged${made}`],
    ['account', () => `/api/v1/accounts/${reader.accountId}/statuses`],
  ])('by max_id, since_id and min_id: %s', async (_name, path) => {
    const page = async (query: string): Promise<string[]> => idsOf(await reader.api('GET', `${path()}?${query}`));
    expect(await page(`max_id=${ids[2]}&limit=3`)).toEqual(ids.slice(3, 6));
    expect(await page(`since_id=${ids[6]}&limit=3`)).toEqual(ids.slice(0, 3));
    expect(await page(`min_id=${ids[6]}&limit=3`)).toEqual(ids.slice(3, 6));
    expect(await page(`min_id=${ids[8]}&max_id=${ids[4]}&limit=2`)).toEqual(ids.slice(6, 8));
    expect(await page('limit=1000')).toEqual(ids);
    expect(await page('max_id=nonsense')).toEqual(ids);
  });

  it('by the links of each page, which keep the other parameters', async () => {
    const first = await reader.api('GET', `/api/v1/timelines/tag/paged${made}?limit=4&local=true`);
    const links = Object.fromEntries(
      [...(first.headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]),
    );
    expect(links['next']).toBe(
      `${server.origin}/api/v1/timelines/tag/paged${made}?limit=4&local=true&max_id=${ids[3]}`,
    );
    expect(links['prev']).toContain(`min_id=${ids[0]}`);
    expect(idsOf(await reader.api('GET', links['next'] ?? ''))).toEqual(ids.slice(4, 8));
    const beyond = await reader.api('GET', `/api/v1/timelines/home?max_id=${ids[8]}`);
    expect(beyond.body).toEqual([]);
    expect(beyond.headers.get('link')).toBeNull();
  });
});

describe('public and hashtag timelines', () => {
  it('hold public posts of everybody, without boosts and answers to others', async () => {
    const [author, other] = (await crowd(2)) as [Person, Person];
    const post = await write(author, 'heard by all');
    const answer = await write(other, 'answer', { in_reply_to_id: post });
    const own = await write(author, 'more of it', { in_reply_to_id: post });
    const boost = (await other.api('POST', `/api/v1/statuses/${post}/reblog`)).body.id;
    const { body } = await call(server.origin, 'GET', '/api/v1/timelines/public?limit=40');
    const shown = body.map(({ id }: { id: string }) => id);
    expect(shown).toEqual(expect.arrayContaining([post, own]));
    expect(shown).not.toContain(answer);
    expect(shown).not.toContain(boost);
    expect(body[0]).not.toHaveProperty('favourited');
    expect((await call(server.origin, 'GET', '/api/v1/timelines/public?remote=true')).body).toEqual([]);
    expect((await call(server.origin, 'GET', '/api/v1/timelines/public?only_media=1')).body).toEqual([]);
  });

  it('leave out whom one mutes or blocks', async () => {
    const [author, reader] = (await crowd(2)) as [Person, Person];
    const post = await write(author, `quiet #quiet${made}`);
    await mute(server.ctx, { muterId: reader.accountId, mutedId: author.accountId });
    for (const path of ['/api/v1/timelines/public', `/api/v1/timelines/tag/quiet${made}`])
      expect(idsOf(await reader.api('GET', path))).not.toContain(post);
    expect(idsOf(await reader.api('GET', `/api/v1/accounts/${author.accountId}/statuses`))).toEqual([post]);
  });

  it('are empty for what is no hashtag', async () => {
    const answer = await call(server.origin, 'GET', '/api/v1/timelines/tag/%23');
    expect([answer.status, answer.body]).toEqual([200, []]);
  });

  it('find hashtags in any spelling, and by any, all and none', async () => {
    const [author] = (await crowd(1)) as [Person];
    const name = `z${made}`;
    const a = await write(author, `#${name.toUpperCase()}`);
    const b = await write(author, `#${name} #${name}more`);
    const c = await write(author, `#${name}more #${name}Ünïcode`);
    const tag = async (query: string): Promise<string[]> =>
      idsOf(await author.api('GET', `/api/v1/timelines/tag/${query}`));
    expect(await tag(name)).toEqual([b, a]);
    expect(await tag(`${name}/`)).toEqual([b, a]);
    expect(await tag(`${name}?any[]=${name}more`)).toEqual([c, b, a]);
    expect(await tag(`${name}?all[]=${name}more`)).toEqual([b]);
    expect(await tag(`${name}?none[]=${name}more`)).toEqual([a]);
    expect(await tag(encodeURIComponent(`${name}ünïcode`))).toEqual([c]);
    expect(await tag('nobodyusesthis')).toEqual([]);
    expect((await author.api('GET', `/api/v1/tags/${name}`)).body).toMatchObject({
      name,
      following: false,
      history: expect.arrayContaining([{ day: expect.stringMatching(/^\d+$/), uses: '2', accounts: '1' }]),
    });
    expect((await author.api('GET', '/api/v1/tags/not%20one')).status).toBe(404);
  });
});

describe('an account’s posts', () => {
  it('come without answers, without boosts, or with one hashtag', async () => {
    const [author, other] = (await crowd(2)) as [Person, Person];
    const post = await write(author, 'post #mine');
    const answer = await write(author, 'answer', { in_reply_to_id: await write(other, 'ask') });
    const own = await write(author, 'more', { in_reply_to_id: post });
    const boost = (await author.api('POST', `/api/v1/statuses/${await write(other, 'nice')}/reblog`)).body.id;
    const list = async (query: string): Promise<string[]> =>
      idsOf(await other.api('GET', `/api/v1/accounts/${author.accountId}/statuses?${query}`));
    expect(await list('')).toEqual([boost, own, answer, post]);
    expect(await list('exclude_replies=true')).toEqual([boost, own, post]);
    expect(await list('exclude_reblogs=1')).toEqual([own, answer, post]);
    expect(await list('tagged=MINE')).toEqual([post]);
    expect(await list('pinned=true')).toEqual([]);
    expect(await list('only_media=true')).toEqual([]);
    expect((await other.api('GET', '/api/v1/accounts/1/statuses')).status).toBe(404);
    expect((await other.api('GET', '/api/v1/accounts/x/statuses')).status).toBe(404);
  });
});

it('needs somebody who is signed in for a home timeline', async () => {
  expect((await call(server.origin, 'GET', '/api/v1/timelines/home')).status).toBe(401);
});
