// What a supervisor, a balancer and Prometheus ask.
import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { sql } from 'kysely';
import type { FastifyRequest } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { bearerToken } from '#server/platform/http/access.ts';

/** Set while the process drains: it still answers, but wants no new work. */
export const readiness = { draining: false };

/** `/livez`: the process runs. `/readyz`: it can do its work. `/metrics`: figures, for this machine or the bearer of METRICS_TOKEN. */
export function registerHealth(app: App, ctx: AppContext): void {
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  app.addHook('onClose', async () => {
    lag.disable();
  });
  app.get('/livez', { logLevel: 'silent' }, async () => ({ status: 'OK' }));
  app.get('/health', { logLevel: 'silent' }, async () => ({ status: 'OK' }));
  app.get('/readyz', { logLevel: 'silent' }, async (_request, reply) => {
    const faults = await findFaults(ctx, lag.percentile(99) / 1e6);
    lag.reset();
    return reply
      .code(faults.length === 0 ? 200 : 503)
      .send({ status: faults.length === 0 ? 'OK' : 'unavailable', faults });
  });
  app.get('/metrics', { logLevel: 'silent' }, async (request, reply) => {
    if (!mayReadMetrics(ctx, request)) throw new NotFound('Not Found');
    await readDepths(ctx);
    return reply.type(ctx.metrics.registry.contentType).send(await ctx.metrics.registry.metrics());
  });
}

async function findFaults(ctx: AppContext, lagMs: number): Promise<string[]> {
  const faults: string[] = [];
  const check = async (text: string, probe: Promise<unknown>): Promise<void> => {
    try {
      await Promise.race([
        probe,
        new Promise((_resolve, reject) => setTimeout(reject, 2000, new Error('timeout')).unref()),
      ]);
    } catch {
      faults.push(text);
    }
  };
  if (readiness.draining) faults.push('the process is shutting down');
  if (lagMs > 500) faults.push(`the event loop lags by ${Math.round(lagMs)} ms`);
  await Promise.all([
    check('the database does not answer', sql`select 1`.execute(ctx.database.read)),
    check('the queue does not answer or takes nothing more', ctx.queue.ping()),
    check('the cache does not answer', ctx.cache.ping()),
    check('the bus does not answer', ctx.bus.ping()),
    check('less than 5 % of the disk under DATA_DIR is free', hasSpace(ctx.config.dataDir)),
  ]);
  return faults;
}

async function hasSpace(folder: string): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail / disk.blocks < 0.05) throw new Error('disk almost full');
}

/** A proxy on this machine speaks for others, so a forwarded request is not local. */
function mayReadMetrics(ctx: AppContext, request: FastifyRequest): boolean {
  const token = ctx.secrets.metricsToken;
  if (token !== undefined && bearerToken(request.headers.authorization) === token) return true;
  const address = request.socket.remoteAddress ?? '';
  const isLocal = address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
  return isLocal && request.headers['x-forwarded-for'] === undefined && request.headers['forwarded'] === undefined;
}

async function readDepths(ctx: AppContext): Promise<void> {
  const depths = await ctx.queue.depth();
  for (const [lane, depth] of Object.entries(depths)) {
    for (const [state, count] of Object.entries(depth)) ctx.metrics.queueDepth.set({ lane, state }, count);
  }
  const rows = await ctx.database.prepared<{ events: number; deliveries: number }>(
    'metrics_depths',
    `select (select count(*)::int from outbox_events) as events, (select count(*)::int from deliveries where state = 'waiting') as deliveries`,
    [],
  );
  ctx.metrics.outboxDepth.set(rows[0]?.events ?? 0);
  ctx.metrics.deliveryDepth.set(rows[0]?.deliveries ?? 0);
}
