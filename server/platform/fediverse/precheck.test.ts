// The gate before the inbox: which refusal comes first, and which activities are dropped before anyone looks inside.
import { describe, expect, test } from 'vitest';
import {
  isFederationId,
  maxInboxBytes,
  precheckHead,
  precheckInbox,
  readActivity,
  type InboxRequest,
} from './precheck.ts';

const LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
const good = {
  id: 'https://peer.example/1',
  type: 'Like',
  actor: 'https://peer.example/u',
  object: 'https://rookery.example/2',
};

function post(
  changes: { headers?: Record<string, string | undefined>; body?: unknown; method?: string } = {},
): InboxRequest {
  const { body = good } = changes;
  return {
    method: changes.method ?? 'POST',
    headers: {
      host: 'rookery.example',
      'content-type': 'application/activity+json',
      signature: 'keyId="x"',
      ...changes.headers,
    },
    rawBody: body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    ourHosts: ['rookery.example', 'Alias.example:8080'],
  };
}

const verdictOf = (request: InboxRequest): string => {
  const verdict = precheckInbox(request);
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};

test('a signed activity for us passes as a plain object', () => {
  expect(precheckInbox(post())).toEqual({ ok: true, document: good });
});

describe('refusals come in this order', () => {
  const huge = Buffer.alloc(maxInboxBytes + 1, 'x');
  const worst = {
    host: 'other.example',
    'content-type': 'text/plain',
    'content-encoding': 'gzip',
    signature: undefined,
  };
  test.each([
    ['405 method', post({ method: 'GET', headers: worst, body: huge })],
    ['421 host', post({ headers: worst, body: huge })],
    [
      '413 size',
      post({ headers: { ...worst, host: 'rookery.example', 'content-length': String(huge.length) }, body: huge }),
    ],
    ['415 content_type', post({ headers: { ...worst, host: 'rookery.example' }, body: 'x' })],
    ['415 content_encoding', post({ headers: { signature: undefined, 'content-encoding': 'gzip' }, body: 'x' })],
    ['401 unsigned', post({ headers: { signature: undefined }, body: huge })],
    ['413 size', post({ body: huge })],
    ['401 unsigned', post({ headers: { signature: undefined }, body: 'x' })],
    ['400 malformed', post({ body: 'x' })],
    ['400 not_an_object', post({ body: '[]' })],
    ['400 not_an_object', post({ body: 'null' })],
    ['400 duplicate_key', post({ body: '{"a":1,"a":2}' })],
    ['400 malformed', post({ body: '' })],
  ])('%s', (refusal, request) => {
    expect(verdictOf(request)).toBe(refusal);
  });

  test('those that need no body are known before it is read', () => {
    const { rawBody: _unread, ...head } = post({ headers: { 'content-length': String(maxInboxBytes + 1) } });
    expect(precheckHead(head)).toEqual({ ok: false, status: 413, reason: 'size' });
    const small = { ...head, headers: { ...head.headers, 'content-length': '10' } };
    expect(precheckHead(small)).toBeNull();
    for (const signature of [undefined, ''])
      expect(precheckHead({ ...small, headers: { ...small.headers, signature } })).toMatchObject({
        reason: 'unsigned',
      });
  });
});

test.each([
  ['rookery.example', 'ok'],
  ['ROOKERY.example:443', 'ok'],
  ['rookery.example:80', 'ok'],
  ['alias.example:8080', 'ok'],
  ['alias.example', '421 host'],
  ['rookery.example:8080', '421 host'],
  ['rookery.example.', '421 host'],
  ['rookery.example.evil.example', '421 host'],
  ['', '421 host'],
  [undefined, '421 host'],
])('Host %j: %s', (host, verdict) => {
  expect(verdictOf(post({ headers: { host } }))).toBe(verdict);
});

test('X-Forwarded-Host changes nothing', () => {
  expect(verdictOf(post({ headers: { host: 'other.example', 'x-forwarded-host': 'rookery.example' } }))).toBe(
    '421 host',
  );
});

test.each([
  ['application/activity+json', 'ok'],
  ['application/activity+json; charset=utf-8', 'ok'],
  ['Application/Activity+JSON;profile="x"', 'ok'],
  [LD, 'ok'],
  ['application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams"', 'ok'],
  ['application/ld+json; profile="https://www.w3.org/ns/activitystreams https://example.com/x"; charset=utf-8', 'ok'],
  ['application/ld+json; profile=https://www.w3.org/ns/activitystreams', 'ok'],
  ['application/ld+json', '415 content_type'],
  ['application/ld+json; profile="https://example.com/"', '415 content_type'],
  ['application/ld+json; profile="https://www.w3.org/ns/activitystreams-evil"', '415 content_type'],
  ['application/json', '415 content_type'],
  ['text/plain', '415 content_type'],
  ['application/activity+jsonx', '415 content_type'],
  ['text/html; application/activity+json', '415 content_type'],
  ['', '415 content_type'],
  [undefined, '415 content_type'],
])('Content-Type %s: %s', (type, verdict) => {
  expect(verdictOf(post({ headers: { 'content-type': type } }))).toBe(verdict);
});

test.each(['gzip', 'br', 'deflate', 'identity', 'gzip, gzip'])('Content-Encoding %s is refused', (encoding) => {
  expect(verdictOf(post({ headers: { 'content-encoding': encoding } }))).toBe('415 content_encoding');
});

test('a proof inside does not stand for the signature of whoever brings it', () => {
  const body = { ...good, proof: { type: 'DataIntegrityProof' }, signature: { type: 'RsaSignature2017' } };
  expect(verdictOf(post({ headers: { signature: undefined }, body }))).toBe('401 unsigned');
});

describe('the outline of an activity', () => {
  const read = (changes: Record<string, unknown>, options?: Parameters<typeof readActivity>[1]): string => {
    const verdict = readActivity({ ...good, ...changes }, options);
    return verdict.ok ? 'ok' : verdict.reason;
  };

  test('is read as it is', () => {
    const object = { id: 'https://peer.example/n', type: 'Note', content: 'x' };
    const document = { ...good, type: 'Create', object, target: { id: 'https://peer.example/t' } };
    expect(readActivity(document)).toEqual({
      ok: true,
      activity: {
        id: good.id,
        type: 'Create',
        actor: good.actor,
        object,
        objectId: 'https://peer.example/n',
        objectType: 'Note',
        target: 'https://peer.example/t',
        document,
      },
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['type', { type: undefined }],
    ['type', { type: '' }],
    ['type', { type: ['Like', 'Create'] }],
    ['type', { type: ['Like'] }],
    ['type', { type: 5 }],
    ['actor', { actor: undefined }],
    ['actor', { actor: ['https://peer.example/u', 'https://peer.example/v'] }],
    ['actor', { actor: ['https://peer.example/u'] }],
    ['actor', { actor: 'http://peer.example/u' }],
    ['actor', { actor: 'javascript:alert(1)' }],
    ['actor', { actor: { name: 'x' } }],
    ['id', { id: undefined }],
    ['id', { id: null }],
    ['id', { id: '' }],
    ['id', { id: { id: good.id } }],
    ['id', { id: 'http://peer.example/1' }],
    ['id', { id: 'https://a:b@peer.example/1' }],
    ['id', { id: 'https://peer.example/1 2' }],
    ['id', { id: 'tag:peer.example,2026:1' }],
    ['id', { id: `https://peer.example/${'x'.repeat(2048)}` }],
    ['id', { id: `https://peer.example/${'ü'.repeat(1024)}` }],
    ['foreign_id', { id: 'https://victim.example/1' }],
    ['foreign_id', { id: 'https://peer.example:8443/1' }],
    ['foreign_id', { id: 'https://sub.peer.example/1' }],
    ['object', { object: ['https://peer.example/1'] }],
    ['object', { object: Array.from({ length: 500 }, () => good.object) }],
    ['object', { object: 5 }],
    ['object', { object: 'data:text/plain,x' }],
    ['object', { object: '' }],
    ['object', { object: { id: 'javascript:x', type: 'Note' } }],
    ['object', { object: { id: 5, type: 'Note' } }],
    ['object', { object: { type: ['Person', 'Note'] } }],
    ['object', { type: 'Flag', object: [] }],
    ['object', { type: 'Flag', object: ['x', 5] }],
  ])('is dropped for its %s: %j', (reason, changes) => {
    expect(read(changes)).toBe(reason);
  });

  test.each<[string, Record<string, unknown>]>([
    ['an actor as an object', { actor: { id: good.actor, type: 'Person' } }],
    ['no object', { object: undefined }],
    ['an object without an id', { object: { type: 'EmojiReact' } }],
    ['another port on both', { id: 'https://peer.example:8443/1', actor: 'https://peer.example:8443/u' }],
    ['another case of the host', { id: 'https://PEER.example/1' }],
  ])('is read with %s', (_name, changes) => {
    expect(read(changes)).toBe('ok');
  });

  test('without an id gets one of its actor, and only then', () => {
    const name = (id: unknown): string => {
      const verdict = readActivity({ ...good, id }, { nameless: 'k1' });
      return verdict.ok ? verdict.activity.id : verdict.reason;
    };
    expect([undefined, null].map(name)).toEqual(Array(2).fill(`${good.actor}#nameless/k1`));
    expect([good.id, '', 5, 'https://victim.example/1'].map(name)).toEqual([good.id, 'id', 'id', 'foreign_id']);
  });

  test('of a report has up to a hundred objects', () => {
    const object = Array.from({ length: 300 }, (_unused, index) => `https://rookery.example/${index}`);
    expect(readActivity({ ...good, type: 'Flag', object })).toMatchObject({
      ok: true,
      activity: { object: object.slice(0, 100), objectId: null },
    });
  });

  test('may be on plain http where private addresses are allowed', () => {
    const local = {
      id: 'http://localhost:3001/1',
      actor: 'http://localhost:3001/u',
      object: 'http://localhost:3000/2',
    };
    expect(read(local)).toBe('actor');
    expect(read(local, { allowPrivateAddresses: true })).toBe('ok');
  });

  test('in the name of one of us is dropped', () => {
    const ours = { id: 'https://rookery.example/1', actor: 'https://rookery.example/u' };
    expect(read(ours, { ourHosts: ['rookery.example'] })).toBe('our_actor');
    expect(read(ours, { ourHosts: ['Rookery.example:443'] })).toBe('our_actor');
    expect(read(ours, { ourHosts: ['other.example'] })).toBe('ok');
  });
});

test.each([
  'https://',
  'https:///x',
  'https:peer.example',
  'HTTPS://peer.example/',
  ' https://peer.example/',
  'https://peer.example./',
  'https://peer.example\\x',
  'https://peer.example/\u0000',
])('%j is no id', (text) => {
  expect(isFederationId(text, true)).toBe(false);
});
