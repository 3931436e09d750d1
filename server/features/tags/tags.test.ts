// Stories of hashtags: looking at one, following it, and showing it on one's profile.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { tagLimits } from './policy.ts';

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await openTestServer({ idle: true });
});
afterAll(() => server.close());

const crowd = async (count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(server, `p${(made += 1)}`)));
const write = async (person: Person, status: string, more: object = {}): Promise<string> =>
  (await person.api('POST', '/api/v1/statuses', { status, ...more })).body.id;
const names = (tags: Array<{ name: string }>): string[] => tags.map(({ name }) => name);

describe('a hashtag', () => {
  it('shows its last seven days, and to somebody what they have to do with it', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await write(ann, '#Weather and #weather');
    await write(ann, '#weather');
    await write(ben, '#WEATHER');
    await write(ben, '#weather', { visibility: 'private' });
    const { body } = await call(server.origin, 'GET', '/api/v1/tags/weather/');
    expect(body).toMatchObject({ id: expect.stringMatching(/^\d+$/), name: 'weather' });
    expect(body.url).toBe(`${server.origin}/tags/weather`);
    expect(body.history).toHaveLength(7);
    expect(body.history[0]).toMatchObject({ uses: '3', accounts: '2', day: expect.stringMatching(/^\d+$/) });
    expect(body.history[6]).toMatchObject({ uses: '0', accounts: '0' });
    expect(body).not.toHaveProperty('following');
    expect((await ann.api('GET', '/api/v1/tags/WEATHER')).body).toMatchObject({ following: false, featuring: false });
    expect((await ann.api('GET', '/api/v1/tags/never')).body).toMatchObject({ name: 'never', following: false });
    expect((await ann.api('GET', '/api/v1/tags/two words')).status).toBe(404);
  });

  it('is followed and unfollowed, as often as one likes, used or not', async () => {
    const [ann] = (await crowd(1)) as [Person];
    for (const name of ['Unheard', '%23unheard'])
      expect((await ann.api('POST', `/api/v1/tags/${name}/follow`)).body).toMatchObject({
        name: 'unheard',
        following: true,
      });
    await ann.api('POST', '/api/v1/tags/other/follow');
    const list = await ann.api('GET', '/api/v1/followed_tags');
    expect(names(list.body)).toEqual(['other', 'unheard']);
    expect(list.body[0].following).toBe(true);
    const page = await ann.api('GET', '/api/v1/followed_tags?limit=1');
    expect(page.headers.get('link')).toMatch(/limit=1&max_id=\d+>; rel="next"/);
    for (let time = 0; time < 2; time += 1)
      expect((await ann.api('POST', '/api/v1/tags/unheard/unfollow')).body.following).toBe(false);
    expect(names((await ann.api('GET', '/api/v1/followed_tags')).body)).toEqual(['other']);
    expect((await call(server.origin, 'POST', '/api/v1/tags/other/follow')).status).toBe(401);
  });
});

describe('featured hashtags', () => {
  it('are shown on a profile with how much they are used there', async () => {
    const [ann, ben] = (await crowd(2)) as [Person, Person];
    await write(ann, '#Baking #cakes');
    await write(ann, '#baking', { visibility: 'private' });
    await write(ben, '#baking');
    const { body: suggested } = await ann.api('GET', '/api/v1/featured_tags/suggestions');
    expect(names(suggested).toSorted()).toEqual(['baking', 'cakes']);
    const { body } = await ann.api('POST', '/api/v1/featured_tags', { name: '#Baking' });
    expect(body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'baking',
      url: `${server.origin}/tags/baking`,
      statuses_count: '1',
      last_status_at: new Date().toISOString().slice(0, 10),
    });
    expect((await ann.api('POST', '/api/v1/featured_tags', { name: 'baking' })).body.id).toBe(body.id);
    const profile = `/api/v1/accounts/${ann.accountId}/featured_tags`;
    expect((await call(server.origin, 'GET', profile)).body).toEqual([body]);
    expect((await ann.api('GET', '/api/v1/tags/baking')).body.featuring).toBe(true);
    expect(names((await ann.api('GET', '/api/v1/featured_tags/suggestions')).body)).toEqual(['cakes']);
    expect((await ann.api('POST', '/api/v1/tags/cakes/feature')).body.featuring).toBe(true);
    expect(names((await ann.api('GET', '/api/v1/featured_tags')).body)).toEqual(['baking', 'cakes']);
    expect((await ann.api('POST', '/api/v1/tags/cakes/unfeature')).body.featuring).toBe(false);
    expect((await ben.api('DELETE', `/api/v1/featured_tags/${body.id}`)).status).toBe(404);
    expect((await ann.api('DELETE', `/api/v1/featured_tags/${body.id}`)).body).toEqual({});
    expect((await call(server.origin, 'GET', profile)).body).toEqual([]);
  });

  it('are at most ten, and hashtags', async () => {
    const [ann] = (await crowd(1)) as [Person];
    for (let index = 0; index < tagLimits.featured; index += 1)
      await ann.api('POST', '/api/v1/featured_tags', { name: `tag${index}` });
    expect(await ann.api('POST', '/api/v1/featured_tags', { name: 'more' })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('10 hashtags') },
    });
    expect((await ann.api('GET', '/api/v1/featured_tags')).body).toHaveLength(10);
    expect((await ann.api('POST', '/api/v1/featured_tags', { name: 'two words' })).status).toBe(422);
  });
});

it('lists of hashtags cost the same however long they are', async () => {
  const [ann] = (await crowd(1)) as [Person];
  const cost = (): Promise<number> => statementsOf(server.ctx, () => ann.api('GET', '/api/v1/followed_tags'));
  await ann.api('POST', '/api/v1/tags/first/follow');
  expect(await cost()).toBe(3);
  for (let index = 0; index < 6; index += 1) await ann.api('POST', `/api/v1/tags/t${index}/follow`);
  expect(await cost()).toBe(3);
});
