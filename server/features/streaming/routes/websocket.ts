// The WebSocket door: one connection, any number of streams.
import type { IncomingMessage } from 'node:http';
import type { RawData } from 'ws';
import { findList } from '#server/features/lists/queries.ts';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findViewer } from '#server/features/auth/service/find-viewer.ts';
import { Forbidden } from '#server/platform/errors.ts';
import { bearerToken, type SignedIn } from '#server/platform/http/access.ts';
import { networkOf } from '#server/platform/http/limits.ts';
import { serveSockets, type Sockets } from '#server/platform/sockets.ts';
import { sendFrame, sendText, type Line } from '#server/platform/sockets/frames.ts';
import type { Places } from '#server/platform/sockets/places.ts';
import { notYourList, subscriptionFor, type StreamRefusal, type StreamRequest, type Subscription } from '../policy.ts';
import type { Hub } from './hub.ts';
import { frameOf } from './frames.ts';
import type { Listener } from './listeners.ts';

const path = '/api/v1/streaming';
/** Messages that one connection may send in ten seconds; more closes it. */
const messageBudget = { count: 200, perMs: 10_000 };

/** Serves `GET /api/v1/streaming` upgrades. The token comes as header, as sub-protocol or in the query, in that order. */
export function serveWebSocket(app: App, ctx: AppContext, hub: Hub, places: Places): Sockets {
  return serveSockets(app.server, {
    isMine: (asked) => asked === path || asked === `${path}/`,
    addressOf: (request) => networkOf(addressOf(ctx, request)),
    places,
    async admit(request) {
      const query = new URL(request.url ?? '', 'http://localhost').searchParams;
      const viewer = await findViewer(ctx, tokenOf(request, query) ?? '').catch(refused);
      if (!viewer) return { status: 401 };
      if ('status' in viewer) return viewer;
      if (viewer.accountId === null) return { status: 401 };
      const signedIn: SignedIn = { ...viewer, accountId: viewer.accountId };
      return { opened: (line) => converse(ctx, hub, line, signedIn, askedIn(query)) };
    },
  });
}

/** A login that may not be used now is refused as such; anything else is nobody's fault but ours. */
function refused(error: unknown): { status: number } {
  if (error instanceof Forbidden) return { status: 403 };
  throw error;
}

/** The one stream that the address itself asks for, if it does. */
function askedIn(query: URLSearchParams): StreamRequest | null {
  const stream = query.get('stream');
  if (stream === null) return null;
  const supportedTypes = [...query.getAll('supported_types'), ...query.getAll('supported_types[]')];
  return { stream, tag: query.get('tag') ?? undefined, list: query.get('list') ?? undefined, supportedTypes };
}

function tokenOf(request: IncomingMessage, query: URLSearchParams): string | null {
  return (
    bearerToken(request.headers.authorization) ??
    request.headers['sec-websocket-protocol']?.split(',')[0]?.trim() ??
    query.get('access_token')
  );
}

/** The client's address; a forwarded one counts only where the admin has named proxies. */
function addressOf(ctx: AppContext, request: IncomingMessage): string {
  const direct = request.socket.remoteAddress ?? '';
  if (ctx.config.trustProxy.length === 0) return direct;
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return forwarded || direct;
}

function converse(ctx: AppContext, hub: Hub, line: Line, viewer: SignedIn, first: StreamRequest | null): void {
  const { socket } = line;
  const listener: Listener = {
    viewer,
    send: (subscription, event, payload) => sendFrame(line, frameOf(subscription.names, event, payload)),
    end: () => socket.close(1008, 'The access token was revoked'),
  };
  // What a connection asks for is done in the order in which it asks.
  let reading = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    reading = reading.then(work).catch((error: unknown) => {
      ctx.log.error({ err: error }, 'a subscription failed');
      sendText(line, JSON.stringify({ error: 'Something went wrong; please try again', status: 500 }));
    });
  };
  const budget = { left: messageBudget.count, since: ctx.clock().getTime() };
  ctx.metrics.sockets.inc({ kind: 'websocket' });
  socket.on('close', () => {
    ctx.metrics.sockets.dec({ kind: 'websocket' });
    hub.listeners.leave(listener);
  });
  socket.on('message', (content, isBinary) => {
    if (isBinary) return socket.close(1003, 'Text frames only');
    if (!spend(budget, ctx.clock().getTime())) return socket.close(1008, 'Too many messages');
    inTurn(() => answer(ctx, hub, listener, line, textOf(content)));
  });
  if (first !== null) inTurn(() => change(ctx, hub, listener, line, 'subscribe', first));
}

async function answer(ctx: AppContext, hub: Hub, listener: Listener, line: Line, text: string): Promise<void> {
  const message = parseMessage(text);
  if (message) return change(ctx, hub, listener, line, message.type, message);
  sendText(line, JSON.stringify({ error: 'Send JSON such as {"type":"subscribe","stream":"user"}', status: 400 }));
}

async function change(
  ctx: AppContext,
  hub: Hub,
  listener: Listener,
  line: Line,
  type: unknown,
  request: StreamRequest,
): Promise<void> {
  const subscription = subscriptionFor(request, listener.viewer);
  if (type === 'unsubscribe') {
    if (!('error' in subscription)) hub.listeners.remove(listener, subscription);
    return;
  }
  if (type !== 'subscribe') return;
  const refusal = 'error' in subscription ? subscription : await admit(ctx, hub, listener, subscription, line);
  if (refusal !== null) sendText(line, JSON.stringify(refusal));
}

async function admit(
  ctx: AppContext,
  hub: Hub,
  listener: Listener,
  subscription: Subscription,
  { socket }: Line,
): Promise<StreamRefusal | null> {
  const { listId } = subscription;
  if (listId !== null && (await findList(ctx, listener.viewer.accountId, listId)) === null) return notYourList;
  // It may have closed while the database was asked; then nobody would ever take it away again.
  return socket.readyState === socket.OPEN ? hub.listeners.add(listener, subscription) : null;
}

/** A frame's text; the library hands frames over as one buffer unless told otherwise. */
function textOf(content: RawData): string {
  return Buffer.isBuffer(content) ? content.toString('utf8') : '';
}

function spend(budget: { left: number; since: number }, now: number): boolean {
  if (now - budget.since > messageBudget.perMs) {
    budget.since = now;
    budget.left = messageBudget.count;
  }
  budget.left -= 1;
  return budget.left >= 0;
}

function parseMessage(text: string): (StreamRequest & { type: unknown }) | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { type, stream, tag, list, supported_types: supported } = value as Record<string, unknown>;
    if (typeof stream !== 'string') return null;
    return {
      type,
      stream,
      tag: typeof tag === 'string' ? tag : undefined,
      supportedTypes: (Array.isArray(supported) ? supported : [supported]).filter((word) => typeof word === 'string'),
      list: typeof list === 'string' || typeof list === 'number' ? String(list) : undefined,
    };
  } catch {
    return null;
  }
}
