// The HTTP server: who asks, what they send, how much they may ask, how failures read. What is behind each door stands in routes.ts.
import { randomUUID } from 'node:crypto';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { AppContext } from '#server/context.ts';
import type { App } from '#server/platform/http/app.ts';
import { answerFailures } from '#server/platform/http/failures.ts';
import { keepHostsApart } from '#server/platform/http/hosts.ts';
import { secureHeaders } from '#server/platform/http/headers.ts';
import { limitAnswerTime, limitBodyTime } from '#server/platform/http/patience.ts';
import { parseKeys } from '#server/platform/http/bodies.ts';
import { validatorCompiler } from '#server/platform/http/validation.ts';
import { describeApi } from '#server/api-docs.ts';
import { registerHealth } from '#server/health.ts';
import { registerRoutes } from '#server/routes.ts';
import packageFile from '../package.json' with { type: 'json' };

const { version } = packageFile;

/** How long a body may take: a film from a phone, and anything else. */
const slowBodyMs = 60 * 60_000;
const bodyMs = 30_000;
/** Together with the question whether the database lives: ten seconds. */
const answerMs = 8_500;

/** Builds the server without listening. */
export async function buildApp(ctx: AppContext): Promise<App> {
  const app = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // A logger for each request costs more than most of them log; lines that need the request name it.
    childLoggerFactory: (logger) => logger,
    trustProxy: ctx.config.trustProxy.length > 0 ? ctx.config.trustProxy : false,
    bodyLimit: 1024 * 1024,
    requestTimeout: slowBodyMs,
    connectionTimeout: 60_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
    routerOptions: {
      querystringParser: parseKeys,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: false,
      maxParamLength: 500,
    },
    exposeHeadRoutes: true,
    rewriteUrl: keepHostsApart(ctx.config),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler as never);
  // Response schemas describe; serializers.ts has made the answer exact, and a second serializer would only cost time.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  answerFailures(app);
  app.decorateRequest('viewer', null);
  observe(app, ctx);
  limitBodyTime(app, bodyMs);
  limitAnswerTime(app, { ms: answerMs, ping: () => ctx.database.prepared('answer_ping', 'select 1', []) });
  await app.register(cookie);
  secureHeaders(app, ctx);
  await app.register(compress, { threshold: 1024, encodings: ['br', 'gzip'], brotliOptions: { params: { 1: 4 } } });
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'Tus-Resumable',
      'Upload-Length',
      'Upload-Metadata',
      'Upload-Offset',
    ],
    exposedHeaders: [
      'Link',
      'Location',
      'Rookery-Media-Id',
      'Tus-Resumable',
      'Upload-Expires',
      'Upload-Length',
      'Upload-Offset',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'X-Request-Id',
      'Mastodon-Async-Refresh',
      'Deprecation',
    ],
    maxAge: 7200,
    hook: 'onRequest',
  });
  registerHealth(app, ctx);
  await describeApi(app, ctx, version);
  await registerRoutes(app, ctx);
  return app;
}

/** A request id on every answer, one log line and one measurement for each request. */
function observe(app: App, ctx: AppContext): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    ctx.metrics.requests.observe(labels, reply.elapsedTime / 1000);
    const line = { reqId: request.id, ...labels, ms: Math.round(reply.elapsedTime * 10) / 10 };
    if (reply.statusCode >= 500) request.log.error(line, 'request');
    else request.log.info(line, 'request');
  });
}
