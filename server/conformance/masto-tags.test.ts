// The npm client masto, unmodified: hashtags, followed and featured.
import { createRestAPIClient, type mastodon } from 'masto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
let person: Person;
let alice: mastodon.rest.Client;

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  person = await signUp(server, 'alice');
  alice = createRestAPIClient({ url: server.origin, accessToken: person.token, log: 'error' });
});
afterAll(() => server.close());

const names = (tags: Array<{ name: string }>): string[] => tags.map(({ name }) => name);

test('hashtags are looked at, followed, featured and let go', async () => {
  const post = await alice.v1.statuses.create({ status: '#birds' });
  const birds = alice.v1.tags.$select('birds');
  expect(await birds.follow()).toMatchObject({ name: 'birds', following: true, featuring: false });
  expect(names(await alice.v1.followedTags.list())).toEqual(['birds']);
  expect((await birds.feature()).featuring).toBe(true);
  const [featured] = await alice.v1.featuredTags.list();
  expect(featured).toMatchObject({ name: 'birds', statusesCount: '1' });
  expect((await alice.v1.profile.fetch()).featuredTags).toEqual([featured]);
  expect(names(await alice.v1.accounts.$select(person.accountId).featuredTags.list())).toEqual(['birds']);
  expect((await birds.unfeature()).featuring).toBe(false);
  expect(names(await alice.v1.featuredTags.suggestions.list())).toEqual(['birds']);
  const { id } = await alice.v1.featuredTags.create({ name: 'birds' });
  await alice.v1.featuredTags.$select(id).remove();
  expect(await alice.v1.featuredTags.list()).toEqual([]);
  expect((await birds.unfollow()).following).toBe(false);
  expect((await birds.fetch()).history).toHaveLength(7);
  expect((await alice.v1.timelines.tag.$select('birds').list()).map(({ id }) => id)).toEqual([post.id]);
});
