// Who is believed at the inbox, and what the gate before it refuses.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '#server/platform/fediverse/json.ts';
import { findSigningKey } from '#server/features/accounts/activitypub/signing-keys.ts';
import { statementsOf } from '#server/testing/statements.ts';
import { openTestServer } from '#server/testing/server.ts';
import { openStranger } from '#server/testing/stranger.ts';
import { everybody, openScene, type Scene } from './scene.ts';

let scene: Scene;
let server: Scene['server'];
let elsewhere: Scene['elsewhere'];
let alice: Scene['alice'];
let inbox: Scene['inbox'];
let eve: Scene['eve'];
let mallory: Scene['mallory'];
let activity: Scene['activity'];
let note: Scene['note'];
let outcomeOf: Scene['outcomeOf'];

beforeAll(async () => {
  scene = await openScene();
  ({ server, elsewhere, alice, inbox, eve, mallory, activity, note, outcomeOf } = scene);
});
afterAll(() => scene?.close());

describe('who is believed', () => {
  it('the signer is the actor, by either kind of signature', async () => {
    for (const scheme of ['cavage', 'rfc9421'] as const) {
      const sent = activity(eve, 'Create', note(eve, `by ${scheme}`));
      expect(await eve.send(inbox, sent, { scheme })).toBe(202);
      await server.settle();
      expect(await outcomeOf(sent)).toBe('done');
    }
  });

  it('nobody who does not sign, signs for another, changes the body, is late, or leaves out the digest', async () => {
    const sent = activity(eve, 'Create', note(eve, 'never'));
    expect(await eve.send(inbox, sent, { headers: { signature: null } })).toBe(401);
    expect(await eve.send(inbox, sent, { as: mallory })).toBe(401);
    expect(await eve.send(inbox, sent, { as: { keyId: eve.keyId, privateKey: mallory.privateKey } })).toBe(401);
    expect(await eve.send(inbox, sent, { body: JSON.stringify({ ...sent, summary: 'changed' }) })).toBe(401);
    expect(await eve.send(inbox, sent, { date: new Date(Date.now() - 2 * 3600_000) })).toBe(401);
    expect(await eve.send(inbox, sent, { date: new Date(Date.now() + 2 * 3600_000) })).toBe(401);
    expect(await eve.send(inbox, sent, { headers: { digest: null } })).toBe(401);
    expect(await outcomeOf(sent)).toBeNull();
  });

  it('a signature for one inbox is none for another', async () => {
    const sent = activity(eve, 'Create', note(eve, 'elsewhere'));
    const other = `${server.origin}/ap/users/${alice.accountId}/inbox`;
    expect(await eve.send(other, sent)).toBe(202);
    const { signRequest } = await import('#server/platform/fediverse/signatures/sign.ts');
    const body = JSON.stringify(sent);
    const signed = signRequest({
      method: 'POST',
      url: other,
      body,
      keyId: eve.keyId,
      privateKey: eve.privateKey,
      scheme: 'cavage',
      date: new Date(),
    });
    const response = await fetch(inbox, {
      method: 'POST',
      headers: { 'content-type': 'application/activity+json', ...signed },
      body,
    });
    expect(response.status).toBe(401);
  });

  it('a key counts only when the actor presents it as its own', async () => {
    const thief = await elsewhere.person('thief');
    // A key document that says it is eve's, on another server; and an actor who shows a key with another owner.
    elsewhere.show('/keys/1', {
      id: `${elsewhere.origin}/keys/1`,
      type: 'CryptographicKey',
      owner: eve.uri,
      publicKeyPem: 'x',
    });
    const forged = activity(eve, 'Create', note(eve, 'forged'));
    expect(
      await eve.send(inbox, forged, { as: { keyId: `${elsewhere.origin}/keys/1`, privateKey: thief.privateKey } }),
    ).toBe(401);
    const key = thief.document['publicKey'] as Json;
    key['owner'] = eve.uri;
    expect(await eve.send(inbox, forged, { as: thief })).toBe(401);
    expect(await thief.send(inbox, activity(thief, 'Create', note(thief, 'mine')))).toBe(401);
  });

  it('a key may have an address and a document of its own', async () => {
    const owner = await elsewhere.person('owner');
    const keyId = `${owner.uri}/publickey`;
    const key = owner.document['publicKey'] as Json;
    key['id'] = keyId;
    elsewhere.show('/users/owner/publickey', {
      id: keyId,
      type: 'CryptographicKey',
      owner: owner.uri,
      publicKeyPem: key['publicKeyPem'],
    });
    expect(
      await owner.send(inbox, activity(owner, 'Create', note(owner, 'hello')), {
        as: { keyId, privateKey: owner.privateKey },
      }),
    ).toBe(202);
  });

  it('a key that changed is fetched again once', async () => {
    const zoe = await elsewhere.person('zoe');
    expect(await zoe.send(inbox, activity(zoe, 'Create', note(zoe, 'first')))).toBe(202);
    const renewed = await elsewhere.person('zoe');
    expect(await renewed.send(inbox, activity(renewed, 'Create', note(renewed, 'with a new key')))).toBe(202);
    expect(await zoe.send(inbox, activity(zoe, 'Create', note(zoe, 'with the old one')))).toBe(401);
  });

  it('the deletion of somebody unknown is answered without asking anybody', async () => {
    const asked = elsewhere.asked.length;
    const ghost = `${elsewhere.origin}/users/ghost`;
    const sent = { id: `${ghost}#delete`, type: 'Delete', actor: ghost, object: ghost, to: [everybody] };
    expect(await eve.send(inbox, sent)).toBe(202);
    expect(await outcomeOf(sent)).toBeNull();
    expect(elsewhere.asked.length).toBe(asked);
  });
});

describe('what the gate refuses', () => {
  // In order as far as can be told without the key, which nobody has asked for.
  const signature = 'keyId="https://peer.example/u#key",headers="(request-target) host date digest",signature="eA=="';
  const post = async (body: string, headers: Record<string, string> = {}): Promise<[number, unknown]> => {
    const response = await fetch(inbox, {
      method: 'POST',
      headers: { 'content-type': 'application/activity+json', signature, ...headers },
      body,
    });
    const { error } = (await response.json()) as { error: unknown };
    return [response.status, error];
  };

  it.each([
    ['another type', () => post('{}', { 'content-type': 'application/json' }), 415, 'content_type'],
    ['a packed body', () => post('{}', { 'content-encoding': 'gzip' }), 415, 'content_encoding'],
    ['more than a mebibyte', () => post(' '.repeat(1024 * 1024 + 1)), 413, 'size'],
    ['a signature that is none', () => post('{}', { signature: 'x' }), 400, 'malformed_signature'],
    ['a key twice', () => post('{"id":1,"id":2}'), 400, 'duplicate_key'],
    ['a key that changes prototypes', () => post('{"__proto__":{"a":1}}'), 400, 'forbidden_key'],
    ['five hundred levels', () => post(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`), 400, 'too_deep'],
    ['ten thousand items', () => post(`{"tag":[1${',1'.repeat(9_999)}]}`), 400, 'too_many_items'],
    ['half a character', () => post(String.raw`{"a":"\ud800"}`), 400, 'broken_character'],
    ['no JSON', () => post('hello'), 400, 'malformed'],
    ['a list', () => post('[]'), 400, 'not_an_object'],
  ])('%s', async (_what, send, status, reason) => {
    expect(await send()).toEqual([status, reason]);
  });

  it('a forgery in the name of a key at hand, before its body is read as JSON', async () => {
    expect(await eve.send(inbox, activity(eve, 'Create', note(eve, 'real')))).toBe(202);
    const forger = { keyId: eve.keyId, privateKey: mallory.privateKey };
    const { signRequest } = await import('#server/platform/fediverse/signatures/sign.ts');
    const send = async (signer: typeof forger): Promise<number> => {
      const signed = signRequest({
        method: 'POST',
        url: inbox,
        body: 'hello',
        scheme: 'cavage',
        date: new Date(),
        ...signer,
      });
      const headers = { 'content-type': 'application/activity+json', ...signed };
      return (await fetch(inbox, { method: 'POST', headers, body: 'hello' })).status;
    };
    expect([await send(forger), await send(eve)]).toEqual([401, 400]);
  });

  it('junk without asking the database, invented keys with one question for many', async () => {
    const sent = activity(eve, 'Create', note(eve, 'junk'));
    const own = `${server.origin}/ap/users/${alice.accountId}/inbox`;
    const unsigned = { headers: { signature: null } };
    const forged = { as: { keyId: eve.keyId, privateKey: mallory.privateKey } };
    const junk = async (): Promise<unknown> =>
      Promise.all([inbox, own].flatMap((to) => [eve.send(to, sent, unsigned), eve.send(to, sent, forged)]));
    expect(await junk()).toEqual([401, 401, 401, 401]);
    await server.settle();
    expect(await statementsOf(server.ctx, junk)).toBe(0);
    const invent = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 40 }, (_, place) =>
          // Of our own host, which is asked for no key.
          findSigningKey(server.ctx, `${server.origin}/nobody/${place}`, '127.0.0.1'),
        ),
      );
    expect(await statementsOf(server.ctx, invent)).toBe(1);
  });

  it('a head with what follows it: a small body is passed over, a large one is hung up on', async () => {
    const { hostname, port, host } = new URL(server.origin);
    const head = `POST /ap/inbox HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/activity+json\r\n`;
    /** Sends all of it at once; what comes back until two answers or the end of the connection. */
    const talk = async (text: string): Promise<{ answers: string[]; ended: boolean }> => {
      const socket = connect(Number(port), hostname);
      let heard = '';
      const ended = await new Promise<boolean>((resolve) => {
        socket.on('data', (bytes) => {
          heard += bytes.toString();
          if (heard.split('HTTP/1.1 ').length > 2) resolve(false);
        });
        socket.on('error', () => {});
        socket.once('close', () => resolve(true));
        socket.write(text);
      });
      socket.destroy();
      return { answers: [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1] ?? ''), ended };
    };
    const next = `GET /nodeinfo/2.1 HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
    // The body looks like a request itself.
    const small = `${head}content-length: ${next.length}\r\n\r\n${next}`;
    expect(await talk(small + next)).toEqual({ answers: ['401', '200'], ended: false });
    expect(await talk(`${head}content-length: 1000000\r\n\r\n${next}`)).toEqual({ answers: ['401'], ended: true });
    const chunk = `${next.length.toString(16)}\r\n${next}\r\n`;
    expect(await talk(`${head}transfer-encoding: chunked\r\n\r\n${chunk}`)).toEqual({ answers: ['401'], ended: true });
  });

  it('a request for another host', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve) => {
      const sent = request(
        inbox,
        {
          method: 'POST',
          headers: { host: 'other.example', 'content-type': 'application/activity+json', signature: 'x' },
        },
        (response) => resolve(response.statusCode),
      );
      sent.end('{}');
    });
    expect(status).toBe(421);
  });

  it('an inbox of nobody', async () => {
    const sent = activity(eve, 'Create', note(eve, 'x'));
    expect(await eve.send(`${server.origin}/ap/users/1/inbox`, sent)).toBe(404);
  });
});

describe('once', () => {
  it('the same activity three times at once, and again later, has one effect', async () => {
    const sent = activity(eve, 'Create', note(eve, 'once'));
    const statuses = await Promise.all([1, 2, 3].map(() => eve.send(inbox, sent)));
    expect(statuses).toEqual([202, 202, 202]);
    await server.settle();
    expect(await eve.send(inbox, sent)).toBe(202);
    await server.settle();
    const { rows } = await server.ctx.database.pool.query(
      'select count(*)::int as count from inbox_activities where activity_uri = $1',
      [sent['id']],
    );
    expect(rows).toEqual([{ count: 1 }]);
  });
});

describe('without an id', () => {
  it('an activity counts once for each time that it is said', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'likeable' });
    const likes = async (): Promise<number> =>
      (await alice.api('GET', `/api/v1/statuses/${post.id}`)).body.favourites_count;
    const like = { type: 'Like', actor: eve.uri, object: post.uri, to: [everybody] };
    const undo = { type: 'Undo', actor: eve.uri, object: like, to: [everybody] };
    const counts: number[] = [];
    for (const [seconds, sent] of [like, like, undo, like].entries()) {
      expect(await eve.send(inbox, sent, { date: new Date(Date.now() + seconds * 1000) })).toBe(202);
      await server.settle();
      counts.push(await likes());
    }
    expect(counts).toEqual([1, 1, 0, 1]);
  });

  it('the same request again changes nothing', async () => {
    const { body: post } = await alice.api('POST', '/api/v1/statuses', { status: 'likeable again' });
    const like = { type: 'Like', actor: eve.uri, object: post.uri, to: [everybody] };
    const date = new Date();
    const later = new Date(date.getTime() + 1000);
    expect(await eve.send(inbox, like, { date })).toBe(202);
    await server.settle();
    expect(await eve.send(inbox, { type: 'Undo', actor: eve.uri, object: like }, { date: later })).toBe(202);
    await server.settle();
    expect(await eve.send(inbox, like, { date })).toBe(202);
    await server.settle();
    expect((await alice.api('GET', `/api/v1/statuses/${post.id}`)).body.favourites_count).toBe(0);
  });

  it('nobody brings one for somebody else', async () => {
    const sent = { type: 'Like', actor: eve.uri, object: `${server.origin}/ap/posts/1`, to: [everybody] };
    const before = await server.ctx.database.pool.query('select count(*) from inbox_activities');
    expect(await mallory.send(inbox, sent)).toBe(202);
    const after = await server.ctx.database.pool.query('select count(*) from inbox_activities');
    expect(after.rows).toEqual(before.rows);
  });
});

describe('in time', () => {
  it('a key that thirty letters need at once is fetched once', async () => {
    const eager = await elsewhere.person('eager');
    const sent = Array.from({ length: 30 }, (_, place) => activity(eager, 'Create', note(eager, `letter ${place}`)));
    expect(new Set(await Promise.all(sent.map((one) => eager.send(inbox, one))))).toEqual(new Set([202]));
    expect(elsewhere.asked.filter((path) => path.startsWith('/users/eager'))).toHaveLength(1);
  });

  it('unknown keys are fetched at most twenty times a minute for one address', async () => {
    const strange = await openStranger();
    try {
      const statuses = new Set<number>();
      for (let place = 0; place < 30; place += 1) {
        const keyId = `${strange.origin}/users/nobody${place}#main-key`;
        const actor = { ...eve, uri: `${strange.origin}/users/nobody${place}` };
        statuses.add(
          await eve.send(inbox, activity(actor, 'Create', note(actor, 'x')), {
            as: { keyId, privateKey: eve.privateKey },
          }),
        );
      }
      expect(statuses).toEqual(new Set([401, 503]));
      expect(strange.asked.length).toBeLessThanOrEqual(20);
    } finally {
      await strange.close();
    }
  });

  it('an old key is worth nothing a day after it was changed', async () => {
    let shiftMs = 0;
    const clock = (): Date => new Date(Date.now() + shiftMs);
    const later = await openTestServer({ clock, idle: true });
    try {
      const target = `${later.origin}/ap/inbox`;
      const old = await elsewhere.person('rotating');
      expect(await old.send(target, activity(old, 'Create', note(old, 'x')))).toBe(202);
      await elsewhere.person('rotating');
      expect(await old.send(target, activity(old, 'Create', note(old, 'x')))).toBe(202);
      shiftMs = 25 * 3600_000;
      expect(await old.send(target, activity(old, 'Create', note(old, 'x')), { date: clock() })).toBe(401);
    } finally {
      await later.close();
    }
  });
});
