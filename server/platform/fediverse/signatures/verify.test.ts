// Verification: what holds, what any change does to it, and what several signatures in one request are worth.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SignedRequest } from './request.ts';
import { signRequestAsync } from './sign.ts';
import {
  CASES,
  INBOX,
  KEY_ID,
  ed,
  judge,
  message,
  now,
  otherRsa,
  outgoing,
  pairs,
  reasonOf,
  received,
  rsa,
  signed,
} from './test-requests.ts';
import { verifyRequest } from './verify.ts';

describe.each(CASES)('%s with %s', (scheme, type) => {
  const { privateKey, publicKey } = pairs[type];

  test('a signed POST is verified by its key', () => {
    expect(judge(signed({ scheme, privateKey }), publicKey)).toMatchObject({ ok: true, keyId: KEY_ID });
  });

  test('a signed GET is verified, with a query and without', () => {
    for (const url of [
      'https://rookery.example/ap/posts/1',
      'https://rookery.example/ap/users/1/outbox?page=1&x=%20',
    ]) {
      const get = signed({ scheme, privateKey, method: 'GET', url, body: undefined });
      expect(reasonOf(judge(get, publicKey))).toBe('ok');
    }
  });

  test('signing on another thread gives a signature that holds too', async () => {
    const request = outgoing({ scheme, privateKey });
    expect(reasonOf(judge(received(request, await signRequestAsync(request)), publicKey))).toBe('ok');
  });

  test('an empty body has a digest too', () => {
    expect(reasonOf(judge(signed({ scheme, privateKey, body: '' }), publicKey))).toBe('ok');
  });

  test('an address on plain http with a port is verified', () => {
    const local = signed({ scheme, privateKey, url: 'http://localhost:3001/inbox' });
    expect(reasonOf(judge({ ...local, expectedHosts: ['localhost:3001'] }, publicKey))).toBe('ok');
    expect(reasonOf(judge({ ...local, expectedHosts: ['localhost:3001'], protocol: 'http' }, publicKey))).toBe('ok');
  });

  test('another key does not fit', () => {
    const other = type === 'rsa' ? otherRsa : generateKeyPairSync('ed25519');
    expect(reasonOf(judge(signed({ scheme, privateKey }), other.publicKey))).toBe('401 wrong_signature');
  });

  test('a key of the other type does not go with it', () => {
    const verdict = reasonOf(judge(signed({ scheme, privateKey }), type === 'rsa' ? ed.publicKey : rsa.publicKey));
    // An algorithm that does not name its key type lets the signature itself decide.
    expect(['401 wrong_key_type', '401 wrong_signature']).toContain(verdict);
  });

  test('a private key is not a key to verify with', () => {
    expect(reasonOf(judge(signed({ scheme, privateKey }), privateKey))).toBe('401 wrong_key_type');
  });

  test('whatever single bit is changed, it is refused', () => {
    const request = signed({ scheme, privateKey, url: `${INBOX}?a=b` });
    const names =
      scheme === 'cavage'
        ? ['host', 'date', 'digest', 'signature']
        : ['host', 'content-digest', 'signature-input', 'signature'];
    const places = fc.constantFrom('path', 'method', 'body', ...names);
    fc.assert(
      fc.property(places, fc.nat(), fc.nat(7), (place, offset, bit) => {
        const flip = (text: string): string => {
          const bytes = Buffer.from(text, 'latin1');
          // The name of the algorithm is not covered and may be left out: what it says must only not be wrong.
          const [uncovered = ''] = /algorithm="[^"]*"/u.exec(text) ?? [];
          const at = offset % bytes.length;
          fc.pre(uncovered === '' || at < text.indexOf(uncovered) || at >= text.indexOf(uncovered) + uncovered.length);
          bytes[at]! ^= 1 << bit;
          return bytes.toString('latin1');
        };
        const changed: SignedRequest = { ...request, expectedHosts: undefined, headers: { ...request.headers } };
        if (place === 'path') changed.path = flip(request.path);
        else if (place === 'method') changed.method = flip(request.method);
        else if (place === 'body')
          changed.rawBody = Buffer.from(flip(Buffer.from(request.rawBody).toString('latin1')), 'latin1');
        else changed.headers[place] = flip(String(request.headers[place]));
        const verdict = judge(changed, publicKey);
        // Changes that say the same: RFC 9421 folds the case of hosts, the older kind that of methods.
        const same =
          scheme === 'rfc9421'
            ? place === 'host' && String(changed.headers.host).toLowerCase() === request.headers.host
            : place === 'method' && changed.method.toUpperCase() === request.method;
        expect([place, verdict.ok]).toEqual([place, same]);
      }),
      { numRuns: 600 },
    );
  });
});

describe('several signatures', () => {
  const EVIL = 'https://evil.example/key';
  const created = now.getTime() / 1000;
  const both = (first: SignedRequest, second: SignedRequest): SignedRequest => ({
    ...first,
    headers: {
      ...first.headers,
      'signature-input': `${first.headers['signature-input']}, ${String(second.headers['signature-input']).replace('sig1', 'sig2')}`,
      signature: `${first.headers.signature}, ${String(second.headers.signature).replace('sig1', 'sig2')}`,
    },
  });
  const FULL = ['@method', '@target-uri', 'content-digest'];
  const mine = message(FULL, `;created=${created};keyid="${KEY_ID}"`);
  const broken = message(FULL, `;created=${created};keyid="https://victim.example/key"`, {
    privateKey: otherRsa.privateKey,
  });
  const findKey = async (keyId: string): Promise<KeyObject | null> => {
    if (keyId === KEY_ID || keyId === 'https://victim.example/key') return rsa.publicKey;
    return keyId === EVIL ? otherRsa.publicKey : null;
  };

  test('count as the one that holds, whatever the others claim', async () => {
    expect(await verifyRequest(both(broken, mine), findKey)).toMatchObject({
      ok: true,
      keyId: KEY_ID,
      signature: { label: 'sig2' },
    });
    expect(await verifyRequest(both(mine, broken), findKey)).toMatchObject({
      ok: true,
      keyId: KEY_ID,
      signature: { label: 'sig1' },
    });
  });

  test('never lend one key to another name', () => {
    // Signed by the evil key, said to be the victim's, beside an honest label of the evil key that is out of order.
    const forged = message(FULL, `;created=${created};keyid="https://victim.example/key"`, {
      privateKey: otherRsa.privateKey,
    });
    const honest = message(FULL, `;created=${created - 9999};keyid="${EVIL}"`, { privateKey: otherRsa.privateKey });
    expect(reasonOf(judge(both(honest, forged), otherRsa.publicKey, EVIL))).toBe('401 other_key');
  });

  test('of which one cannot be read count as the rest', async () => {
    const unreadable = {
      ...mine,
      headers: {
        ...mine.headers,
        'signature-input': `x=("a";sf);created=1, ${mine.headers['signature-input']}`,
        signature: `x=:aGk=:, ${mine.headers.signature}`,
      },
    };
    expect(await verifyRequest(unreadable, findKey)).toMatchObject({ ok: true, keyId: KEY_ID });
  });

  test('ask for no key when nothing could hold, and for each key once at most', async () => {
    const asked: string[] = [];
    const spy = async (keyId: string): Promise<null> => {
      asked.push(keyId);
      return null;
    };
    expect(reasonOf(await verifyRequest({ ...mine, rawBody: Buffer.from('x') }, spy))).toBe('401 wrong_digest');
    expect(reasonOf(await verifyRequest(message(['@authority']), spy))).toBe('401 uncovered_target');
    expect(asked).toEqual([]);
    expect(reasonOf(await verifyRequest(both(mine, broken), spy))).toBe('401 no_key');
    expect(asked).toEqual([KEY_ID, 'https://victim.example/key']);
  });
});
