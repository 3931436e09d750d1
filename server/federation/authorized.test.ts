// Two Rookeries that give their documents to those alone who sign: they must become acquainted all the same.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signUp } from '#server/testing/people.ts';
import { openTestServer } from '#server/testing/server.ts';
import { openStranger, type StrangeServer, type Stranger } from '#server/testing/stranger.ts';
import { openPair, type Pair } from './pair.ts';

let pair: Pair;
let there: StrangeServer;
let eve: Stranger;
beforeAll(async () => {
  [pair, there] = await Promise.all([openPair({ federation: 'authorized' }), openStranger()]);
  eve = await there.person('eve');
});
afterAll(() => Promise.all([pair?.close(), there?.close()]));

/** Asks for a document as a program does, signed or not. */
async function read(path: string, by?: Stranger, scheme: 'cavage' | 'rfc9421' = 'cavage') {
  const url = `${pair.here.origin}${path}`;
  const headers = by?.asking(url, { scheme }) ?? { accept: 'application/activity+json' };
  const response = await fetch(url, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

it('they become acquainted without waiting for each other for ever, and talk', async () => {
  const { alice, bob, aliceThere, bobHere, aliceHandle } = pair;
  const { body: relations } = await alice.api('GET', `/api/v1/accounts/relationships?id[]=${bobHere}`);
  expect(relations[0]).toMatchObject({ following: true, followed_by: true });
  const { body: theirs } = await bob.api('GET', `/api/v1/accounts/relationships?id[]=${aliceThere}`);
  expect(theirs[0]).toMatchObject({ following: true, followed_by: true });
  const { body: post } = await bob.api('POST', '/api/v1/statuses', {
    status: `only among us @${aliceHandle}`,
    visibility: 'private',
  });
  await pair.settle();
  const copy = await pair.copyOf(alice, post.uri);
  expect(copy.content).toContain('only among us');
  await alice.api('POST', '/api/v1/statuses', { status: 'and back', in_reply_to_id: copy.id, visibility: 'private' });
  await pair.settle();
  const { body: thread } = await bob.api('GET', `/api/v1/statuses/${post.id}/context`);
  expect(thread.descendants).toMatchObject([{ account: { acct: aliceHandle } }]);
});

it('every document asks for a signature, but the server itself, its key and what finds people', async () => {
  const { alice } = pair;
  const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'public, for those who sign' });
  const own = `/ap/users/${alice.accountId}`;
  const paths = [own, `${own}/outbox`, `${own}/followers`, `${own}/featured`, `/ap/posts/${post.id}`];
  for (const path of [...paths, `/ap/posts/${post.id}/replies`, `/ap/posts/${post.id}/context`]) {
    const unsigned = await read(path);
    expect(unsigned.status, path).toBe(401);
    expect(unsigned.text, path).not.toContain('alice');
    for (const scheme of ['cavage', 'rfc9421'] as const) {
      const signed = await read(path, eve, scheme);
      expect(signed.status, `${path} ${scheme}`).toBe(200);
      expect(signed.headers.get('cache-control'), path).toBe('private, no-store');
      for (const name of ['accept', 'signature', 'authorization'])
        expect(signed.headers.get('vary')?.toLowerCase(), path).toContain(name);
    }
    // What somebody was given is given to nobody else.
    expect((await read(path)).status, path).toBe(401);
  }
  const { status, text } = await read('/ap/instance');
  expect(status).toBe(200);
  expect(text).toContain('PUBLIC KEY');
  const account = `acct:alice@${new URL(pair.here.origin).host}`;
  expect((await read(`/.well-known/webfinger?resource=${account}`)).status).toBe(200);
  expect((await read('/nodeinfo/2.1')).status).toBe(200);
  const page = await fetch(`${pair.here.origin}${own}`, { headers: { accept: 'text/html' }, redirect: 'manual' });
  expect(page.status).toBe(302);
});

it('a forged signature opens nothing, and neither does that of a blocked server', async () => {
  const { alice, here } = pair;
  const path = `/ap/users/${alice.accountId}`;
  const mallory = await there.person('mallory');
  expect((await read(path, { ...eve, privateKey: mallory.privateKey })).status).toBe(401);
  const admin = await signUp(here, 'root', { role: 'admin' });
  const { body: block } = await admin.api('POST', '/api/v1/admin/domain_blocks', {
    domain: there.host,
    severity: 'suspend',
  });
  const asked = there.asked.length;
  expect((await read(path, await there.person('new-face'))).status).toBe(403);
  expect((await read(path, eve)).status).toBe(403);
  expect(there.asked).toHaveLength(asked);
  await admin.api('DELETE', `/api/v1/admin/domain_blocks/${block.id}`);
  await here.settle();
  expect((await read(path, eve)).status).toBe(200);
});

it('where only listed servers count, others are neither heard nor asked until they are listed', async () => {
  const server = await openTestServer({ federation: 'allow-list' });
  try {
    const [admin, carol] = await Promise.all([signUp(server, 'root', { role: 'admin' }), signUp(server, 'carol')]);
    expect((await carol.api('GET', '/api/v2/instance')).body.configuration.limited_federation).toBe(true);
    const search = `/api/v1/accounts/search?q=eve@${there.host}&resolve=true`;
    const asked = there.asked.length;
    expect((await carol.api('GET', search)).body).toEqual([]);
    const inbox = `${server.origin}/ap/inbox`;
    const follow = {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${eve.uri}/activities/listed`,
      type: 'Follow',
      actor: eve.uri,
      object: `${server.origin}/ap/users/${carol.accountId}`,
    };
    expect(await eve.send(inbox, follow)).toBe(403);
    expect(there.asked).toHaveLength(asked);
    const { status, body: allow } = await admin.api('POST', '/api/v1/admin/domain_allows', { domain: there.host });
    expect(status).toBe(200);
    expect((await admin.api('GET', '/api/v1/admin/domain_allows')).body).toEqual([allow]);
    expect((await carol.api('GET', search)).body).toMatchObject([{ username: 'eve' }]);
    expect(await eve.send(inbox, follow)).toBe(202);
    await server.settle();
    const { body: followers } = await carol.api('GET', `/api/v1/accounts/${carol.accountId}/followers`);
    expect(followers).toMatchObject([{ username: 'eve' }]);

    await admin.api('DELETE', `/api/v1/admin/domain_allows/${allow.id}`);
    await server.settle();
    expect((await carol.api('GET', `/api/v1/accounts/${followers[0].id}`)).body).toMatchObject({ suspended: true });
    const delivered = there.delivered.length;
    await carol.api('POST', '/api/v1/statuses', { status: 'to nobody elsewhere' });
    await server.settle();
    expect(there.delivered).toHaveLength(delivered);

    // Nobody decided against that server: what was between the two is there again when it is listed again.
    await admin.api('POST', '/api/v1/admin/domain_allows', { domain: there.host });
    await server.settle();
    expect((await carol.api('GET', `/api/v1/accounts/${carol.accountId}/followers`)).body).toMatchObject([
      { username: 'eve' },
    ]);
  } finally {
    await server.close();
  }
});
