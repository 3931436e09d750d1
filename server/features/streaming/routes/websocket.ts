// The WebSocket door: one connection, any number of streams.
import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findViewer } from '#server/features/auth/service/find-viewer.ts';
import { bearerToken, type SignedIn } from '#server/platform/http/access.ts';
import { networkOf } from '#server/platform/http/limits.ts';
import { bufferLimit, serveSockets, type Sockets } from '#server/platform/sockets.ts';
import { subscriptionFor, type StreamRequest, type Subscription } from '../policy.ts';
import type { Hub, Listener } from './hub.ts';

const path = '/api/v1/streaming';
/** Messages that one connection may send in ten seconds; more closes it. */
const messageBudget = { count: 200, perMs: 10_000 };

/** Serves `GET /api/v1/streaming` upgrades. The token comes as header, as sub-protocol or in the query, in that order. */
export function serveWebSocket(app: App, ctx: AppContext, hub: Hub): Sockets {
  return serveSockets(app.server, {
    isMine: (asked) => asked === path || asked === `${path}/`,
    addressOf: (request) => networkOf(addressOf(ctx, request)),
    async admit(request) {
      const query = new URL(request.url ?? '', 'http://localhost').searchParams;
      const viewer = await findViewer(ctx, tokenOf(request, query) ?? '');
      if (!viewer || viewer.accountId === null) return { status: 401 };
      const signedIn: SignedIn = { ...viewer, accountId: viewer.accountId };
      return { opened: (socket) => converse(ctx, hub, socket, signedIn, query) };
    },
  });
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

function converse(ctx: AppContext, hub: Hub, socket: WebSocket, viewer: SignedIn, query: URLSearchParams): void {
  const held = new Map<string, Subscription>();
  const listener: Listener = {
    viewer,
    send(subscription, event, payload) {
      write(
        socket,
        `{"stream":${JSON.stringify(subscription.names)},"event":"${event}","payload":${JSON.stringify(payload)}}`,
      );
    },
    end: () => socket.close(1008, 'The access token was revoked'),
  };
  const subscribe = (request: StreamRequest): void => {
    const subscription = subscriptionFor(request, viewer);
    if ('error' in subscription) return write(socket, JSON.stringify(subscription));
    held.set(subscription.key, subscription);
    hub.subscribe(listener, subscription);
  };
  const unsubscribe = (request: StreamRequest): void => {
    const subscription = subscriptionFor(request, viewer);
    if ('error' in subscription) return;
    held.delete(subscription.key);
    hub.unsubscribe(listener, subscription);
  };
  const budget = { left: messageBudget.count, since: ctx.clock().getTime() };
  ctx.metrics.sockets.inc({ kind: 'websocket' });
  socket.on('close', () => {
    ctx.metrics.sockets.dec({ kind: 'websocket' });
    hub.leave(listener);
  });
  socket.on('message', (content, isBinary) => {
    if (isBinary) return socket.close(1003, 'Text frames only');
    if (!spend(budget, ctx.clock().getTime())) return socket.close(1008, 'Too many messages');
    const message = parseMessage(textOf(content));
    if (!message)
      return write(
        socket,
        JSON.stringify({ error: 'Send JSON such as {"type":"subscribe","stream":"user"}', status: 400 }),
      );
    if (message.type === 'subscribe') subscribe(message);
    else if (message.type === 'unsubscribe') unsubscribe(message);
  });
  const stream = query.get('stream');
  if (stream !== null) subscribe({ stream, tag: query.get('tag') ?? undefined, list: query.get('list') ?? undefined });
}

/** A reader that does not keep up loses its connection; it comes back and reads the timeline. */
function write(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > bufferLimit) socket.terminate();
  else socket.send(text);
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
    const { type, stream, tag, list } = value as Record<string, unknown>;
    if (typeof stream !== 'string') return null;
    return {
      type,
      stream,
      tag: typeof tag === 'string' ? tag : undefined,
      list: typeof list === 'string' || typeof list === 'number' ? String(list) : undefined,
    };
  } catch {
    return null;
  }
}
