// Secrets that we hand out once and recognise later: the database holds only their hashes.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new secret of 256 random bits in base64url, whose letters are safe in headers, addresses and socket protocols. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret: SHA-256 in base64url. Enough because the secret itself cannot be guessed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Compares two texts in a time that does not depend on where they differ. */
export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
}
