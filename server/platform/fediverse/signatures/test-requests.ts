// For the tests of signatures: requests signed by our own signer, and by hand over whatever a test wants.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { makeContentDigest, makeDigest } from './digest.ts';
import type { SignedRequest } from './request.ts';
import { signRequest, type SigningRequest } from './sign.ts';
import { verifySignature, type Verdict } from './verify.ts';

export const now = new Date('2026-03-01T12:00:00Z');
export const KEY_ID = 'https://peer.example/users/ann#main-key';
export const INBOX = 'https://rookery.example/ap/users/12/inbox';
export const body = JSON.stringify({ type: 'Create', note: 'Zażółć' });

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ed = generateKeyPairSync('ed25519');
export const pairs = { rsa, ed25519: ed };
export const CASES = [
  ['cavage', 'rsa'],
  ['cavage', 'ed25519'],
  ['rfc9421', 'rsa'],
  ['rfc9421', 'ed25519'],
] as const;

/** The request as it comes in at the other end. */
export function received(
  outgoing: Pick<SigningRequest, 'method' | 'url' | 'body'>,
  headers: Record<string, string>,
): SignedRequest {
  const url = new URL(outgoing.url);
  return {
    method: outgoing.method,
    path: `${url.pathname}${url.search}`,
    headers,
    rawBody: Buffer.from(outgoing.body ?? ''),
    now,
    expectedHosts: ['rookery.example'],
  };
}

export function outgoing(changes: Partial<SigningRequest> = {}): SigningRequest {
  return {
    method: 'POST',
    url: INBOX,
    body,
    keyId: KEY_ID,
    privateKey: rsa.privateKey,
    scheme: 'cavage',
    date: now,
    ...changes,
  };
}

export function signed(changes: Partial<SigningRequest> = {}): SignedRequest {
  const request = outgoing(changes);
  return received(request, signRequest(request));
}

export const judge = (request: SignedRequest, key: KeyObject = rsa.publicKey, keyId = KEY_ID): Verdict =>
  verifySignature({ ...request, key, keyId });

export const reasonOf = (verdict: Verdict): string => (verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`);

/** A request signed by hand over any lines, for what our own signer would never make. */
export function signedOver(options: {
  lines: (headers: Record<string, string>) => string[];
  header: (signature: string) => Record<string, string>;
  headers?: Record<string, string>;
  method?: string;
  path?: string;
  privateKey?: KeyObject;
  hash?: string | null;
}): SignedRequest {
  const method = options.method ?? 'POST';
  const headers: Record<string, string> = {
    host: 'rookery.example',
    date: now.toUTCString(),
    ...(method === 'POST' ? { digest: makeDigest(body), 'content-digest': makeContentDigest(body) } : {}),
    ...options.headers,
  };
  const base = Buffer.from(options.lines(headers).join('\n'), 'latin1');
  const hash = options.hash === undefined ? 'sha256' : options.hash;
  const signature = sign(hash, base, options.privateKey ?? rsa.privateKey).toString('base64');
  const path = options.path ?? '/ap/users/12/inbox';
  return {
    method,
    path,
    headers: { ...headers, ...options.header(signature) },
    rawBody: Buffer.from(method === 'POST' ? body : ''),
    now,
  };
}

/** The older kind, covering what is asked for. */
export function cavage(
  covered: string,
  parameters = 'algorithm="rsa-sha256"',
  changes: Partial<Parameters<typeof signedOver>[0]> = {},
): SignedRequest {
  const method = changes.method ?? 'POST';
  const path = changes.path ?? '/ap/users/12/inbox';
  const [, created] = /created=([0-9]+)/u.exec(parameters) ?? [];
  const [, expires] = /expires=([0-9]+)/u.exec(parameters) ?? [];
  return signedOver({
    lines: (headers) =>
      covered.split(' ').map((name) => {
        if (name === '(request-target)') return `${name}: ${method.toLowerCase()} ${path}`;
        if (name === '(created)') return `${name}: ${created}`;
        if (name === '(expires)') return `${name}: ${expires}`;
        return `${name}: ${headers[name]}`;
      }),
    header: (signature) => ({
      signature: `keyId="${KEY_ID}",${parameters},headers="${covered}",signature="${signature}"`,
    }),
    ...changes,
  });
}

/** RFC 9421, covering what is asked for. */
export function message(
  covered: string[],
  parameters = `;created=${now.getTime() / 1000};keyid="${KEY_ID}";alg="rsa-v1_5-sha256"`,
  changes: Partial<Parameters<typeof signedOver>[0]> = {},
): SignedRequest {
  const path = changes.path ?? '/ap/users/12/inbox';
  const list = `(${covered.map((name) => `"${name}"`).join(' ')})${parameters}`;
  const derived: Record<string, string> = {
    '@method': changes.method ?? 'POST',
    '@target-uri': `https://rookery.example${path}`,
    '@authority': 'rookery.example',
    '@path': path.split('?')[0] ?? '',
    '@query': `?${path.split('?')[1] ?? ''}`,
    '@scheme': 'https',
    '@request-target': path,
  };
  return signedOver({
    lines: (headers) => [
      ...covered.map((name) => `"${name}": ${derived[name] ?? headers[name]}`),
      `"@signature-params": ${list}`,
    ],
    header: (signature) => ({ 'signature-input': `sig1=${list}`, signature: `sig1=:${signature}:` }),
    ...changes,
  });
}

/** The SHA-512 of a text in base64. */
export function sha512(text: string): string {
  return createHash('sha512').update(text).digest('base64');
}
