// Decides which addresses may be asked at all, and where a redirect may lead.
import { isIP } from 'node:net';
import { blocked } from './connector.ts';
import { FetchFailure } from './failure.ts';

export interface TargetPolicy {
  isAllowedAddress: (address: string) => boolean;
  isAllowedPort: (port: number) => boolean;
  allowsLocalNames: boolean;
  /** Hosts, with their ports, that the staff does not want to hear of. */
  isRefused?: (host: string) => boolean;
}

const MAX_URL_LENGTH = 8192;

/** Parses and checks an address. The fragment is dropped. @throws {FetchFailure} `bad_url`, `blocked_port`, `blocked_private`, `blocked_domain` */
export function parseTarget(url: string | URL, policy: TargetPolicy): URL {
  const text = typeof url === 'string' ? url : url.href;
  // The URL parser drops tabs and line breaks and trims; an address that needs that is not one that we were given in good faith.
  if (text.length > MAX_URL_LENGTH || /[\s\p{Cc}\p{Cs}]/u.test(text))
    throw badUrl('it has blanks or control characters, or is too long');
  if (!/^https?:\/\/[^/\\]/iu.test(text)) throw badUrl('it is not http or https');
  const target = URL.parse(text);
  if (target === null || (target.protocol !== 'https:' && target.protocol !== 'http:'))
    throw badUrl('it cannot be read');
  if (target.username !== '' || target.password !== '') throw badUrl('it holds a user name or password');
  target.hash = '';
  const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
  if (!policy.isAllowedPort(port))
    throw new FetchFailure('blocked_port', `${target.hostname}: port ${port} is not for the web`);
  checkHost(target.hostname, policy);
  if (policy.isRefused?.(target.host) === true)
    throw new FetchFailure('blocked_domain', `${target.host} is blocked by this server`);
  return target;
}

function checkHost(hostname: string, policy: TargetPolicy): void {
  const name = hostname.replace(/^\[|\]$/gu, '').replace(/\.$/u, '');
  if (name === '' || name.startsWith('.') || name.includes('..')) throw badUrl('its host name is not one');
  const isLocalName = name === 'localhost' || /\.(?:localhost|local|internal|home\.arpa)$/u.test(name);
  if (isLocalName && !policy.allowsLocalNames) throw blocked(name);
  if (isIP(name) !== 0 && !policy.isAllowedAddress(name)) throw blocked(name);
}

function badUrl(why: string): FetchFailure {
  return new FetchFailure('bad_url', `the address cannot be fetched: ${why}`);
}

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The `Location` of an answer that is a redirect, else null. */
export function redirectLocation(status: number, headers: Record<string, string>): string | null {
  return REDIRECT_STATUSES.has(status) ? (headers.location ?? null) : null;
}

/**
 * Where a redirect leads. Only GET and HEAD may be sent elsewhere by any redirect, other methods by those that keep the method.
 * @throws {FetchFailure} `redirects` for a way back to plain http or a method that would change; else as `parseTarget`
 */
export function nextTarget(from: URL, location: string, method: string, status: number, policy: TargetPolicy): URL {
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead && status !== 307 && status !== 308) {
    throw new FetchFailure('redirects', `${from.host}: answers ${method} with redirect ${status}`, { status });
  }
  const parsed = URL.parse(location, from);
  if (parsed === null) throw new FetchFailure('redirects', `${from.host}: redirects to no address`, { status });
  const to = parseTarget(parsed, policy);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new FetchFailure('redirects', `${from.host}: redirects to plain http`, { status });
  }
  return to;
}

// Made for the first host: proof of identity and what it covers.
const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'signature',
  'signature-input',
]);

/** The headers that may go along to where a redirect leads: no credentials, no signatures. */
export function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name)));
}

// The client sets these itself, from the address and the body.
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

/** Header names in lower case, without those that the connection decides. */
export function plainHeaders(headers: Record<string, string | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (value !== undefined && !OWN_HEADERS.has(lower)) plain[lower] = value;
  }
  return plain;
}
