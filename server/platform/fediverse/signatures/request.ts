// What a signature is about: a request as it came in, and the words in which a signature is refused.
import type { IncomingHttpHeaders } from 'node:http';

/** A request whose signature is judged. Header names are in lower case, as `node:http` gives them. */
export interface SignedRequest {
  method: string;
  /** The request target as it stood in the request line: path and query, not decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as received; empty for GET. */
  rawBody: Uint8Array;
  now: Date;
  /** The hosts (`host[:port]`) that we answer for; a request for another is refused. */
  expectedHosts?: readonly string[];
  /** How the sender saw our address. Behind a proxy that ends TLS it is `https`. Both are tried when it is not said. */
  protocol?: 'https' | 'http';
}

/** 400: cannot be read as a signature. 401: can be read, but does not prove anything. `reason` is for logs. */
export interface Refusal {
  ok: false;
  status: 400 | 401;
  reason: RefusalReason;
}

export type RefusalReason =
  | 'no_signature'
  | 'malformed_signature'
  | 'malformed_key_id'
  | 'uncovered_target'
  | 'uncovered_host'
  | 'uncovered_date'
  | 'uncovered_digest'
  | 'missing_header'
  | 'unsupported_component'
  | 'unsupported_algorithm'
  | 'missing_digest'
  | 'malformed_digest'
  | 'unsupported_digest'
  | 'wrong_digest'
  | 'malformed_date'
  | 'outside_time_window'
  | 'expired'
  | 'wrong_host'
  | 'other_key'
  | 'no_key'
  | 'wrong_key_type'
  | 'wrong_signature';

/** One refusal. */
export function refuse(status: 400 | 401, reason: RefusalReason): Refusal {
  return { ok: false, status, reason };
}

/** A header's value as signatures see it: trimmed, repeated ones joined by `, `; null when it is not there. */
export function headerValue(headers: IncomingHttpHeaders, name: string): string | null {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return null;
  return Array.isArray(value) ? value.map((one) => one.trim()).join(', ') : value.trim();
}

/** Whether requests of this method bring a body that must be covered. */
export function bringsBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** A host in lower case, without the port that `protocol` stands for. */
export function plainHost(host: string, protocol: 'https' | 'http'): string {
  return host.toLowerCase().replace(protocol === 'https' ? /:443$/u : /:80$/u, '');
}
