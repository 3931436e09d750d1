// Cards of links through masto.js, the library that web clients are built on.
import { createRestAPIClient } from 'masto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openSite, type Site } from '#server/testing/site.ts';

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await openTestServer();
  site = await openSite();
});
afterAll(async () => {
  await server.close();
  await site.close();
});

it('a link in a post becomes a card, and its posts are a timeline', async () => {
  const ann = await signUp(server, 'ann');
  const masto = createRestAPIClient({ url: server.origin, accessToken: ann.token });
  const url = site.at('/rooks', 'localhost');
  site.show(
    '/rooks',
    '<title>Rooks</title><meta name="author" content="Cid"><meta property="og:image" content="/r.jpg">',
  );
  const { id } = await masto.v1.statuses.create({ status: `look ${url}` });
  await server.settle();
  const { card } = await masto.v1.statuses.$select(id).fetch();
  expect(card).toMatchObject({ url, title: 'Rooks', type: 'link', authorName: 'Cid', embedUrl: '', publishedAt: null });
  expect(card?.authors).toEqual([{ name: 'Cid', url: '', account: null }]);
  expect(card?.image).toContain('/media/remote/preview/');
  const boost = await masto.v1.statuses.$select(id).reblog();
  for (const shown of [id, boost.id]) expect(await masto.v1.statuses.$select(shown).card.fetch()).toEqual(card);
  const plain = await masto.v1.statuses.create({ status: 'no link' });
  expect(await masto.v1.statuses.$select(plain.id).card.fetch()).toEqual({});
  const listed = await masto.v1.timelines.link.list({ url });
  expect(listed.map((status) => status.id)).toEqual([id]);
});
