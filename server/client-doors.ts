// What stands before every door that a client knocks on: who asks, how much they may ask, what they send.
import type { FastifyInstance } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { findViewer } from '#server/features/auth/service/find-viewer.ts';
import { bearerToken, checkAccess } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { readBodies } from '#server/platform/http/bodies.ts';
import { limitRates } from '#server/platform/http/limits.ts';

/** Hooks of the client doors: bodies, who asks, budgets. Federation's doors do without. */
export async function clientDoors(app: App, ctx: AppContext): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access;
    if (!access || access.who === 'open') return limitRates(ctx, request, reply);
    reply.header('vary', 'Authorization, Origin');
    const token = bearerToken(request.headers.authorization);
    if (token !== null) {
      request.viewer = await findViewer(ctx, token);
      if (!request.viewer) checkAccess({ ...access, who: 'client' }, null);
      reply.header('cache-control', 'private, no-store');
    }
    await limitRates(ctx, request, reply);
    checkAccess(access, request.viewer);
  });
  // Safe: the body parsers do not look at the types of schemas.
  await readBodies(app as unknown as FastifyInstance);
}
