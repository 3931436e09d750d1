// What stands before every door that a client knocks on: who asks, how much they may ask, what they send.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { findViewer } from '#server/features/auth/service/find-viewer.ts';
import { Forbidden, Unauthorized, type Failure } from '#server/platform/errors.ts';
import { checkAccess, tokenOf } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { readBodies } from '#server/platform/http/bodies.ts';
import { limitRates } from '#server/platform/http/limits.ts';

/** Notes who asks; the reason when the token is wrong, or its login may not be used now. */
async function recognise(ctx: AppContext, request: FastifyRequest, token: string): Promise<Failure | null> {
  try {
    request.viewer = await findViewer(ctx, token);
    return request.viewer ? null : new Unauthorized('The access token is invalid');
  } catch (error) {
    if (error instanceof Forbidden) return error;
    throw error;
  }
}

/** Hooks of the client doors: bodies, who asks, budgets. Federation's doors do without. */
export async function clientDoors(app: App, ctx: AppContext): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access;
    if (!access || access.who === 'open') return limitRates(ctx, request, reply);
    reply.header('vary', 'Authorization, Origin');
    const token = tokenOf(request, access);
    const refusal = token === null ? null : await recognise(ctx, request, token);
    if (token !== null) reply.header('cache-control', 'private, no-store');
    // A token that is wrong counts for the address that tries it.
    await limitRates(ctx, request, reply);
    if (refusal) throw refusal;
    checkAccess(access, request.viewer);
  });
  // Safe: the body parsers do not look at the types of schemas.
  await readBodies(app as unknown as FastifyInstance);
}
