// The same streams as server-sent events, one a connection.
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { findList } from '#server/features/lists/queries.ts';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Failure, NotFound, TooMany } from '#server/platform/errors.ts';
import { open as openToAll, user, viewerOf, type SignedIn } from '#server/platform/http/access.ts';
import { networkOf } from '#server/platform/http/limits.ts';
import { bufferLimit } from '#server/platform/sockets/frames.ts';
import type { Places } from '#server/platform/sockets/places.ts';
import { notYourList, subscriptionFor, type StreamRequest, type Subscription } from '../policy.ts';
import type { Hub } from './hub.ts';
import type { Listener } from './listeners.ts';

const paths: Record<string, string> = {
  user: 'user',
  'user/notification': 'user:notification',
  public: 'public',
  'public/local': 'public:local',
  'public/remote': 'public:remote',
  hashtag: 'hashtag',
  'hashtag/local': 'hashtag:local',
  list: 'list',
  direct: 'direct',
};
const heartbeatMs = 15_000;

/** Streams by server-sent events; the timer of their heartbeats stops with `close`. */
export interface EventStreams {
  close(): void;
}

/** `GET /api/v1/streaming/user` and its kin, `/health`, and a clear 400 for streams that do not exist. */
export function serveEvents(app: App, ctx: AppContext, hub: Hub, places: Places): EventStreams {
  const open = new Set<ServerResponse>();
  const heartbeat = setInterval(() => {
    for (const raw of open) raw.write(':thump\n\n');
  }, heartbeatMs);
  plainDoors(app);
  for (const [path, stream] of Object.entries(paths)) {
    const schema = {
      querystring: Type.Object({
        tag: Type.Optional(Type.String()),
        list: Type.Optional(Type.String()),
        only_media: Type.Optional(Type.Boolean()),
      }),
      hide: true,
    };
    // A HEAD request would wait for the end of what has none.
    app.get(
      `/api/v1/streaming/${path}`,
      { schema, exposeHeadRoute: false, config: { access: { ...user(), inQuery: true } } },
      async (request, reply) => {
        const { tag, list, only_media: onlyMedia } = request.query;
        const viewer = viewerOf(request);
        const subscription = await mayHear(ctx, viewer, { stream, tag, list, onlyMedia });
        const release = places.take(networkOf(request.ip));
        if (release === null) throw new TooMany('Too many open connections');
        const raw = openStream(ctx, hub, reply, viewer, subscription);
        open.add(raw);
        raw.on('close', () => {
          open.delete(raw);
          release();
        });
      },
    );
  }
  return { close: () => clearInterval(heartbeat) };
}

async function mayHear(ctx: AppContext, viewer: SignedIn, request: StreamRequest): Promise<Subscription> {
  const subscription = subscriptionFor(request, viewer);
  if ('error' in subscription) throw new Failure(subscription.status, subscription.error);
  const { listId } = subscription;
  if (listId !== null && (await findList(ctx, viewer.accountId, listId)) === null)
    throw new Failure(notYourList.status, notYourList.error);
  return subscription;
}

function plainDoors(app: App): void {
  app.get('/api/v1/streaming', { schema: { hide: true }, config: { access: openToAll } }, async () => {
    throw new NotFound('Not found here: connect with a WebSocket');
  });
  app.get('/api/v1/streaming/health', { config: { access: openToAll } }, async (_request, reply) =>
    reply.type('text/plain').send('OK'),
  );
  app.get('/api/v1/streaming/*', { config: { access: openToAll } }, async (_request, reply) =>
    reply.code(400).send({ error: 'Unknown channel requested' }),
  );
}

function openStream(
  ctx: AppContext,
  hub: Hub,
  reply: FastifyReply,
  viewer: SignedIn,
  subscription: Subscription,
): ServerResponse {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'private, no-store',
    'x-accel-buffering': 'no',
  });
  raw.write(':)\n\n');
  const listener: Listener = {
    viewer,
    send(_subscription, event, payload) {
      if (raw.writableLength > bufferLimit) raw.destroy();
      // Browsers drop an event without data, so one that has none says an empty object.
      else raw.write(`event: ${event}\ndata: ${payload ?? '{}'}\n\n`);
    },
    end: () => raw.end(),
  };
  hub.listeners.add(listener, subscription);
  ctx.metrics.sockets.inc({ kind: 'events' });
  raw.on('close', () => {
    hub.listeners.leave(listener);
    ctx.metrics.sockets.dec({ kind: 'events' });
  });
  return raw;
}
