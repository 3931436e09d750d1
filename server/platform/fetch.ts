// The one way out: everything that this server asks of the network goes through here, with the same limits on where it
// may lead, how long it may take, how much it may bring back and how much may be under way at once.
import type { LookupAddress } from 'node:dns';
import { Agent, type Dispatcher } from 'undici';
import { isPublicAddress } from './fetch/addresses.ts';
import { ACCEPTED_ENCODINGS, readBody, saveBody } from './fetch/body.ts';
import { createConnector } from './fetch/connector.ts';
import { keepPace, startDeadline } from './fetch/deadline.ts';
import type { Deadline } from './fetch/deadline.ts';
import { FetchFailure, toFetchFailure } from './fetch/failure.ts';
import { joinHeaders, toResponse, type FetchedResponse } from './fetch/response.ts';
import { createSlots, type Slots } from './fetch/slots.ts';
import { nextTarget, parseTarget, plainHeaders, redirectLocation, withoutCredentials } from './fetch/target.ts';
import type { TargetPolicy } from './fetch/target.ts';

export { FetchFailure } from './fetch/failure.ts';
export type { FetchFailureReason } from './fetch/failure.ts';
export type { FetchedResponse } from './fetch/response.ts';

export interface SafeFetchOptions {
  /** Lets requests go to this machine and its neighbours, on any port. For tests and closed networks only. */
  allowPrivateAddresses: boolean;
  userAgent: string;
  clock?: () => Date;
  /** Requests under way at once, in all (64) and to one origin (2); and how many may wait for their turn (20,000). */
  maxInFlight?: number;
  maxPerOrigin?: number;
  maxWaiting?: number;
  /** Deliveries under way at once, in all (192). */
  maxDeliveries?: number;
  /** Downloads under way at once, in all (16) and from one origin (4). */
  maxDownloads?: number;
  maxDownloadsPerOrigin?: number;
  /** PEM of a certificate authority to trust besides the known ones. */
  ca?: string;
  /** Resolves host names, in place of the system's way. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
  /** Replaces the rules about addresses and ports, so that tests can call one loopback address public and another private. */
  policy?: { isAllowedAddress: (address: string) => boolean; isAllowedPort: (port: number) => boolean };
  /** Whether a host is not asked at all; `isFederated` for what servers say to each other. */
  isRefused?: (host: string, isFederated: boolean) => boolean;
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
  /** Keeps the first `maxBytes` of a longer body, where else it fails as `too_large`: for pages of which the beginning is enough. */
  cut?: boolean;
  /** Time for all of it with its redirects, from the moment it is its turn: 10,000 ms unless said otherwise. A turn that does not come in as long fails as `busy`. */
  timeoutMs?: number;
  /** 3 unless said otherwise. */
  maxRedirects?: number;
  /** What a redirect does: is followed (the default), or fails as `redirects`. */
  redirect?: 'follow' | 'error';
  /** Takes its turn among deliveries: however many of these are kept waiting, they keep back nobody who asks for something. */
  isDelivery?: boolean;
  /** It is what servers say to each other, and no page or file: also refused where only listed servers count. */
  isFederated?: boolean;
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

/** What a download takes besides; a body of its own it does not send. */
export interface DownloadOptions extends Omit<FetchOptions, 'method' | 'body'> {
  /** The file of this machine that is made of the body; there must be none yet. Only an answer with status 200 makes one. */
  path: string;
  /** Ends as `timeout` what comes slower, on average, once it has had `afterMs`. */
  pace?: { bytesPerSecond: number; afterMs: number };
}

export interface Downloaded {
  status: number;
  headers: Record<string, string>;
  /** The address that answered, after redirects, without fragment. */
  url: string;
  /** Length of the file, unpacked. */
  bytes: number;
}

export interface SafeFetch {
  /** Sends one request and reads its answer; any status is an answer. @throws {FetchFailure} when there is none that can be used */
  fetch(url: string | URL, options?: FetchOptions): Promise<FetchedResponse>;
  /**
   * Reads an answer into a file, piece by piece. Downloads take turns among themselves, so that long ones keep back nobody who
   * asks for something short. @throws {FetchFailure} when there is no answer that can be used; then there is no file either
   */
  download(url: string | URL, options: DownloadOptions): Promise<Downloaded>;
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
  const policies = { web: policyOf(options, false), federation: policyOf(options, true) };
  const asking = openLane(options, policies.web, options.maxInFlight ?? 64, options.maxPerOrigin ?? 2);
  const delivering = openLane(options, policies.web, options.maxDeliveries ?? 192, options.maxPerOrigin ?? 2);
  const loading = openLane(options, policies.web, options.maxDownloads ?? 16, options.maxDownloadsPerOrigin ?? 4);
  const underWay = new Set<Deadline>();

  async function run(lane: Lane, url: string | URL, settings: FetchOptions, how: How): Promise<FetchedResponse> {
    const policy = policies[settings.isFederated === true ? 'federation' : 'web'];
    const target = parseTarget(url, policy);
    const deadline = startDeadline(settings.timeoutMs ?? TIMEOUT_MS, settings.signal, target.host);
    underWay.add(deadline);
    try {
      const first = firstRequest(target, settings, { 'user-agent': options.userAgent, ...how.headers });
      return await follow(lane, policy, first, settings, { ...how, deadline });
    } catch (error) {
      throw deadline.failure() ?? toFetchFailure(error, target.host);
    } finally {
      deadline.end();
      underWay.delete(deadline);
    }
  }

  return {
    check: (url) => void parseTarget(url, policies.web),
    fetch: (url, settings = {}) =>
      run(settings.isDelivery === true ? delivering : asking, url, settings, {
        headers: { 'accept-encoding': ACCEPTED_ENCODINGS },
        read: readAll,
      }),
    async download(url, settings) {
      let bytes = 0;
      const {
        status,
        headers,
        url: from,
      } = await run(loading, url, settings, {
        // What is shown and heard is packed already.
        headers: { 'accept-encoding': 'identity' },
        async read(answer, received, request, deadline) {
          bytes = await save(answer, received, request, deadline, settings);
          return Buffer.alloc(0);
        },
      });
      return { status, headers, url: from, bytes };
    },
    async close(graceMs = 5_000) {
      for (const { slots } of [asking, delivering, loading]) slots.close();
      const cut = setTimeout(() => {
        for (const deadline of underWay) deadline.stop(new FetchFailure('closed', 'this server is stopping'));
      }, graceMs);
      await Promise.all([asking, delivering, loading].map(({ agent }) => agent.close()));
      clearTimeout(cut);
    },
  };
}

/** Connections, and turns to use them. */
interface Lane {
  agent: Agent;
  slots: Slots;
}

function openLane(options: SafeFetchOptions, policy: TargetPolicy, total: number, perHost: number): Lane {
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
  return { agent, slots: createSlots({ total, perHost, waiting: options.maxWaiting ?? 20_000 }) };
}

/** What becomes of the body of an answer that is no redirect, and the headers that go with it. */
interface How {
  headers: Record<string, string>;
  read: (
    answer: Dispatcher.ResponseData,
    received: Record<string, string>,
    request: Request,
    deadline: Deadline,
  ) => Promise<Buffer>;
}

async function follow(
  lane: Lane,
  policy: TargetPolicy,
  first: Request,
  settings: FetchOptions,
  how: How & { deadline: Deadline },
): Promise<FetchedResponse> {
  const most = settings.redirect === 'error' ? 0 : (settings.maxRedirects ?? MAX_REDIRECTS);
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    const sent = await sendInTurn(lane, request, how);
    if (sent.location === null) return sent.response;
    const { status } = sent.response;
    const { host } = request.target;
    if (redirects >= most)
      throw new FetchFailure('redirects', `${host}: redirects too often or where it may not`, { status });
    const target = nextTarget(request.target, sent.location, request.method, status, policy);
    request = await redirected(request, target, settings);
  }
}

async function sendInTurn({ agent, slots }: Lane, request: Request, how: How & { deadline: Deadline }): Promise<Sent> {
  const release = await slots.acquire(request.target.origin, how.deadline.signal);
  try {
    how.deadline.start();
    return await send(agent, request, how);
  } finally {
    release();
  }
}

const readAll: How['read'] = (answer, received, request) => {
  const limits = { host: request.target.host, maxBytes: request.maxBytes, cut: request.cut };
  // An answer to HEAD announces the body that it does not have.
  return readBody(answer.body, request.method === 'HEAD' ? {} : received, limits);
};

/** Writes the body of a good answer into the file; of others it reads no more than keeps the connection. Returns the length. */
async function save(
  answer: Dispatcher.ResponseData,
  received: Record<string, string>,
  request: Request,
  deadline: Deadline,
  { path, pace }: DownloadOptions,
): Promise<number> {
  const { host } = request.target;
  if (answer.statusCode !== 200) {
    await answer.body.dump({ limit: MAX_DISCARDED_BYTES, signal: deadline.signal });
    return 0;
  }
  const walk = pace === undefined ? null : keepPace(pace, deadline, host);
  try {
    const onBytes = (bytes: number): void => walk?.note(bytes);
    return await saveBody(answer.body, received, { host, maxBytes: request.maxBytes, path, onBytes });
  } finally {
    walk?.end();
  }
}

function policyOf(options: SafeFetchOptions, isFederated: boolean): TargetPolicy {
  const everything = options.allowPrivateAddresses;
  return {
    isAllowedAddress: options.policy?.isAllowedAddress ?? (everything ? () => true : isPublicAddress),
    isAllowedPort: options.policy?.isAllowedPort ?? ((port) => everything || port === 80 || port === 443),
    allowsLocalNames: everything,
    isRefused: (host) => options.isRefused?.(host, isFederated) ?? false,
  };
}

interface Request {
  target: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  maxBytes: number;
  cut: boolean;
}

function firstRequest(target: URL, settings: FetchOptions, own: Record<string, string>): Request {
  return {
    target,
    method: (settings.method ?? 'GET').toUpperCase(),
    headers: {
      ...own,
      accept: settings.accept ?? '*/*',
      ...plainHeaders(settings.headers ?? {}),
    },
    body: settings.body,
    maxBytes: settings.maxBytes ?? MAX_BYTES,
    cut: settings.cut ?? false,
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

async function send(agent: Agent, request: Request, how: How & { deadline: Deadline }): Promise<Sent> {
  const { target, method, headers, body } = request;
  const { signal } = how.deadline;
  const answer = await agent.request({
    origin: target.origin,
    path: `${target.pathname}${target.search}`,
    method: method as Dispatcher.HttpMethod, // undici checks that it is a token; its type lists the usual ones
    headers,
    body: body ?? null,
    signal,
  });
  // What has been said need not be said again, however slowly the rest of the answer comes.
  if (method === 'POST') how.deadline.answered(answer.statusCode);
  const received = joinHeaders(answer.headers);
  const location = redirectLocation(answer.statusCode, received);
  if (location !== null) {
    await answer.body.dump({ limit: MAX_DISCARDED_BYTES, signal });
    return { response: toResponse(answer.statusCode, received, target.href, Buffer.alloc(0)), location };
  }
  const read = await how.read(answer, received, request, how.deadline);
  return { response: toResponse(answer.statusCode, received, target.href, read), location };
}
