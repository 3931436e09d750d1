// Sending requests: in turn, over connections that are kept, and on to where they are redirected.
import { Agent, type Dispatcher } from 'undici';
import { createConnector } from './connector.ts';
import type { Deadline } from './deadline.ts';
import { FetchFailure } from './failure.ts';
import type { FetchOptions, SafeFetchOptions } from './options.ts';
import { joinHeaders, toResponse, type FetchedResponse } from './response.ts';
import { createSlots, type Slots } from './slots.ts';
import { nextTarget, plainHeaders, redirectLocation, withoutCredentials, type TargetPolicy } from './target.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 3;
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MAX_MS = 30_000;
/** Of a body that nobody wants, no more than this is read to keep the connection. */
export const maxDiscardedBytes = 16 * 1024;

/** Connections, and turns to use them. */
export interface Lane {
  agent: Agent;
  slots: Slots;
}

/** Opens connections of which `perHost` go to one origin, and `total` are used at once. */
export function openLane(options: SafeFetchOptions, policy: TargetPolicy, total: number, perHost: number): Lane {
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
export interface How {
  headers: Record<string, string>;
  read: (
    answer: Dispatcher.ResponseData,
    received: Record<string, string>,
    request: Request,
    deadline: Deadline,
  ) => Promise<Buffer>;
}

/** Sends a request, and again wherever it is redirected to, as far as `settings` allow. */
export async function follow(
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

/** One request, ready to be sent. */
export interface Request {
  target: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  maxBytes: number;
  cut: boolean;
}

/** The request that a caller asks for, with `own` headers beneath theirs. */
export function firstRequest(target: URL, settings: FetchOptions, own: Record<string, string>): Request {
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
    await answer.body.dump({ limit: maxDiscardedBytes, signal });
    return { response: toResponse(answer.statusCode, received, target.href, Buffer.alloc(0)), location };
  }
  const read = await how.read(answer, received, request, how.deadline);
  return { response: toResponse(answer.statusCode, received, target.href, read), location };
}
