// Digests of bodies: made for what we send, checked for what we receive. SHA-256 and SHA-512 only.
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { headerValue, refuse, type Refusal } from './request.ts';
import { decodeBase64, parseDictionary } from './structured-fields.ts';

const HASHES: Record<string, 'sha256' | 'sha512'> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** The value of a `Digest` header (RFC 3230), which peers with the older signatures expect. */
export function makeDigest(body: Uint8Array | string): string {
  return `SHA-256=${hash('sha256', body, 'base64')}`;
}

/** The value of a `Content-Digest` header. @see https://www.rfc-editor.org/rfc/rfc9530 */
export function makeContentDigest(body: Uint8Array | string): string {
  return `sha-256=:${hash('sha256', body, 'base64')}:`;
}

/** Checks every digest in `Digest` and `Content-Digest` against the body: all must be right, and of a kind that we trust. Null means fine. */
export function checkDigests(headers: IncomingHttpHeaders, body: Uint8Array): Refusal | null {
  const digest = headerValue(headers, 'digest');
  const contentDigest = headerValue(headers, 'content-digest');
  return (
    (digest === null ? null : checkDigest(digest, body)) ??
    (contentDigest === null ? null : checkContentDigest(contentDigest, body))
  );
}

function checkDigest(header: string, body: Uint8Array): Refusal | null {
  for (const part of header.split(',')) {
    const [, name, base64] = /^\s*([A-Za-z0-9-]+)=([A-Za-z0-9+/=]+)\s*$/u.exec(part) ?? [];
    if (name === undefined || base64 === undefined) return refuse(400, 'malformed_digest');
    const refusal = checkOne(name.toLowerCase(), decodeBase64(base64), body);
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkContentDigest(header: string, body: Uint8Array): Refusal | null {
  const members = parseDictionary(header);
  if (members === null || members.size === 0) return refuse(400, 'malformed_digest');
  for (const [name, { item }] of members) {
    const refusal = checkOne(name, item?.value instanceof Buffer ? item.value : null, body);
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkOne(name: string, given: Buffer | null, body: Uint8Array): Refusal | null {
  const algorithm = HASHES[name];
  if (algorithm === undefined) return refuse(401, 'unsupported_digest');
  if (given === null) return refuse(400, 'malformed_digest');
  const real = hash(algorithm, body, 'buffer');
  return given.length === real.length && timingSafeEqual(given, real) ? null : refuse(401, 'wrong_digest');
}
