// What the world outside sees: pages that say what they are about, objects for servers, feeds for readers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let ada: Person;
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
// As Mastodon asks for what somebody pasted into its search.
const mastodon =
  'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json, text/html;q=0.1';

beforeAll(async () => {
  server = await openTestServer();
  ada = await signUp(server, 'ada');
  await ada.api('PATCH', '/api/v1/accounts/update_credentials', {
    display_name: '"><script>Ada & friends',
    note: 'Watches rooks.',
    indexable: true,
    fields_attributes: [{ name: 'Site', value: 'https://rooks.example' }],
  });
});
afterAll(() => server.close());

async function open(path: string, accept = browser) {
  const response = await fetch(new URL(path, server.origin), { headers: { accept }, redirect: 'manual' });
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

const write = async (status: string, more: object = {}, person = ada) =>
  (await person.api('POST', '/api/v1/statuses', { status, ...more })).body;

/** The content of a `<meta>`, by its property or name. */
function meta(text: string, key: string): string | null {
  return new RegExp(`<meta (?:property|name)="${key}" content="([^"]*)">`).exec(text)?.[1] ?? null;
}

/** Walks through XML and returns the names of what stands in it; throws when an element is not closed. */
function namesIn(xml: string): string[] {
  const names: string[] = [];
  const isOpen: string[] = [];
  for (const [, closing = '', name = '', rest = ''] of xml.matchAll(/<(\/?)([A-Za-z:]+)((?:\s[^<>]*)?)>/g)) {
    if (closing === '') names.push(name);
    if (closing !== '') expect(isOpen.pop()).toBe(name);
    else if (!rest.endsWith('/')) isOpen.push(name);
  }
  expect(isOpen).toEqual([]);
  expect(xml.replaceAll(/<\?[^?]*\?>|<\/?[A-Za-z:]+(?:\s[^<>]*)?>/g, '')).not.toMatch(/[<>]/);
  return names;
}

describe('pages', () => {
  it('a profile says who it is, where the actor and the feeds are, and shows its posts without scripts', async () => {
    await write('A rook on the roof');
    const { status, headers, text } = await open('/@ada');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('vary')).toContain('Accept');
    expect(text).not.toContain('<script>Ada');
    expect(text).toContain('&lt;script&gt;Ada &amp; friends (@ada@');
    expect(meta(text, 'og:type')).toBe('profile');
    expect(meta(text, 'og:description')).toBe('Watches rooks.');
    expect(meta(text, 'og:url')).toBe(`${server.origin}/@ada`);
    expect(meta(text, 'robots')).toBeNull();
    const actor = `${server.origin}/ap/users/${ada.accountId}`;
    expect(headers.get('link')).toBe(`<${actor}>; rel="alternate"; type="application/activity+json"`);
    expect(text).toContain(`<link rel="alternate" href="${actor}" type="application/activity+json">`);
    expect(text).toContain(`href="${server.origin}/@ada.rss"`);
    const [, body = ''] = /<noscript>([\s\S]*)<\/noscript>/.exec(text) ?? [];
    expect(body).toContain('<p>A rook on the roof</p>');
    expect(body).toMatch(/<dt>Site<\/dt><dd><a [^>]*rel="[^"]*\bme\b/);
  });

  it('a person who does not want to be found says so', async () => {
    await signUp(server, 'shy');
    expect(meta((await open('/@shy')).text, 'robots')).toBe('noindex, noarchive');
  });

  it('a post shows its text, or no more than its warning', async () => {
    const plain = await write(`Look & listen ${'far '.repeat(100)}`);
    const { text } = await open(`/@ada/${plain.id}`);
    expect(meta(text, 'og:type')).toBe('article');
    expect(meta(text, 'og:description')).toMatch(/^Look &amp; listen (far )+.*…$/);
    expect(meta(text, 'article:published_time')).toBe(plain.created_at);
    expect(text).toContain(`type="application/json+oembed"`);
    const warned = await write('the end of the book', { spoiler_text: 'spoiler' });
    const page = (await open(`/@ada/${warned.id}`)).text;
    expect(meta(page, 'og:description')).toBe('spoiler');
    expect(page.replace(/<noscript>[\s\S]*<\/noscript>/, '')).not.toContain('the end of the book');
    expect(page).toContain('<details><summary>spoiler</summary><p>the end of the book</p>');
  });

  it('what is not for everybody looks like what does not exist', async () => {
    const hidden = await write('for friends', { visibility: 'private' });
    const [one, other] = [await open(`/@ada/${hidden.id}`), await open('/@ada/1')];
    expect(one.text).toBe(other.text);
    expect(one.text).not.toContain('for friends');
    expect((await open('/@nobody_here')).text).toBe(other.text);
    expect((await open('/@ada')).text).not.toContain('for friends');
  });

  it('a server that asks for the object is sent to it', async () => {
    const post = await write('for servers');
    const person = await open('/@ada', mastodon);
    expect([person.status, person.headers.get('location')]).toEqual([
      302,
      `${server.origin}/ap/users/${ada.accountId}`,
    ]);
    const object = await open(`/@ada/${post.id}`, 'application/activity+json');
    expect([object.status, object.headers.get('location')]).toEqual([302, post.uri]);
    expect((await open('/@nobody_here', mastodon)).status).toBe(404);
  });

  it('cost no more statements when there is more to show', async () => {
    const busy = await signUp(server, 'busy');
    const cost = () => statementsOf(server.ctx, () => open('/@busy'));
    for (let count = 0; count < 2; count += 1) await write(`${count}`, {}, busy);
    await server.settle();
    const few = await cost();
    for (let count = 0; count < 18; count += 1) await write(`${count} #rooks`, {}, busy);
    await server.settle();
    expect(await cost()).toBe(few);
  });
});

describe('another server', () => {
  it('finds a person and a post by the addresses of their pages', async () => {
    const there = await openTestServer();
    try {
      const bob = await signUp(there, 'bob');
      const post = await write('found by its page');
      const find = async (address: string) =>
        (await bob.api('GET', `/api/v2/search?q=${encodeURIComponent(address)}&resolve=true`)).body;
      expect((await find(post.url)).statuses.map(({ uri }: { uri: string }) => uri)).toEqual([post.uri]);
      expect(
        (await find(`${server.origin}/@ada`)).accounts.map(({ username }: { username: string }) => username),
      ).toEqual(['ada']);
    } finally {
      await there.close();
    }
  });

  it('is told where to send a person who wants to act here', async () => {
    const host = new URL(server.origin).host;
    const answered = await fetch(`${server.origin}/.well-known/webfinger?resource=acct:ada@${host}`);
    const { links } = (await answered.json()) as { links: Array<{ rel: string; template?: string }> };
    const template = links.find(({ rel }) => rel === 'http://ostatus.org/schema/1.0/subscribe')?.template ?? '';
    const { status, headers } = await open(
      new URL(template.replace('{uri}', encodeURIComponent('acct:eve@far.example'))).href,
    );
    expect([status, headers.get('location')]).toEqual([302, `${server.origin}/search?q=%40eve%40far.example`]);
    expect((await open('/authorize_interaction')).headers.get('location')).toBe(`${server.origin}/search`);
  });
});

describe('feeds', () => {
  it('hold the last public posts of a person, and nothing that is not for all', async () => {
    const fay = await signUp(server, 'fay');
    const [first] = [
      await write('One <b>& two ]]> \u0007 #Crows', {}, fay),
      await write('hidden', { visibility: 'direct' }, fay),
    ];
    await write('three', { spoiler_text: 'careful' }, fay);
    const rss = await open('/@fay.rss', '*/*');
    expect(rss.headers.get('content-type')).toBe('application/rss+xml; charset=utf-8');
    expect(namesIn(rss.text).filter((name) => name === 'item')).toHaveLength(2);
    expect(rss.text).toContain(`<guid isPermaLink="false">${first.uri}</guid>`);
    expect(rss.text).toContain('<category>Crows</category>');
    expect(rss.text).toContain('<title>careful</title>');
    expect(rss.text).not.toContain('hidden');
    const atom = await open('/@fay.atom', '*/*');
    expect(atom.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    expect(namesIn(atom.text).filter((name) => name === 'entry')).toHaveLength(2);
    expect(atom.text).toMatch(/<updated>\d{4}-\d\d-\d\dT/);
    const tagged = await open('/tags/crows.rss', '*/*');
    expect(namesIn(tagged.text)).toContain('item');
    expect((await open('/@nobody_here.rss', '*/*')).status).toBe(404);
    expect((await open('/tags/rooks')).headers.get('content-type')).toContain('text/html');
  });
});
