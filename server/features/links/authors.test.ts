// Who wrote a page: an account that the page names, as long as that account names the page's site.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { leadHere, openSite, type Site } from '#server/testing/site.ts';
import { openStranger, type StrangeServer } from '#server/testing/stranger.ts';

let server: TestServer;
let site: Site;
let stranger: StrangeServer;
let stop: () => Promise<void>;
let ann: Person;
let ben: Person;
let path = '';
let made = 0;

beforeAll(async () => {
  site = await openSite();
  stranger = await openStranger();
  server = await openTestServer();
  stop = leadHere(server.ctx);
  ann = await signUp(server, 'ann');
  ben = await signUp(server, 'ben');
});
afterAll(async () => {
  await server.close();
  await stop();
  await site.close();
  await stranger.close();
});
beforeEach(() => (path = `/article-${(made += 1)}`));

const article = (creator: string): string =>
  `<title>Article</title><meta name="author" content="A. Writer"><meta name="fediverse:creator" content="${creator}">`;
const own = (name: string): string => `@${name}@${new URL(server.origin).host}`;
const allow = async (person: Person, ...sites: string[]): Promise<void> => {
  expect((await person.api('PATCH', '/api/v1/profile', { attribution_domains: sites })).status).toBe(200);
  await server.settle();
};
async function share(name = 'news.example'): Promise<string> {
  const { body } = await ben.api('POST', '/api/v1/statuses', { status: site.at(path, name) });
  await server.settle();
  return body.id;
}
const cardOf = async (id: string, reader: Person = ben) => {
  await server.ctx.fragments.drop([`post:${id}`]);
  return (await reader.api('GET', `/api/v1/statuses/${id}`)).body.card;
};

it('a page that names somebody here is theirs when they list its site, or the site above it', async () => {
  await allow(ann, 'news.example');
  site.show(path, article(own('ann')));
  for (const name of ['news.example', 'blog.news.example']) {
    const card = await cardOf(await share(name));
    expect(card).toMatchObject({
      author_name: 'A. Writer',
      authors: [{ name: 'A. Writer', account: { id: ann.accountId, username: 'ann' } }],
    });
    expect(card).not.toHaveProperty('missing_attribution');
  }
});

it.each(['news.example.evil.example', 'othernews.example', 'example'])('not on %s', async (name) => {
  await allow(ann, 'news.example');
  site.show(path, article(own('ann')));
  expect((await cardOf(await share(name))).authors).toEqual([{ name: 'A. Writer', url: '', account: null }]);
});

it('who is named and lists no such site is told so, and nobody else', async () => {
  await allow(ann);
  site.show(path, article(own('ann')));
  const id = await share();
  expect(await cardOf(id, ann)).toMatchObject({ missing_attribution: true, authors: [{ account: null }] });
  expect(await cardOf(id, ben)).not.toHaveProperty('missing_attribution');
  await allow(ann, 'news.example');
  expect(await cardOf(id, ann)).toMatchObject({ authors: [{ account: { id: ann.accountId } }] });
  await allow(ann);
  expect((await cardOf(id, ann)).authors[0].account).toBeNull();
});

it('somebody of another server is looked up, and what their own server says of their sites counts', async () => {
  const cid = await stranger.person('cid', { attributionDomains: ['News.example', 'https://', 7, 'x y'] });
  const dan = await stranger.person('dan');
  site.show(path, article(`cid@${stranger.host}`));
  const card = await cardOf(await share());
  expect(card.authors[0].account).toMatchObject({ uri: cid.uri, acct: `cid@${stranger.host}` });
  site.show((path = `${path}-b`), article(`@dan@${stranger.host}`));
  expect((await cardOf(await share())).authors[0].account).toBeNull();
  expect(dan.uri).toContain('dan');
});

it.each([
  '@nobody@gone.example',
  '@ann',
  'ann',
  '@',
  '@@@',
  '<script>',
  'https://news.example/ann',
  `@${'x'.repeat(900)}@y`,
])('a page that names %s as its author has none', async (creator) => {
  site.show(path, article(creator));
  expect((await cardOf(await share())).authors).toEqual([{ name: 'A. Writer', url: '', account: null }]);
});

it('our own actors say which sites name them', async () => {
  await allow(ann, 'news.example');
  const response = await fetch(`${server.origin}/ap/users/${ann.accountId}`, {
    headers: { accept: 'application/activity+json' },
  });
  expect(await response.json()).toMatchObject({ attributionDomains: ['news.example'] });
});
