// Stories of links: a post gets a card, a hundred posts share one visit, edits and deletions change what is held.
import type { WebSocket } from 'ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { follow } from '#server/features/graph/service/follow.ts';
import { sql } from '#server/platform/database.ts';
import { openEar } from '#server/testing/ears.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openSite, type Site } from '#server/testing/site.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { openStranger, type Stranger, type StrangeServer } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { purgePreviews } from './service/record.ts';

const hourMs = 3_600_000;
let server: TestServer;
let site: Site;
let stranger: StrangeServer;
let ann: Person;
let ben: Person;
let ahead = 0;
let made = 0;
const open: WebSocket[] = [];

beforeAll(async () => {
  server = await openTestServer({ clock: () => new Date(Date.now() + ahead) });
  site = await openSite();
  stranger = await openStranger();
  ann = await signUp(server, 'ann');
  ben = await signUp(server, 'ben');
  await follow(server.ctx, { followerId: ben.accountId, followeeId: ann.accountId });
  await server.settle();
});
afterAll(async () => {
  for (const socket of open) socket.terminate();
  await server.close();
  await site.close();
  await stranger.close();
});
let path = '';
let url = '';
beforeEach(() => {
  path = `/story-${(made += 1)}`;
  url = site.at(path, 'localhost');
});

const story = (title: string, more = ''): string => `<meta property="og:title" content="${title}">${more}`;
const write = async (person: Person, status: string, more: object = {}): Promise<string> => {
  const { body } = await person.api('POST', '/api/v1/statuses', { status, ...more });
  await server.settle();
  return body.id;
};
const cardOf = async (id: string, reader: Person = ben) =>
  (await reader.api('GET', `/api/v1/statuses/${id}`)).body.card;
const visits = (): number => site.asked.filter((asked) => asked === path).length;

/** A post of another server, to Ann, comes in. */
async function receive(from: Stranger, content: string, name: string): Promise<void> {
  const id = `${from.uri}/posts/${name}`;
  const note = {
    id,
    type: 'Note',
    attributedTo: from.uri,
    to: 'https://www.w3.org/ns/activitystreams#Public',
    published: new Date(Date.now() + ahead).toISOString(),
    content,
    tag: [{ type: 'Mention', href: `${server.origin}/ap/users/${ann.accountId}`, name: '@ann' }],
  };
  const activity = { id: `${id}/activity`, type: 'Create', actor: from.uri, object: note, to: note.to };
  const status = await from.send(
    `${server.origin}/ap/inbox`,
    { '@context': 'https://www.w3.org/ns/activitystreams', ...activity },
    { date: new Date(Date.now() + ahead) },
  );
  expect(status).toBe(202);
}

describe('a link in a post', () => {
  it('becomes a card with all that clients read', async () => {
    site.show(
      path,
      `<html lang="en"><meta property="og:description" content="What rooks say"><meta property="og:site_name" content="The News">
       <meta name="author" content="Cid"><meta property="og:image" content="/rook.jpg"><meta property="og:image:width" content="640">
       <meta property="og:image:height" content="480"><meta property="og:image:alt" content="A rook">
       <meta property="article:published_time" content="2026-01-02T03:04:05Z">${story('Rooks &amp; words')}`,
    );
    const id = await write(ann, `look at ${url}#part and https://elsewhere.example/`);
    expect(await cardOf(id)).toEqual({
      authors: [{ name: 'Cid', url: '', account: null }],
      url,
      title: 'Rooks & words',
      description: 'What rooks say',
      type: 'link',
      author_name: 'Cid',
      author_url: '',
      provider_name: 'The News',
      provider_url: `${new URL(url).origin}/`,
      html: '',
      width: 640,
      height: 480,
      image: server.ctx.media.remote(site.at('/rook.jpg', 'localhost'), 'preview'),
      image_description: 'A rook',
      embed_url: '',
      blurhash: null,
      language: 'en',
      published_at: '2026-01-02T03:04:05.000Z',
    });
    const boost = (await ben.api('POST', `/api/v1/statuses/${id}/reblog`)).body;
    expect(boost.card.title).toBe('Rooks & words');
    expect(boost.reblog.card).toEqual(boost.card);
    const quote = await write(ben, 'see', { quoted_status_id: id });
    const read = (await ann.api('GET', `/api/v1/statuses/${quote}`)).body;
    expect(read).toMatchObject({ card: null, quote: { quoted_status: { card: { title: 'Rooks & words' } } } });
  });

  it('is visited once for a hundred posts, however they come', async () => {
    site.show(path, story('Everybody has it'));
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, place) => write(place % 2 ? ann : ben, `${place} ${url}`)),
    );
    expect(visits()).toBe(1);
    const read = (
      await ann.api(
        'GET',
        `/api/v1/statuses?${ids
          .slice(0, 20)
          .map((id) => `id[]=${id}`)
          .join('&')}`,
      )
    ).body;
    expect(read.map(({ card }: { card: { title: string } }) => card.title)).toEqual(Array(20).fill('Everybody has it'));
  });

  it('costs a page no statement more', async () => {
    site.show(path, story('Counted'));
    const [plain, linked] = [await write(ann, 'plain words'), await write(ann, url)];
    const costOf = (id: string) =>
      statementsOf(
        server.ctx,
        () => ben.api('GET', `/api/v1/statuses/${id}`),
        () => server.ctx.fragments.drop([`post:${id}`]),
      );
    await cardOf(linked);
    expect(await costOf(linked)).toBe(await costOf(plain));
    const home = () => ben.api('GET', '/api/v1/timelines/home');
    await home();
    expect(await statementsOf(server.ctx, home)).toBeLessThanOrEqual(1);
  });

  it('reaches open pages when it is known', async () => {
    const ear = await openEar(server, open, ben, 'user');
    site.show(path, story('Live'));
    const id = await write(ann, url);
    const news = () => ear.heard.filter(({ event }) => event === 'status.update');
    await until(() => news().length > 0);
    expect(JSON.parse(news()[0]?.payload ?? '{}')).toMatchObject({ id, edited_at: null, card: { title: 'Live' } });
  });

  it('changes with the post, and goes with it', async () => {
    site.show(path, story('First'));
    site.show(`${path}-b`, story('Second'));
    const id = await write(ann, url);
    expect((await cardOf(id)).title).toBe('First');
    await ann.api('PUT', `/api/v1/statuses/${id}`, { status: `rather ${url}-b` });
    await server.settle();
    expect((await cardOf(id)).title).toBe('Second');
    await ann.api('PUT', `/api/v1/statuses/${id}`, { status: 'no link at all' });
    expect(await cardOf(id)).toBeNull();
    await ann.api('PUT', `/api/v1/statuses/${id}`, { status: url });
    expect((await cardOf(id)).title).toBe('First');
    expect(visits()).toBe(1);
    await ann.api('DELETE', `/api/v1/statuses/${id}`);
    await server.settle();
    ahead += 31 * 24 * hourMs;
    await purgePreviews(server.ctx);
    const { rows } = await sql`select from link_previews where url = ${url}`.execute(server.ctx.database.read);
    expect(rows).toEqual([]);
  });

  it('is visited again when a day has passed and somebody links to it again', async () => {
    site.show(path, story('Yesterday'));
    const id = await write(ann, url);
    site.show(path, story('Today'));
    ahead += 23 * hourMs;
    await write(ann, `once more ${url}`);
    expect((await cardOf(id)).title).toBe('Yesterday');
    ahead += 2 * hourMs;
    await write(ann, `and more ${url}`);
    expect((await cardOf(id)).title).toBe('Today');
    expect(visits()).toBe(2);
  });

  it('of a post from elsewhere is visited within a minute, and at once when somebody here shares it', async () => {
    const cid = await stranger.person(`cid${made}`);
    site.show(path, story('From afar'));
    await receive(cid, `<p><a href="${url}" rel="nofollow">${url}</a></p>`, '1');
    await server.settle();
    const { rows } = await sql<{ id: string; due: Date }>`
      select posts.id, wanted_at as due from posts join link_previews link on link.id = link_preview_id where link.url = ${url}`.execute(
      server.ctx.database.read,
    );
    const [post] = rows;
    expect(post).toBeDefined();
    expect((post?.due.getTime() ?? 0) - server.ctx.clock().getTime()).toBeLessThanOrEqual(60_000);
    await write(ann, `this is good ${url}`);
    expect((await cardOf(post?.id ?? '')).title).toBe('From afar');
    ahead += 61_000;
    await until(
      async () =>
        (await sql`select from outbox_events where name = 'link.found'`.execute(server.ctx.database.read)).rows
          .length === 0,
    );
    expect(visits()).toBe(1);
  });

  it('is found by a filter by the words of its title', async () => {
    site.show(path, story('A story of jackdaws'));
    await ben.api('POST', '/api/v2/filters', {
      title: 'no jackdaws',
      context: ['home'],
      keywords_attributes: [{ keyword: 'jackdaws' }],
    });
    const id = await write(ann, url);
    const { body } = await ben.api('GET', `/api/v1/statuses/${id}`);
    expect(body.filtered[0].keyword_matches).toEqual(['jackdaws']);
  });
});

describe('no card', () => {
  it('comes of links of this server, mentions and hashtags', async () => {
    const first = await write(ann, 'a page');
    const id = await write(ann, `@ben #birds ${server.origin}/@ann/${first}`);
    const { rows } = await sql`select from posts where id = ${id} and link_preview_id is not null`.execute(
      server.ctx.database.read,
    );
    expect(rows).toEqual([]);
  });

  it('comes of any link where the administrator wants none', async () => {
    const quiet = await openTestServer({ linkPreviews: false });
    try {
      const dan = await signUp(quiet, 'dan');
      site.show(path, story('Unseen'));
      const { body } = await dan.api('POST', '/api/v1/statuses', { status: url });
      await quiet.settle();
      expect((await dan.api('GET', `/api/v1/statuses/${body.id}`)).body.card).toBeNull();
      expect(visits()).toBe(0);
    } finally {
      await quiet.close();
    }
  });
});
