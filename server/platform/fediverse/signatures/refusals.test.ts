// Every way in which a signature can prove too little, be out of date, be for somebody else or not be one at all.
import { describe, expect, test } from 'vitest';
import { cpuMs } from '#server/testing/cpu.ts';
import { makeContentDigest, makeDigest } from './digest.ts';
import { parseSignatures } from './parse.ts';
import type { SignedRequest } from './request.ts';
import { CASES, KEY_ID, body, cavage, judge, message, now, pairs, reasonOf, sha512, signed } from './test-requests.ts';

describe('what proves too little is refused', () => {
  const created = now.getTime() / 1000;
  const POSTED = '(request-target) host date digest';
  const key = `;created=${created};keyid="${KEY_ID}"`;
  const FULL = ['@method', '@target-uri', 'content-digest'];
  test.each<[string, string, SignedRequest]>([
    ['nothing but the date', '401 uncovered_target', cavage('date')],
    ['not the target', '401 uncovered_target', cavage('host date digest')],
    ['not the host', '401 uncovered_host', cavage('(request-target) date digest')],
    ['not the host of a GET', '401 uncovered_host', cavage('(request-target) date', undefined, { method: 'GET' })],
    ['no time', '401 uncovered_date', cavage('(request-target) host digest')],
    ['not the digest', '401 uncovered_digest', cavage('(request-target) host date')],
    ['a header that is not there', '401 missing_header', cavage(`${POSTED} x-none`)],
    ['an unknown special name', '401 unsupported_component', cavage(`${POSTED} (status)`)],
    ['a name twice', '400 malformed_signature', cavage(`${POSTED} date`)],
    ['a name in capitals', '400 malformed_signature', cavage('(request-target) Host date digest')],
    [
      '(created) under rsa-sha256',
      '401 unsupported_algorithm',
      cavage('(request-target) host (created) digest', `algorithm="rsa-sha256",created=${created}`),
    ],
    [
      '(created) without a value',
      '400 malformed_date',
      cavage('(request-target) host (created) digest', 'algorithm="hs2019"'),
    ],
    ['(expires) without a value', '400 malformed_date', cavage(`${POSTED} (expires)`, 'algorithm="hs2019"')],
    [
      '(created) 61 minutes ago',
      '401 outside_time_window',
      cavage('(request-target) host (created) digest', `algorithm="hs2019",created=${created - 3660}`),
    ],
    ['an expiry that is over', '401 expired', cavage(POSTED, `algorithm="hs2019",expires=${created - 1}`)],
    ['hmac', '401 unsupported_algorithm', cavage(POSTED, 'algorithm="hmac-sha256"')],
    ['rsa-sha1', '401 unsupported_algorithm', cavage(POSTED, 'algorithm="rsa-sha1"', { hash: 'sha1' })],
    ['ed25519 said of an RSA key', '401 wrong_key_type', cavage(POSTED, 'algorithm="ed25519"')],
    ['another hash than said', '401 wrong_signature', cavage(POSTED, 'algorithm="rsa-sha512"')],
    ['SHA-1 under hs2019', '401 wrong_signature', cavage(POSTED, 'algorithm="hs2019"', { hash: 'sha1' })],
    [
      'a digest of another body',
      '401 wrong_digest',
      cavage(POSTED, undefined, { headers: { digest: makeDigest('other') } }),
    ],
    [
      'a second digest that is wrong',
      '401 wrong_digest',
      cavage(POSTED, undefined, { headers: { digest: `${makeDigest(body)},SHA-512=${sha512('x')}` } }),
    ],
    [
      'a digest of another length',
      '401 wrong_digest',
      cavage(POSTED, undefined, { headers: { digest: `SHA-256=${sha512(body)}` } }),
    ],
    [
      'SHA-1 of the body',
      '401 unsupported_digest',
      cavage(POSTED, undefined, { headers: { digest: 'SHA=qqlAJmTxpB9A67xSyZk+tmrrNmY=' } }),
    ],
    [
      'MD5 beside SHA-256',
      '401 unsupported_digest',
      cavage(POSTED, undefined, { headers: { digest: `${makeDigest(body)},md5=1B2M2Y8AsgTpgAmY7PhCfg==` } }),
    ],
    [
      'a digest that cannot be read',
      '400 malformed_digest',
      cavage(POSTED, undefined, { headers: { digest: 'SHA-256' } }),
    ],
    [
      'a digest in loose base64',
      '400 malformed_digest',
      cavage(POSTED, undefined, {
        headers: { digest: makeDigest(body).replace('=', '@').replaceAll('=', '').replace('@', '=') },
      }),
    ],
    [
      'a wrong Content-Digest beside a right Digest',
      '401 wrong_digest',
      cavage(POSTED, undefined, { headers: { 'content-digest': makeContentDigest('x') } }),
    ],
    ['RFC 9421: only the host', '401 uncovered_target', message(['@authority'])],
    ['RFC 9421: not the method', '401 uncovered_target', message(['@target-uri', 'content-digest'])],
    ['RFC 9421: not the path', '401 uncovered_target', message(['@method', '@authority', 'content-digest'])],
    [
      'RFC 9421: not the query',
      '401 uncovered_target',
      message(['@method', '@authority', '@path', 'content-digest'], undefined, { path: '/ap/inbox?a=b' }),
    ],
    ['RFC 9421: not the host', '401 uncovered_host', message(['@method', '@path', 'content-digest'])],
    ['RFC 9421: not the digest', '401 uncovered_digest', message(['@method', '@target-uri'])],
    [
      'RFC 9421: Digest in place of Content-Digest',
      '401 uncovered_digest',
      message(['@method', '@target-uri', 'digest']),
    ],
    ['RFC 9421: no time', '401 uncovered_date', message(FULL, `;keyid="${KEY_ID}"`)],
    [
      'RFC 9421: two hours ago',
      '401 outside_time_window',
      message(FULL, `;created=${created - 7200};keyid="${KEY_ID}"`),
    ],
    [
      'RFC 9421: in two hours',
      '401 outside_time_window',
      message(FULL, `;created=${created + 7200};keyid="${KEY_ID}"`),
    ],
    ['RFC 9421: expired', '401 expired', message(FULL, `${key};expires=${created - 1}`)],
    ['RFC 9421: hmac', '401 unsupported_algorithm', message(FULL, `${key};alg="hmac-sha256"`)],
    ['RFC 9421: another key type', '401 wrong_key_type', message(FULL, `${key};alg="ed25519"`)],
    ['RFC 9421: a part of a response', '401 unsupported_component', message([...FULL, '@status'])],
    ['RFC 9421: a time that is none', '400 malformed_signature', message(FULL, `;created="now";keyid="${KEY_ID}"`)],
    ['RFC 9421: a component twice', '400 malformed_signature', message([...FULL, '@method'])],
    ['RFC 9421: no key', '401 malformed_key_id', message(FULL, `;created=${created}`)],
    [
      'RFC 9421: a weak Content-Digest',
      '401 unsupported_digest',
      message(FULL, undefined, { headers: { 'content-digest': 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:' } }),
    ],
    [
      'RFC 9421: two Content-Digests, one wrong',
      '401 wrong_digest',
      message(FULL, undefined, {
        headers: { 'content-digest': `${makeContentDigest(body)}, sha-512=:${sha512('x')}:` },
      }),
    ],
    [
      'RFC 9421: a Content-Digest that cannot be read',
      '400 malformed_digest',
      message(FULL, undefined, { headers: { 'content-digest': 'sha-256=x' } }),
    ],
  ])('%s: %s', (_name, reason, request) => {
    expect(reasonOf(judge(request))).toBe(reason);
  });

  test.each([
    ['2 hours ago', new Date(now.getTime() - 7_200_000).toUTCString(), '401 outside_time_window'],
    ['in 2 hours', new Date(now.getTime() + 7_200_000).toUTCString(), '401 outside_time_window'],
    ['in another form', now.toISOString(), '401 malformed_date'],
    ['in another zone', 'Sun, 01 Mar 2026 12:00:00 +0000', '401 malformed_date'],
    ['that is no day', 'Sun, 99 Mar 2026 12:00:00 GMT', '401 malformed_date'],
  ])('a date %s', (_name, date, reason) => {
    expect(reasonOf(judge(cavage(POSTED, undefined, { headers: { date } })))).toBe(reason);
  });

  test('a date that is missing', () => {
    const request = cavage(POSTED);
    delete request.headers.date;
    expect(reasonOf(judge(request))).toBe('401 missing_header');
  });

  test('a body without any digest', () => {
    const request = cavage(POSTED);
    delete request.headers.digest;
    delete request.headers['content-digest'];
    expect(reasonOf(judge(request))).toBe('401 missing_digest');
  });
});

describe.each(CASES)('a signed request by %s with %s is refused when', (scheme, type) => {
  const { privateKey, publicKey } = pairs[type];
  const good = signed({ scheme, privateKey });
  test.each<[string, Partial<SignedRequest>]>([
    ['it goes to another inbox', { path: '/ap/users/13/inbox' }],
    ['it goes to another server', { headers: { ...good.headers, host: 'other.example' } }],
    ['it has another body', { rawBody: Buffer.from(`${body} `) }],
    ['it has no body', { rawBody: Buffer.alloc(0) }],
    ['it has another method', { method: 'PUT' }],
    ['it has a query', { path: '/ap/users/12/inbox?a=b' }],
    ['it comes two hours late', { now: new Date(now.getTime() + 7_200_000) }],
    [
      'it has another signature',
      { headers: { ...good.headers, signature: signed({ scheme, privateKey, body: 'x' }).headers.signature } },
    ],
    ['it has no signature', { headers: { ...good.headers, signature: undefined } }],
  ])('%s', (_name, change) => {
    const verdict = judge({ ...good, ...change }, publicKey);
    expect(reasonOf(verdict)).toMatch(/^401 /u);
  });

  test('it came for another host than ours', () => {
    expect(reasonOf(judge({ ...good, expectedHosts: ['elsewhere.example'] }, publicKey))).toBe('401 wrong_host');
  });
});

describe('what cannot be read', () => {
  const good = signed();
  const text = String(good.headers.signature);
  test.each([
    ['', '400 malformed_signature'],
    ['x', '400 malformed_signature'],
    ['keyId', '400 malformed_signature'],
    [text.replace('keyId=', 'keyid='), '400 malformed_signature'],
    [text.replace(/keyId="[^"]*",/u, ''), '400 malformed_signature'],
    [`${text},keyId="https://evil.example/k"`, '400 malformed_signature'],
    [text.replace(/headers="[^"]*",/u, ''), '400 malformed_signature'],
    [text.replace('host date', 'host  date'), '400 malformed_signature'],
    [text.replace(/signature="[^"]*"/u, 'signature=""'), '400 malformed_signature'],
    [text.replace(/signature="[^"]*"/u, 'signature="@@@"'), '400 malformed_signature'],
    [text.replace('=="', '"'), '400 malformed_signature'],
    [text.replace(/keyId="[^"]*"/u, 'keyId="did:key:z6Mk"'), '401 malformed_key_id'],
    [text.replace(/keyId="[^"]*"/u, 'keyId="javascript:alert(1)"'), '401 malformed_key_id'],
    [text.replace(/keyId="[^"]*"/u, 'keyId="https://a:b@peer.example/k"'), '401 malformed_key_id'],
    [text.replace('headers=', 'created=1.5,headers='), '400 malformed_signature'],
    ['('.repeat(10_000), '400 malformed_signature'],
  ])('%.60s', (signature, reason) => {
    expect(reasonOf(judge({ ...good, headers: { ...good.headers, signature } }))).toBe(reason);
  });

  test.each([
    ['sig1=1', 'sig1=:aGk=:'],
    ['sig1=("@method")', 'other=:aGk=:'],
    ['sig1=("@method")', 'sig1="x"'],
    ['sig1=("@method" 5)', 'sig1=:aGk=:'],
    ['sig1=(', 'sig1=:aGk=:'],
    ['a=(), b=(), c=(), d=()', 'a=:aGk=:, b=:aGk=:, c=:aGk=:, d=:aGk=:'],
    ['', ''],
  ])('Signature-Input %j with Signature %j', (input, signature) => {
    const verdict = parseSignatures({ 'signature-input': input, signature });
    expect(verdict.ok ? 'ok' : verdict.reason).toBe('malformed_signature');
  });

  test('takes no longer the longer it is', () => {
    const cost = cpuMs(() => {
      for (const seed of ['a=1,', 'a="', '(', '"', ' ', 'keyId="', ',', ';a', '\\']) {
        parseSignatures({ signature: seed.repeat(20_000) });
        parseSignatures({ signature: 'a=:aGk=:', 'signature-input': seed.repeat(20_000) });
        parseSignatures({ signature: 'a=:aGk=:', 'signature-input': `a=(${seed.repeat(20_000)}` });
      }
    });
    expect(cost).toBeLessThan(1_000);
  });
});
