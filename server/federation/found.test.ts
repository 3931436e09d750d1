// How other servers find people and the server itself: WebFinger, host-meta, NodeInfo.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { read, type Got } from '#server/testing/reader.ts';

let server: TestServer;
let alice: Person;
let aliceUri: string;

beforeAll(async () => {
  server = await openTestServer();
  alice = await signUp(server, 'alice');
  aliceUri = `${server.origin}/ap/users/${alice.accountId}`;
});
afterAll(() => server.close());

const get = (url: string, headers?: Record<string, string>): Promise<Got> => read(server.origin, url, headers);

describe('being found', () => {
  const finger = (resource: string): Promise<Got> =>
    get(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`, {});

  it('by handle, by page and by id', async () => {
    const host = new URL(server.origin).host;
    for (const resource of [`acct:alice@${host}`, `acct:ALICE@${host}`, `${server.origin}/@alice`, aliceUri]) {
      const { status, headers, body } = await finger(resource);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/jrd+json');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(body['links']).toEqual(
        expect.arrayContaining([
          { rel: 'self', type: 'application/activity+json', href: aliceUri },
          expect.objectContaining({ rel: 'http://webfinger.net/rel/profile-page', href: `${server.origin}/@alice` }),
        ]),
      );
    }
    expect((await finger(`acct:alice@${host}`)).body['subject']).toBe(`acct:alice@${host}`);
    expect((await finger(`acct:instance.actor@${host}`)).body['links']).toEqual(
      expect.arrayContaining([expect.objectContaining({ rel: 'self', href: `${server.origin}/ap/instance` })]),
    );
  });

  it('but not who is not there, elsewhere, reserved, or asked for badly', async () => {
    const host = new URL(server.origin).host;
    for (const resource of [
      `acct:nobody@${host}`,
      'acct:alice@other.example',
      `acct:admin@${host}`,
      'https://other.example/@alice',
    ])
      expect((await finger(resource)).status).toBe(404);
    expect((await get('/.well-known/webfinger', {})).status).toBe(400);
    expect((await finger('alice')).status).toBe(400);
  });

  it('not any more when deleted', async () => {
    const gone = await signUp(server, 'gone');
    await server.ctx.database.pool.query('update accounts set deleted_at = now() where id = $1', [gone.accountId]);
    expect((await finger(`acct:gone@${new URL(server.origin).host}`)).status).toBe(410);
    expect((await get(`/ap/users/${gone.accountId}`)).status).toBe(410);
  });

  it('by programs that read host-meta', async () => {
    const response = await fetch(`${server.origin}/.well-known/host-meta`);
    expect(response.headers.get('content-type')).toContain('application/xrd+xml');
    expect(await response.text()).toContain(`template="${server.origin}/.well-known/webfinger?resource={uri}"`);
    expect((await get('/.well-known/host-meta.json', {})).body['links']).toEqual([
      expect.objectContaining({ rel: 'lrdd' }),
    ]);
  });

  it('by statistics: the list names NodeInfo 2.1, and 2.0 is there for who asks', async () => {
    const { body: list } = await get('/.well-known/nodeinfo', {});
    expect(list).toEqual({
      links: [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1', href: `${server.origin}/nodeinfo/2.1` }],
    });
    const { body: latest } = await get('/nodeinfo/2.1', {});
    expect(latest).toMatchObject({
      version: '2.1',
      software: { name: 'rookery', version: expect.any(String) },
      protocols: ['activitypub'],
      usage: { users: { total: expect.any(Number) } },
    });
    const { headers, body } = await get('/nodeinfo/2.0', {});
    expect(headers.get('content-type')).toBe(
      'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#"',
    );
    expect(body).toMatchObject({ version: '2.0', openRegistrations: true });
    expect(Object.keys(body['software'] as Json)).toEqual(['name', 'version']);
  });

  it('under a shorter domain than the one of the pages', async () => {
    const split = await openTestServer({ handleDomain: 'birds.example', idle: true });
    try {
      const carol = await signUp(split, 'carol');
      const asked = await fetch(`${split.origin}/.well-known/webfinger?resource=acct:carol@birds.example`);
      const answer = (await asked.json()) as Json;
      expect(answer['subject']).toBe('acct:carol@birds.example');
      expect(answer['links']).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ rel: 'self', href: `${split.origin}/ap/users/${carol.accountId}` }),
        ]),
      );
      const other = await fetch(
        `${split.origin}/.well-known/webfinger?resource=acct:carol@${new URL(split.origin).host}`,
      );
      expect(((await other.json()) as Json)['subject']).toBe('acct:carol@birds.example');
    } finally {
      await split.close();
    }
  });
});
