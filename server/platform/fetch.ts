// The one way out: everything that this server asks of the network goes through here, with the same limits on where it
// may lead, how long it may take, how much it may bring back and how much may be under way at once.
import type { LookupAddress } from 'node:dns';
import { Agent, type Dispatcher } from 'undici';
import { isPublicAddress } from './fetch/addresses.ts';
import { ACCEPTED_ENCODINGS, readBody } from './fetch/body.ts';
import { createConnector } from './fetch/connector.ts';
import { startDeadline } from './fetch/deadline.ts';
import type { Deadline } from './fetch/deadline.ts';
import { FetchFailure, toFetchFailure } from './fetch/failure.ts';
import { createSlots } from './fetch/slots.ts';
import { nextTarget, parseTarget, plainHeaders, redirectLocation, withoutCredentials } from './fetch/target.ts';
import type { TargetPolicy } from './fetch/target.ts';

export { FetchFailure } from './fetch/failure.ts';
export type { FetchFailureReason } from './fetch/failure.ts';

export interface SafeFetchOptions {
  /** Lets requests go to this machine and its neighbours, on any port. For tests and closed networks only. */
  allowPrivateAddresses: boolean;
  userAgent: string;
  clock?: () => Date;
  /** Requests under way at once, in all (64) and to one origin (2); and how many may wait for their turn (20,000). */
  maxInFlight?: number;
  maxPerOrigin?: number;
  maxWaiting?: number;
  /** PEM of a certificate authority to trust besides the known ones. */
  ca?: string;
  /** Resolves host names, in place of the system's way. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
  /** Replaces the rules about addresses and ports, so that tests can call one loopback address public and another private. */
  policy?: { isAllowedAddress: (address: string) => boolean; isAllowedPort: (port: number) => boolean };
}

export interface FetchOptions {
  /** GET unless said otherwise. */
  method?: string;
  headers?: Record<string, string | undefined>;
  body?: string | Uint8Array;
  /** The `Accept` header. */
  accept?: string;
  /** Most bytes of body, on the wire and unpacked: 1 MiB unless said otherwise. */
  maxBytes?: number;
  /** Time for all of it with its redirects, from the moment it is its turn: 10,000 ms unless said otherwise. A turn that does not come in as long fails as `busy`. */
  timeoutMs?: number;
  /** 3 unless said otherwise. */
  maxRedirects?: number;
  /** What a redirect does: is followed (the default), or fails as `redirects`. */
  redirect?: 'follow' | 'error';
  /**
   * Called before a redirect is followed; what it returns is added to the headers of the next request. Signatures and
   * credentials made for the first address are never sent on, so whoever signs signs again here.
   */
  onRedirect?: (next: RedirectedRequest) => Record<string, string> | Promise<Record<string, string>>;
  signal?: AbortSignal;
}

export interface RedirectedRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

export interface FetchedResponse {
  status: number;
  /** Names in lower case; repeated headers joined by `, `. */
  headers: Record<string, string>;
  /** The address that answered, after redirects, without fragment. */
  url: string;
  body: Buffer;
  /** The body as text, by the charset it announces, else UTF-8. */
  text(): string;
  /** @throws {FetchFailure} `bad_response` when the body is not JSON */
  json(): unknown;
}

export interface SafeFetch {
  /** Sends one request and reads its answer; any status is an answer. @throws {FetchFailure} when there is none that can be used */
  fetch(url: string | URL, options?: FetchOptions): Promise<FetchedResponse>;
  /** Whether that address may be asked at all, as far as can be told without asking for its name. @throws {FetchFailure} when not */
  check(url: string | URL): void;
  /** Refuses new requests, waits up to `graceMs` (5,000) for those under way, then cuts them. */
  close(graceMs?: number): Promise<void>;
}

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 3;
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MAX_MS = 30_000;
const MAX_DISCARDED_BYTES = 16 * 1024;

/** Opens the way out. Connections are kept and used again for a few seconds; HTTP/1.1 only. */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const policy = policyOf(options);
  const perHost = options.maxPerOrigin ?? 2;
  const slots = createSlots({ total: options.maxInFlight ?? 64, perHost, waiting: options.maxWaiting ?? 20_000 });
  const underWay = new Set<Deadline>();
  const agent = new Agent({
    connect: createConnector({
      isAllowedAddress: policy.isAllowedAddress,
      clock: options.clock ?? (() => new Date()),
      resolve: options.resolve,
      ca: options.ca,
    }),
    allowH2: false,
    connections: perHost,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
    // The total time limit covers these, and one clock is enough.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function sendOnce(request: Request, deadline: Deadline): Promise<Sent> {
    const release = await slots.acquire(request.target.origin, deadline.signal);
    try {
      deadline.start();
      return await send(agent, request, deadline);
    } finally {
      release();
    }
  }

  async function follow(first: Request, settings: FetchOptions, deadline: Deadline): Promise<FetchedResponse> {
    const most = settings.redirect === 'error' ? 0 : (settings.maxRedirects ?? MAX_REDIRECTS);
    let request = first;
    for (let redirects = 0; ; redirects += 1) {
      const sent = await sendOnce(request, deadline);
      if (sent.location === null) return sent.response;
      const { status } = sent.response;
      const { host } = request.target;
      if (redirects >= most)
        throw new FetchFailure('redirects', `${host}: redirects too often or where it may not`, { status });
      request = await redirected(
        request,
        nextTarget(request.target, sent.location, request.method, status, policy),
        settings,
      );
    }
  }

  return {
    check: (url) => void parseTarget(url, policy),
    async fetch(url, settings = {}) {
      const target = parseTarget(url, policy);
      const deadline = startDeadline(settings.timeoutMs ?? TIMEOUT_MS, settings.signal, target.host);
      underWay.add(deadline);
      try {
        return await follow(firstRequest(target, settings, options.userAgent), settings, deadline);
      } catch (error) {
        throw deadline.failure() ?? toFetchFailure(error, target.host);
      } finally {
        deadline.end();
        underWay.delete(deadline);
      }
    },
    async close(graceMs = 5_000) {
      slots.close();
      const cut = setTimeout(() => {
        for (const deadline of underWay) deadline.stop(new FetchFailure('closed', 'this server is stopping'));
      }, graceMs);
      await agent.close();
      clearTimeout(cut);
    },
  };
}

function policyOf(options: SafeFetchOptions): TargetPolicy {
  const everything = options.allowPrivateAddresses;
  return {
    isAllowedAddress: options.policy?.isAllowedAddress ?? (everything ? () => true : isPublicAddress),
    isAllowedPort: options.policy?.isAllowedPort ?? ((port) => everything || port === 80 || port === 443),
    allowsLocalNames: everything,
  };
}

interface Request {
  target: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  maxBytes: number;
}

function firstRequest(target: URL, settings: FetchOptions, userAgent: string): Request {
  return {
    target,
    method: (settings.method ?? 'GET').toUpperCase(),
    headers: {
      'user-agent': userAgent,
      accept: settings.accept ?? '*/*',
      'accept-encoding': ACCEPTED_ENCODINGS,
      ...plainHeaders(settings.headers ?? {}),
    },
    body: settings.body,
    maxBytes: settings.maxBytes ?? MAX_BYTES,
  };
}

async function redirected(request: Request, target: URL, settings: FetchOptions): Promise<Request> {
  const headers = withoutCredentials(request.headers);
  const { method, body } = request;
  const added = await settings.onRedirect?.({ url: target.href, method, headers, body });
  return { ...request, target, headers: { ...headers, ...plainHeaders(added ?? {}) } };
}

interface Sent {
  response: FetchedResponse;
  location: string | null;
}

async function send(agent: Agent, request: Request, deadline: Deadline): Promise<Sent> {
  const { target, method, headers, body } = request;
  const answer = await agent.request({
    origin: target.origin,
    path: `${target.pathname}${target.search}`,
    method: method as Dispatcher.HttpMethod, // undici checks that it is a token; its type lists the usual ones
    headers,
    body: body ?? null,
    signal: deadline.signal,
  });
  const received = joinHeaders(answer.headers);
  const location = redirectLocation(answer.statusCode, received);
  if (location !== null) {
    await answer.body.dump({ limit: MAX_DISCARDED_BYTES, signal: deadline.signal });
    return { response: toResponse(answer.statusCode, received, target.href, Buffer.alloc(0)), location };
  }
  const limits = { host: target.host, maxBytes: request.maxBytes };
  // An answer to HEAD announces the body that it does not have.
  const unread = method === 'HEAD' ? {} : received;
  return {
    response: toResponse(answer.statusCode, received, target.href, await readBody(answer.body, unread, limits)),
    location,
  };
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}

function toResponse(status: number, headers: Record<string, string>, url: string, body: Buffer): FetchedResponse {
  const text = (): string => decoderFor(headers['content-type']).decode(body);
  return {
    status,
    headers,
    url,
    body,
    text,
    json() {
      try {
        return JSON.parse(body.toString('utf8')) as unknown;
      } catch (cause) {
        throw new FetchFailure('bad_response', `${new URL(url).host}: the answer is not JSON`, { cause, status });
      }
    },
  };
}

function decoderFor(contentType = ''): TextDecoder {
  const charset = /;\s*charset="?([A-Za-z0-9_.:-]{1,40})/iu.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    // A charset that nobody knows: most text is UTF-8 all the same.
    return new TextDecoder();
  }
}
