// What our own signatures look like, to the letter.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeContentDigest, makeDigest } from './digest.ts';
import { signRequest } from './sign.ts';
import { KEY_ID, body, outgoing } from './test-requests.ts';

describe('signing', () => {
  test('by the older kind says exactly this', () => {
    const headers = signRequest(outgoing());
    expect(headers).toEqual({
      host: 'rookery.example',
      date: 'Sun, 01 Mar 2026 12:00:00 GMT',
      digest: makeDigest(body),
      signature: expect.stringMatching(
        /^keyId="https:\/\/peer\.example\/users\/ann#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest",signature="[A-Za-z0-9+/]{342}=="$/u,
      ),
    });
  });

  test('a GET by the older kind covers the Accept header', () => {
    const headers = signRequest(
      outgoing({ method: 'GET', body: undefined, headers: { Accept: 'application/jrd+json' } }),
    );
    expect(headers).toMatchObject({ accept: 'application/jrd+json' });
    expect(headers.signature).toContain('headers="(request-target) host date accept"');
    expect(signRequest(outgoing({ method: 'GET', body: undefined })).accept).toContain('application/activity+json');
  });

  test('by RFC 9421 says exactly this', () => {
    const headers = signRequest(outgoing({ scheme: 'rfc9421', url: 'https://ROOKERY.example:443/inbox?a' }));
    expect(headers).toMatchObject({
      host: 'rookery.example',
      'content-digest': makeContentDigest(body),
      'signature-input': `sig1=("@method" "@target-uri" "content-digest");created=1772366400;keyid="${KEY_ID}";alg="rsa-v1_5-sha256"`,
      signature: expect.stringMatching(/^sig1=:[A-Za-z0-9+/]{342}==:$/u),
    });
  });

  test('refuses keys and key addresses that cannot be used', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => signRequest(outgoing({ privateKey }))).toThrow(TypeError);
    expect(() => signRequest(outgoing({ keyId: 'https://a.example/"x' }))).toThrow(TypeError);
    expect(() => signRequest(outgoing({ keyId: 'https://a.example/\r\nx: y' }))).toThrow(TypeError);
  });
});
