// The keys by which accounts prove themselves to other servers: RSA-2048 for HTTP signatures, Ed25519 for object proofs.
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { LRUCache } from 'lru-cache';
import { decodeBase58, encodeBase58 } from './base58.ts';

/** A key pair as text: SPKI and PKCS#8. */
export interface PemPair {
  publicKeyPem: string;
  privateKeyPem: string;
}

const makeKeyPair = promisify(generateKeyPair);

/** A new RSA pair of 2,048 bits. Takes 50 to 500 ms on another thread. Longer keys would only make every delivery slower. */
export async function generateRsaKeys(): Promise<PemPair> {
  return toPem(await makeKeyPair('rsa', { modulusLength: 2048 }));
}

/** A new Ed25519 pair, with its public half as a Multikey (`z6Mk…`). @see https://codeberg.org/fediverse/fep/src/branch/main/fep/521a/fep-521a.md */
export async function generateEd25519Keys(): Promise<PemPair & { publicKeyMultibase: string }> {
  const pair = await makeKeyPair('ed25519');
  return { ...toPem(pair), publicKeyMultibase: toMultikey(pair.publicKey) };
}

function toPem(pair: { publicKey: KeyObject; privateKey: KeyObject }): PemPair {
  return {
    publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKeyPem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

// The multicodec number of ed25519-pub (0xed) as a varint.
const ED25519_PREFIX = Buffer.from([0xed, 0x01]);
const ED25519_LENGTH = 32;

/** An Ed25519 public key as a Multikey. @throws {TypeError} for keys of another type */
export function toMultikey(key: KeyObject): string {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('only Ed25519 keys are written as Multikey');
  const { x } = key.export({ format: 'jwk' });
  return `z${encodeBase58(Buffer.concat([ED25519_PREFIX, Buffer.from(x ?? '', 'base64url')]))}`;
}

/** The Ed25519 public key in a Multikey, or null when it is none. */
export function fromMultikey(multibase: string): KeyObject | null {
  if (!multibase.startsWith('z') || multibase.length > 64) return null;
  const bytes = decodeBase58(multibase.slice(1));
  if (bytes === null || bytes.length !== ED25519_PREFIX.length + ED25519_LENGTH) return null;
  if (!bytes.subarray(0, ED25519_PREFIX.length).equals(ED25519_PREFIX)) return null;
  const x = bytes.subarray(ED25519_PREFIX.length).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

const CACHED_KEYS = 10_000;
const MAX_PEM_LENGTH = 10_000;
const MIN_RSA_BITS = 2048;
// Verifying with a longer key, or one with a huge exponent, costs so much that it is an attack.
const MAX_RSA_BITS = 8192;
const MAX_RSA_EXPONENT = 0xffffffffn;

const publicKeys = new LRUCache<string, KeyObject>({ max: CACHED_KEYS });
const privateKeys = new LRUCache<string, KeyObject>({ max: CACHED_KEYS });

/**
 * The public key in a PEM text (SPKI or PKCS#1) or a Multikey, or null when it is none that we accept: RSA of 2,048 to
 * 8,192 bits, or Ed25519. Kept, because reading a key costs as much as using it.
 */
export function importPublicKey(text: string): KeyObject | null {
  const kept = publicKeys.get(text);
  if (kept !== undefined) return kept;
  const key = readPublicKey(text.trim());
  if (key === null || !isAcceptable(key)) return null;
  publicKeys.set(text, key);
  return key;
}

function readPublicKey(text: string): KeyObject | null {
  if (text.startsWith('z')) return fromMultikey(text);
  // A private key would be read as its public half: whoever publishes one has no secret.
  if (text.length > MAX_PEM_LENGTH || !/^-----BEGIN (?:RSA )?PUBLIC KEY-----/u.test(text)) return null;
  try {
    return createPublicKey(text);
  } catch {
    return null;
  }
}

function isAcceptable(key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'ed25519') return true;
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isSized = modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS;
  return key.asymmetricKeyType === 'rsa' && isSized && publicExponent >= 3n && publicExponent <= MAX_RSA_EXPONENT;
}

/** One of our own private keys. Kept, under a digest of its text. @throws when the text is no private key */
export function importPrivateKey(pem: string): KeyObject {
  const name = createHash('sha256').update(pem).digest('base64');
  const kept = privateKeys.get(name);
  if (kept !== undefined) return kept;
  const key = createPrivateKey(pem);
  privateKeys.set(name, key);
  return key;
}
