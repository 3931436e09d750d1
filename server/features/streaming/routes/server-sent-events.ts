// The same streams as server-sent events, one a connection.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Failure } from '#server/platform/errors.ts';
import { open, user, viewerOf } from '#server/platform/http/access.ts';
import { bufferLimit } from '#server/platform/sockets.ts';
import { subscriptionFor, type StreamRequest } from '../policy.ts';
import type { Hub, Listener } from './hub.ts';

const paths: Record<string, string> = {
  user: 'user',
  'user/notification': 'user:notification',
  public: 'public',
  'public/local': 'public:local',
  'public/remote': 'public:remote',
  hashtag: 'hashtag',
  'hashtag/local': 'hashtag:local',
};
const heartbeatMs = 15_000;

/** `GET /api/v1/streaming/user` and its kin, `/health`, and a clear 400 for streams that do not exist. */
export function serveEvents(app: App, ctx: AppContext, hub: Hub): void {
  app.get('/api/v1/streaming/health', { config: { access: open } }, async (_request, reply) =>
    reply.type('text/plain').send('OK'),
  );
  app.get('/api/v1/streaming/*', { config: { access: open } }, async (_request, reply) =>
    reply.code(400).send({ error: 'Unknown channel requested' }),
  );
  for (const [path, stream] of Object.entries(paths)) {
    const schema = {
      querystring: Type.Object({ tag: Type.Optional(Type.String()), only_media: Type.Optional(Type.Boolean()) }),
      hide: true,
    };
    // A HEAD request would wait for the end of what has none.
    app.get(
      `/api/v1/streaming/${path}`,
      { schema, exposeHeadRoute: false, config: { access: user() } },
      async (request, reply) => {
        openStream(ctx, hub, request, reply, { stream, tag: request.query.tag, onlyMedia: request.query.only_media });
      },
    );
  }
}

function openStream(
  ctx: AppContext,
  hub: Hub,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: StreamRequest,
): void {
  const viewer = viewerOf(request);
  const subscription = subscriptionFor(asked, viewer);
  if ('error' in subscription) throw new Failure(subscription.status, subscription.error);
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
      else raw.write(`event: ${event}\ndata: ${payload}\n\n`);
    },
    end: () => raw.end(),
  };
  const heartbeat = setInterval(() => raw.write(':thump\n\n'), heartbeatMs);
  hub.subscribe(listener, subscription);
  ctx.metrics.sockets.inc({ kind: 'events' });
  raw.on('close', () => {
    clearInterval(heartbeat);
    hub.leave(listener);
    ctx.metrics.sockets.dec({ kind: 'events' });
  });
}
