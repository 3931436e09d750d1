// Signatures against an independent implementation in both directions, and as other software makes them.
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { signRequest as fedifySign, verifyRequest as fedifyVerify } from '@fedify/fedify/sig';
import { CryptographicKey } from '@fedify/fedify/vocab';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeContentDigest, makeDigest } from './digest.ts';
import type { SignedRequest } from './request.ts';
import { signRequest } from './sign.ts';
import {
  INBOX,
  KEY_ID,
  body,
  cavage,
  ed,
  judge,
  message,
  now,
  outgoing,
  pairs,
  reasonOf,
  received,
  rsa,
  sha512,
  signed,
} from './test-requests.ts';

describe('an independent implementation', () => {
  let cryptoKey: CryptoKey;
  const theirKey = async (
    key: KeyObject,
    algorithm: Parameters<typeof crypto.subtle.importKey>[2],
  ): Promise<CryptographicKey> =>
    new CryptographicKey({
      id: new URL(KEY_ID),
      owner: new URL('https://peer.example/users/ann'),
      publicKey: await crypto.subtle.importKey('spki', key.export({ type: 'spki', format: 'der' }), algorithm, true, [
        'verify',
      ]),
    });
  const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  // It reads the clock itself.
  const today = new Date();
  const specs = { cavage: 'draft-cavage-http-signatures-12', rfc9421: 'rfc9421' } as const;

  beforeAll(async () => {
    const der = rsa.privateKey.export({ type: 'pkcs8', format: 'der' });
    cryptoKey = await crypto.subtle.importKey('pkcs8', der, RSA, true, ['sign']);
  });

  test.each([
    ['cavage', 'POST', INBOX],
    ['cavage', 'GET', INBOX],
    ['cavage', 'GET', `${INBOX}?page=1`],
    ['rfc9421', 'POST', INBOX],
    ['rfc9421', 'GET', `${INBOX}?page=1`],
  ] as const)('signs by %s and we verify its %s of %s', async (scheme, method, url) => {
    const request = new Request(url, {
      method,
      headers: { accept: 'application/activity+json' },
      ...(method === 'POST' ? { body } : {}),
    });
    const theirs = await fedifySign(request, cryptoKey, new URL(KEY_ID), { spec: specs[scheme] });
    const incoming = received({ method, url, body: method === 'POST' ? body : '' }, Object.fromEntries(theirs.headers));
    expect(reasonOf(judge({ ...incoming, now: today }))).toBe('ok');
  });

  test.each([
    ['cavage', 'rsa', 'POST', INBOX],
    ['cavage', 'rsa', 'GET', INBOX],
    ['rfc9421', 'rsa', 'POST', INBOX],
    ['rfc9421', 'rsa', 'POST', `${INBOX}?a=b`],
    ['rfc9421', 'rsa', 'GET', `${INBOX}?page=1`],
    ['rfc9421', 'ed25519', 'POST', INBOX],
  ] as const)('verifies what we sign by %s with %s: %s %s', async (scheme, type, method, url) => {
    const isPost = method === 'POST';
    const ours = signRequest(
      outgoing({
        scheme,
        method,
        url,
        date: today,
        privateKey: pairs[type].privateKey,
        ...(isPost ? {} : { body: undefined }),
      }),
    );
    const request = new Request(url, { method, headers: ours, ...(isPost ? { body } : {}) });
    const key = await theirKey(pairs[type].publicKey, type === 'rsa' ? RSA : { name: 'Ed25519' });
    const found = await fedifyVerify(request, {
      spec: specs[scheme],
      keyCache: { get: async () => key, set: async () => {} },
      documentLoader: () => Promise.reject(new Error('no network')),
    });
    expect(found?.id?.href).toBe(KEY_ID);
  });

  test('made of WebCrypto signs both kinds by Ed25519 and we verify', async () => {
    const der = ed.privateKey.export({ type: 'pkcs8', format: 'der' });
    const key = await crypto.subtle.importKey('pkcs8', der, { name: 'Ed25519' }, true, ['sign']);
    const list = `("@method" "@authority" "@path" "content-digest");keyid="${KEY_ID}";created=${now.getTime() / 1000}`;
    const digest = makeContentDigest(body);
    const base = `"@method": POST\n"@authority": rookery.example\n"@path": /ap/inbox\n"content-digest": ${digest}\n"@signature-params": ${list}`;
    const bytes = Buffer.from(await crypto.subtle.sign('Ed25519', key, Buffer.from(base)));
    const headers = {
      host: 'rookery.example',
      'content-digest': digest,
      'signature-input': `a=${list}`,
      signature: `a=:${bytes.toString('base64')}:`,
    };
    const incoming = received({ method: 'POST', url: 'https://rookery.example/ap/inbox', body }, headers);
    expect(reasonOf(judge(incoming, ed.publicKey))).toBe('ok');
  });
});

describe('the example of the specification', () => {
  // RFC 9421, appendix B.2.6: a signature by the test key of Ed25519.
  test('in the base of RFC 9421 has the signature that the RFC gives', () => {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' },
      format: 'jwk',
    });
    const privateKey = createPrivateKey({
      key: {
        kty: 'OKP',
        crv: 'Ed25519',
        x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
        d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
      },
      format: 'jwk',
    });
    const base =
      '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n"content-type": application/json\n' +
      '"content-length": 18\n"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
    const signature = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==';
    expect(sign(null, Buffer.from(base), privateKey).toString('base64')).toBe(signature);
    expect(createPublicKey(privateKey).equals(key)).toBe(true);
  });
});

describe('what other software sends is accepted', () => {
  const created = now.getTime() / 1000;
  test.each<[string, SignedRequest]>([
    [
      'Mastodon: host date digest content-type',
      cavage('(request-target) host date digest content-type', undefined, {
        headers: { 'content-type': 'application/activity+json' },
      }),
    ],
    ['Misskey: another order', cavage('(request-target) date host digest')],
    ['GoToSocial: hs2019 that is RSA-SHA256', cavage('(request-target) host date digest', 'algorithm="hs2019"')],
    [
      'hs2019 that is RSA-SHA512',
      cavage('(request-target) host date digest', 'algorithm="hs2019"', { hash: 'sha512' }),
    ],
    ['rsa-sha512', cavage('(request-target) host date digest', 'algorithm="rsa-sha512"', { hash: 'sha512' })],
    [
      '(created) and (expires) in place of date',
      cavage(
        '(request-target) host (created) (expires) digest',
        `algorithm="hs2019",created=${created},expires=${created + 300}`,
      ),
    ],
    [
      'Lemmy: an expiry beside',
      cavage('(request-target) content-type date digest host', `algorithm="hs2019",expires=${created + 3600}`, {
        headers: { 'content-type': 'application/activity+json' },
      }),
    ],
    ['no algorithm at all', cavage('(request-target) host date digest', 'x="y"')],
    [
      'SHA-512 of the body',
      cavage('(request-target) host date digest', undefined, { headers: { digest: `SHA-512=${sha512(body)}` } }),
    ],
    [
      'two right digests',
      cavage('(request-target) host date digest', undefined, {
        headers: { digest: `${makeDigest(body)},sha-512=${sha512(body)}` },
      }),
    ],
    ['GET: host date', cavage('(request-target) host date', undefined, { method: 'GET' })],
    [
      'GET: the query',
      cavage('(request-target) host date accept', undefined, {
        method: 'GET',
        path: '/a?page=1',
        headers: { accept: '*/*' },
      }),
    ],
    ['RFC 9421: what Mastodon covers', message(['@method', '@target-uri', 'content-digest'])],
    ['RFC 9421: host and path', message(['@method', '@authority', '@path', 'content-digest'])],
    [
      'RFC 9421: host, path and query',
      message(['@method', '@authority', '@path', '@query', 'content-digest'], undefined, { path: '/ap/inbox?a=b' }),
    ],
    ['RFC 9421: host and request target', message(['@method', 'host', '@request-target', '@scheme', 'content-digest'])],
    [
      'RFC 9421: without alg',
      message(['@method', '@target-uri', 'content-digest'], `;created=${created};keyid="${KEY_ID}"`),
    ],
    [
      'RFC 9421: nonce, tag and expiry',
      message(
        ['@method', '@target-uri', 'content-digest'],
        `;tag="x";nonce="a b";created=${created};expires=${created + 60};keyid="${KEY_ID}"`,
      ),
    ],
  ])('%s', (_name, request) => {
    expect(reasonOf(judge({ ...request, expectedHosts: ['rookery.example'] }))).toBe('ok');
  });

  test('a key without a fragment, or that is the actor itself', () => {
    for (const keyId of [
      'https://gts.example/users/ann/main-key',
      'https://peer.example/users/ann',
      'http://localhost:3001/u#k',
    ]) {
      expect(judge(signed({ keyId }), rsa.publicKey, keyId)).toMatchObject({ ok: true, keyId });
    }
  });

  test('GET signed without its query, as older software does; POST not', () => {
    const get = cavage('(request-target) host date', undefined, { method: 'GET', path: '/ap/users/1/outbox' });
    expect(reasonOf(judge({ ...get, path: '/ap/users/1/outbox?page=1' }))).toBe('ok');
    const post = cavage('(request-target) host date digest', undefined, { path: '/inbox' });
    expect(reasonOf(judge({ ...post, path: '/inbox?a=b' }))).toBe('401 wrong_signature');
  });

  test('header bytes beyond ASCII', () => {
    const request = cavage('(request-target) host date digest x-name', undefined, {
      headers: { 'x-name': 'Za\u00bf\u00f3' },
    });
    expect(reasonOf(judge(request))).toBe('ok');
    expect(reasonOf(judge({ ...request, headers: { ...request.headers, 'x-name': 'Za\u01bf\u00f3' } }))).toBe(
      '401 wrong_signature',
    );
  });

  test('a clock that is 59 minutes off', () => {
    for (const minutes of [-59, 59]) {
      expect(reasonOf(judge(signed({ date: new Date(now.getTime() + minutes * 60_000) })))).toBe('ok');
    }
  });
});
