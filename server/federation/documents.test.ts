// What other servers read here, letter by letter: readers of plain JSON go by the exact shape.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureInstanceActor } from '#server/features/accounts/activitypub/instance-actor.ts';
import { noteFragment } from '#server/features/posts/service/forget.ts';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { makeUpload } from '#server/testing/uploads.ts';
import { read, type Got } from '#server/testing/reader.ts';

const everybody = 'https://www.w3.org/ns/activitystreams#Public';
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u;

let server: TestServer;
let there: StrangeServer;
let alice: Person;
let eve: Stranger;
let aliceUri: string;

beforeAll(async () => {
  [server, there] = await Promise.all([openTestServer(), openStranger()]);
  alice = await signUp(server, 'alice');
  eve = await there.person('eve');
  aliceUri = `${server.origin}/ap/users/${alice.accountId}`;
});
afterAll(async () => {
  await Promise.all([server?.close(), there?.close()]);
});

const get = (url: string, headers?: Record<string, string>): Promise<Got> => read(server.origin, url, headers);

/** As `get`, signed by a stranger. */
async function getAs(stranger: Stranger, path: string): Promise<Got> {
  const url = new URL(path, server.origin).href;
  return get(url, stranger.asking(url));
}

async function write(status: string, more: object = {}): Promise<Json> {
  const { body } = await alice.api('POST', '/api/v1/statuses', { status, ...more });
  return body as Json;
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

describe('an actor', () => {
  it('is a person with one key for requests and one for proofs', async () => {
    await alice.api('PATCH', '/api/v1/accounts/update_credentials', {
      display_name: 'Alice',
      note: 'Birds & https://example.org',
      fields_attributes: [{ name: 'Web', value: 'https://example.org' }],
    });
    const { status, headers, body } = await get(aliceUri);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/activity+json');
    expect(headers.get('vary')).toMatch(/Accept.*Signature/u);
    const { '@context': context, publicKey, assertionMethod, published, updated, ...rest } = body;
    expect((context as unknown[])[0]).toBe('https://www.w3.org/ns/activitystreams');
    expect(published).toMatch(moment);
    expect(updated).toMatch(moment);
    expect(publicKey).toEqual({
      id: `${aliceUri}#main-key`,
      type: 'CryptographicKey',
      owner: aliceUri,
      publicKeyPem: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/u),
    });
    expect(assertionMethod).toEqual([
      {
        id: `${aliceUri}#multikey-1`,
        type: 'Multikey',
        controller: aliceUri,
        publicKeyMultibase: expect.stringMatching(/^z6Mk/u),
      },
    ]);
    const link = '<a href="https://example.org" target="_blank" rel="nofollow noopener noreferrer';
    expect(rest).toEqual({
      id: aliceUri,
      type: 'Person',
      preferredUsername: 'alice',
      name: 'Alice',
      summary: expect.stringContaining(`<p>Birds &amp; ${link}`),
      url: `${server.origin}/@alice`,
      inbox: `${aliceUri}/inbox`,
      outbox: `${aliceUri}/outbox`,
      followers: `${aliceUri}/followers`,
      following: `${aliceUri}/following`,
      featured: `${aliceUri}/featured`,
      endpoints: { sharedInbox: `${server.origin}/ap/inbox` },
      attachment: [{ type: 'PropertyValue', name: 'Web', value: expect.stringContaining(`${link} me"`) }],
      manuallyApprovesFollowers: false,
      discoverable: true,
      indexable: false,
    });
  });

  it('shows a change at once', async () => {
    await alice.api('PATCH', '/api/v1/accounts/update_credentials', { display_name: 'Alice B.' });
    await server.settle();
    expect((await get(aliceUri)).body['name']).toBe('Alice B.');
  });

  it('of the server signs for the server, for anybody, and is one account however often it is made', async () => {
    const made = await Promise.all([1, 2, 3].map(() => ensureInstanceActor(server.ctx)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const uri = `${server.origin}/ap/instance`;
    const { status, body } = await get(uri);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: uri,
      type: 'Application',
      preferredUsername: 'instance.actor',
      inbox: `${server.origin}/ap/inbox`,
      publicKey: { id: `${uri}#main-key`, owner: uri },
    });
  });

  it.each([
    'application/activity+json',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/ld+json;profile="https://www.w3.org/ns/activitystreams", application/activity+json;q=0.9',
    '*/*',
    'text/html;q=0.1, application/activity+json',
  ])('is given to readers that accept %s', async (accept) => {
    const { status, headers } = await get(aliceUri, { accept });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/activity+json');
  });

  it('is a page for a browser', async () => {
    const { status, headers } = await get(aliceUri, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(status).toBe(302);
    expect(headers.get('location')).toBe(`${server.origin}/@alice`);
    expect((await get(`${server.origin}/ap/users/1`, { accept: 'text/html' })).status).toBe(404);
  });

  it('that does not exist is not found', async () => {
    for (const path of ['/ap/users/1', '/ap/users/x', '/ap/users/99999999999999999999', '/ap/nothing'])
      expect((await get(path)).status).toBe(404);
  });
});

describe('a post', () => {
  it('is a note that plain readers understand', async () => {
    const [found] = (await alice.api('GET', `/api/v1/accounts/search?q=eve@${there.host}&resolve=true`)).body;
    expect(found.acct).toBe(`eve@${there.host}`);
    const post = await write(`Hello @eve@${there.host} and #Rooks`, { language: 'en', spoiler_text: 'birds' });
    const { headers, body } = await get(String(post['uri']));
    expect(headers.get('content-type')).toBe('application/activity+json');
    expect(depth(body)).toBeLessThanOrEqual(8);
    const { '@context': context, content, ...rest } = body;
    expect(context).toEqual(['https://www.w3.org/ns/activitystreams', expect.any(Object)]);
    expect(content).toBe(
      `<p>Hello <span class="h-card"><a href="${there.origin}/@eve" class="u-url mention">@<span>eve</span></a></span> and <a href="${server.origin}/tags/rooks" class="mention hashtag" rel="tag">#<span>Rooks</span></a></p>`,
    );
    expect(rest).toEqual({
      id: post['uri'],
      type: 'Note',
      attributedTo: aliceUri,
      contentMap: { en: content },
      source: { content: `Hello @eve@${there.host} and #Rooks`, mediaType: 'text/plain' },
      summary: 'birds',
      sensitive: true,
      inReplyTo: null,
      published: expect.stringMatching(moment),
      url: post['url'],
      to: [everybody],
      cc: [`${aliceUri}/followers`, eve.uri],
      tag: [
        { type: 'Mention', href: eve.uri, name: `@eve@${there.host}` },
        { type: 'Hashtag', href: `${server.origin}/tags/rooks`, name: '#Rooks' },
      ],
      attachment: [],
      replies: {
        type: 'Collection',
        id: `${String(post['uri'])}/replies`,
        totalItems: 0,
        first: `${String(post['uri'])}/replies?after=0`,
      },
      context: `${String(post['uri'])}/context`,
      likes: { type: 'Collection', totalItems: 0 },
      shares: { type: 'Collection', totalItems: 0 },
      interactionPolicy: { canQuote: { automaticApproval: [everybody], manualApproval: [] } },
    });
  });

  it('names what it shows, each as a document with its words', async () => {
    const { ctx } = server;
    const blurhash = 'LNJRdVM{00Rj%Mayt7j[4nWBofRj';
    const [picture, film, sound] = [
      await makeUpload(ctx, alice.accountId, { description: 'A rook\nin the rain', focus: [0.5, -0.25], blurhash }),
      await makeUpload(ctx, alice.accountId, { kind: 'video' }),
      await makeUpload(ctx, alice.accountId, { kind: 'audio' }),
    ];
    const post = await write('look', { media_ids: [picture, film, sound] });
    const { body } = await get(String(post['uri']));
    const at = (id: string, name: string): string => `${server.origin}/media/media/${id}/a-random-name/${name}`;
    expect(depth(body)).toBeLessThanOrEqual(8);
    expect(body['attachment']).toEqual([
      {
        type: 'Document',
        mediaType: 'image/webp',
        url: at(picture, 'original.webp'),
        name: 'A rook\nin the rain',
        blurhash,
        focalPoint: [0.5, -0.25],
        width: 1600,
        height: 1200,
      },
      {
        type: 'Document',
        mediaType: 'video/mp4',
        url: at(film, 'original.mp4'),
        name: null,
        width: 1600,
        height: 1200,
        duration: 'PT12.5S',
        icon: { type: 'Image', mediaType: 'image/webp', url: at(film, 'small.webp') },
      },
      {
        type: 'Document',
        mediaType: 'audio/mp4',
        url: at(sound, 'original.m4a'),
        name: null,
        duration: 'PT3.25S',
      },
    ]);
    const [, terms] = body['@context'] as [string, Json];
    expect(terms).toMatchObject({
      toot: 'http://joinmastodon.org/ns#',
      blurhash: 'toot:blurhash',
      focalPoint: { '@id': 'toot:focalPoint', '@container': '@list' },
    });
  });

  it('that answers another says which; an edit shows at once with its time', async () => {
    const parent = await write('parent');
    const child = await write('child', { in_reply_to_id: parent['id'] });
    expect((await get(String(child['uri']))).body).toMatchObject({ inReplyTo: parent['uri'] });
    expect((await get(String(parent['uri']))).body).toMatchObject({ replies: { totalItems: 1 } });
    await alice.api('PUT', `/api/v1/statuses/${child['id']}`, { status: 'grown up' });
    const { body } = await get(String(child['uri']));
    expect(body).toMatchObject({ content: '<p>grown up</p>', updated: expect.stringMatching(moment) });
  });

  it('that many servers ask for at the same moment is written once', async () => {
    const { id, uri } = await write('shown on by everybody');
    await server.settle();
    const costOf = (readers: number): Promise<number> =>
      statementsOf(
        server.ctx,
        () => Promise.all(Array.from({ length: readers }, () => get(String(uri)))),
        () => server.ctx.fragments.drop([noteFragment(String(id))]),
      );
    expect(await costOf(30)).toBe(await costOf(1));
  });

  it('is for those whom it is for', async () => {
    await eve.send(`${server.origin}/ap/inbox`, {
      id: `${eve.uri}/follow/1`,
      type: 'Follow',
      actor: eve.uri,
      object: aliceUri,
    });
    await server.settle();
    const mallory = await there.person('mallory');
    const unlisted = await write('quiet', { visibility: 'unlisted' });
    const followers = await write('friends', { visibility: 'private' });
    const direct = await write(`@eve@${there.host} psst`, { visibility: 'direct' });
    expect((await get(String(unlisted['uri']))).body).toMatchObject({ to: [`${aliceUri}/followers`], cc: [everybody] });
    for (const { uri } of [followers, direct]) {
      expect((await get(String(uri))).status).toBe(404);
      expect((await getAs(mallory, String(uri))).status).toBe(404);
      const { status, headers } = await getAs(eve, String(uri));
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect((await get(String(uri), { accept: 'text/html' })).status).toBe(404);
    }
    expect((await getAs(eve, String(direct['uri']))).body).toMatchObject({ to: [eve.uri], cc: [] });
    // What one may read does not stay behind for the next who asks.
    expect((await get(String(followers['uri']))).status).toBe(404);
  });

  it('that was deleted is gone', async () => {
    const post = await write('short life');
    expect((await get(String(post['uri']))).status).toBe(200);
    await alice.api('DELETE', `/api/v1/statuses/${post['id']}`);
    const { status, body } = await get(String(post['uri']));
    expect(status).toBe(410);
    expect(body).toMatchObject({
      id: post['uri'],
      type: 'Tombstone',
      deleted: expect.stringMatching(moment),
    });
  });

  it('that is a boost is an Announce', async () => {
    const post = await write('boost me');
    const { body: boost } = await alice.api('POST', `/api/v1/statuses/${String(post['id'])}/reblog`);
    const { body } = await get(String(boost.uri));
    const { '@context': _context, ...rest } = body;
    expect(rest).toEqual({
      id: boost.uri,
      type: 'Announce',
      actor: aliceUri,
      object: post['uri'],
      published: expect.stringMatching(moment),
      to: [everybody],
      cc: [`${aliceUri}/followers`, aliceUri],
    });
  });
});

describe('collections', () => {
  it('count and page', async () => {
    const { body: followers } = await get(`${aliceUri}/followers`);
    expect(followers).toEqual({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${aliceUri}/followers`,
      type: 'OrderedCollection',
      totalItems: 1,
      first: `${aliceUri}/followers?cursor=0`,
    });
    const { body: page } = await get(String(followers['first']));
    expect(page).toEqual({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${aliceUri}/followers?cursor=0`,
      type: 'OrderedCollectionPage',
      partOf: `${aliceUri}/followers`,
      orderedItems: [eve.uri],
    });
    const { body: following } = await get(`${aliceUri}/following?cursor=0`);
    expect(following).toMatchObject({ type: 'OrderedCollectionPage', orderedItems: [] });
    expect((await get(`${aliceUri}/featured`)).body).toMatchObject({ type: 'OrderedCollection' });
  });

  it('of posts hold whole activities, and only what everybody may see', async () => {
    const { body: outbox } = await get(`${aliceUri}/outbox`);
    expect(outbox).toMatchObject({
      type: 'OrderedCollection',
      totalItems: expect.any(Number),
      first: `${aliceUri}/outbox?cursor=0`,
    });
    const { body: page } = await get(String(outbox['first']));
    const items = page['orderedItems'] as Json[];
    expect(items.length).toBeGreaterThan(3);
    const [latest] = items;
    expect(latest).toMatchObject({ type: 'Announce' });
    const create = items.find(({ type }) => type === 'Create');
    expect(create).toMatchObject({
      actor: aliceUri,
      object: { type: 'Note', attributedTo: aliceUri, to: expect.any(Array), tag: expect.any(Array) },
    });
    const audiences = items.map(({ to, cc }) => [...(to as string[]), ...(cc as string[])]);
    expect(audiences.every((audience) => audience.includes(everybody))).toBe(true);
    expect(depth(page)).toBeLessThanOrEqual(8);
  });

  it('are only counted when their owner hides them', async () => {
    await server.ctx.database.pool.query('update accounts set hide_collections = true where id = $1', [
      alice.accountId,
    ]);
    const { body } = await get(`${aliceUri}/followers`);
    expect(body).toEqual({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${aliceUri}/followers`,
      type: 'OrderedCollection',
      totalItems: 1,
    });
    expect((await get(`${aliceUri}/followers?cursor=0`)).body).toMatchObject({ orderedItems: [] });
  });
});
