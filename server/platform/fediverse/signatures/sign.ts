// Signs what we send. A signature with RSA costs more than all the rest of a delivery, so there is a way to make many
// at once on the threads of the runtime.
import { sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { makeContentDigest, makeDigest } from './digest.ts';
import { bringsBody, plainHost } from './request.ts';

export interface SigningRequest {
  method: string;
  /** The absolute address that the request goes to. */
  url: string | URL;
  /** Names in any case; only `accept` is looked at. */
  headers?: Record<string, string | undefined>;
  /** Required for methods that bring one; may be empty. */
  body?: Uint8Array | string;
  /** The address of our public key. */
  keyId: string;
  /** RSA or Ed25519. Keep it: making it from text costs as much as a verification. */
  privateKey: KeyObject;
  /** The older kind, which nearly all peers understand, or RFC 9421. */
  scheme: 'cavage' | 'rfc9421';
  date: Date;
}

const DEFAULT_ACCEPT =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';

/**
 * Signs a request and returns the headers to add to it, in lower case: `host`, `date`, the digest, for a signed GET of
 * the older kind `accept`, and the signature. They must be sent as they are.
 */
export function signRequest(request: SigningRequest): Record<string, string> {
  const draft = draftSignature(request);
  return draft.finish(sign(draft.hash, Buffer.from(draft.base), request.privateKey));
}

const signOnThreads = promisify<'sha256' | null, Buffer, KeyObject, Buffer>(sign);

/** As `signRequest`, on another thread: for deliveries, where many are under way at once. */
export async function signRequestAsync(request: SigningRequest): Promise<Record<string, string>> {
  const draft = draftSignature(request);
  return draft.finish(await signOnThreads(draft.hash, Buffer.from(draft.base), request.privateKey));
}

interface SignatureDraft {
  /** The text to sign. */
  base: string;
  hash: 'sha256' | null;
  finish(signature: Buffer): Record<string, string>;
}

function draftSignature(request: SigningRequest): SignatureDraft {
  const type = request.privateKey.asymmetricKeyType;
  if (type !== 'rsa' && type !== 'ed25519') throw new TypeError(`cannot sign requests with a key of type ${type}`);
  // The two become quoted text in a header.
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/u.test(request.keyId)) throw new TypeError('the key needs a plain address');
  const url = new URL(request.url);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  const target: Target = {
    method: request.method.toUpperCase(),
    path: `${url.pathname}${url.search}`,
    host: plainHost(url.host, protocol),
    protocol,
  };
  return request.scheme === 'cavage' ? draftCavage(request, target, type) : draftRfc9421(request, target, type);
}

interface Target {
  method: string;
  path: string;
  host: string;
  protocol: 'https' | 'http';
}

function draftCavage(request: SigningRequest, target: Target, type: 'rsa' | 'ed25519'): SignatureDraft {
  const headers: Record<string, string> = { host: target.host, date: request.date.toUTCString() };
  if (bringsBody(target.method)) headers.digest = makeDigest(request.body ?? '');
  else headers.accept = acceptOf(request);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const covered = ['(request-target)', ...Object.keys(headers)].join(' ');
  const algorithm = type === 'rsa' ? 'rsa-sha256' : 'hs2019';
  return {
    base: [`(request-target): ${target.method.toLowerCase()} ${target.path}`, ...lines].join('\n'),
    hash: type === 'rsa' ? 'sha256' : null,
    finish: (signature) => ({
      ...headers,
      signature: `keyId="${request.keyId}",algorithm="${algorithm}",headers="${covered}",signature="${signature.toString('base64')}"`,
    }),
  };
}

function draftRfc9421(request: SigningRequest, target: Target, type: 'rsa' | 'ed25519'): SignatureDraft {
  const headers: Record<string, string> = { host: target.host, date: request.date.toUTCString() };
  const lines = [`"@method": ${target.method}`, `"@target-uri": ${target.protocol}://${target.host}${target.path}`];
  const covered = ['"@method"', '"@target-uri"'];
  if (bringsBody(target.method)) {
    headers['content-digest'] = makeContentDigest(request.body ?? '');
    lines.push(`"content-digest": ${headers['content-digest']}`);
    covered.push('"content-digest"');
  }
  const created = Math.floor(request.date.getTime() / 1000);
  const algorithm = type === 'rsa' ? 'rsa-v1_5-sha256' : 'ed25519';
  const parameters = `(${covered.join(' ')});created=${created};keyid="${request.keyId}";alg="${algorithm}"`;
  return {
    base: [...lines, `"@signature-params": ${parameters}`].join('\n'),
    hash: type === 'rsa' ? 'sha256' : null,
    finish: (signature) => ({
      ...headers,
      'signature-input': `sig1=${parameters}`,
      signature: `sig1=:${signature.toString('base64')}:`,
    }),
  };
}

function acceptOf(request: SigningRequest): string {
  const given = Object.entries(request.headers ?? {}).find(([name]) => name.toLowerCase() === 'accept')?.[1];
  return given?.trim() ?? DEFAULT_ACCEPT;
}
