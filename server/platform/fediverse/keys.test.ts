// Keys as text and back, and which keys of strangers are refused.
import { generateKeyPairSync } from 'node:crypto';
import { importMultibaseKey } from '@fedify/fedify/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase58, encodeBase58 } from './base58.ts';
import {
  fromMultikey,
  generateEd25519Keys,
  generateRsaKeys,
  importPrivateKey,
  importPublicKey,
  toMultikey,
} from './keys.ts';

const publicPem = (type: 'spki' | 'pkcs1', bits: number, publicExponent = 65537): string =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent })
    .publicKey.export({ type, format: 'pem' })
    .toString();

describe('new keys', () => {
  test('for requests are RSA of 2,048 bits in SPKI and PKCS#8', async () => {
    const pair = await generateRsaKeys();
    expect(pair.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/u);
    expect(pair.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/u);
    expect(importPublicKey(pair.publicKeyPem)?.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(importPrivateKey(pair.privateKeyPem).asymmetricKeyType).toBe('rsa');
  });

  test('for proofs are Ed25519 with a Multikey that others read', async () => {
    const pair = await generateEd25519Keys();
    expect(pair.publicKeyMultibase).toMatch(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/u);
    const key = fromMultikey(pair.publicKeyMultibase);
    expect(key?.export({ type: 'spki', format: 'pem' })).toBe(pair.publicKeyPem);
    const theirs = await importMultibaseKey(pair.publicKeyMultibase);
    const { x } = await crypto.subtle.exportKey('jwk', theirs);
    expect(key?.export({ format: 'jwk' }).x).toBe(x);
  });
});

test('a Multikey known from the specification is read and written', () => {
  // The first example of the did:key method, whose bytes are published.
  const multikey = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
  const key = importPublicKey(multikey);
  expect(key?.asymmetricKeyType).toBe('ed25519');
  expect(Buffer.from(key?.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')).toBe(
    '2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6',
  );
  expect(toMultikey(key!)).toBe(multikey);
});

test.each([
  '',
  'z',
  'z6Mk',
  'm6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0',
  'z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjCk3qRMMmyjnjCMfR4pXbRMZa3i',
  `z${'6'.repeat(5000)}`,
])('%j is no Multikey of ours', (text) => {
  expect(fromMultikey(text)).toBeNull();
});

describe('a stranger’s key', () => {
  test('is taken as SPKI and as PKCS#1, and kept', () => {
    const pem = publicPem('spki', 2048);
    expect(importPublicKey(pem)).toBe(importPublicKey(pem));
    expect(importPublicKey(`\n${publicPem('pkcs1', 2048)}\n`)?.asymmetricKeyType).toBe('rsa');
  });

  test('that is too short is refused', () => {
    expect(importPublicKey(publicPem('spki', 1024))).toBeNull();
  });

  test('of another type is refused', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(importPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toBeNull();
  });

  test('that is a private key is refused', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(importPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toBeNull();
  });

  test.each([
    '',
    'x',
    '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    'a'.repeat(20_000),
  ])('that reads %.40s is refused', (text) => {
    expect(importPublicKey(text)).toBeNull();
  });
});

describe('base58', () => {
  test.each([
    ['', ''],
    ['00', '1'],
    ['0000ff', '115Q'],
    ['61', '2g'],
    ['73696d706c792061206c6f6e6720737472696e67', '2cFupjhnEsSn59qHXstmK2ffpLv2'],
    ['00eb15231dfceb60925886b67d065299925915aeb172c06647', '1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L'],
  ])('of %s is %s', (hex, text) => {
    expect(encodeBase58(Buffer.from(hex, 'hex'))).toBe(text);
    expect(decodeBase58(text)?.toString('hex')).toBe(hex);
  });

  test('comes back as it was, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(decodeBase58(encodeBase58(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test.each(['0', 'O', 'I', 'l', 'a b', '1'.repeat(129)])('does not read %.10j', (text) => {
    expect(decodeBase58(text)).toBeNull();
  });
});
