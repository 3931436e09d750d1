// Deliveries to other servers, for the staff: how each server is doing, what waits for it, and trying again.
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { hostStates, listHosts, retryHost, type HostView } from '#server/platform/fediverse/host-states.ts';
import { staff } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { setAfterLinks } from '#server/platform/http/paging.ts';

const tags = ['Administration'];
const defaultLimit = 100;

function serializeHost(host: HostView) {
  return {
    host: host.host,
    state: host.state,
    failures: host.failures,
    failing_since: host.failingSince?.toISOString() ?? null,
    closed_until: host.closedUntil?.toISOString() ?? null,
    last_seen_at: host.lastSeenAt?.toISOString() ?? null,
    waiting: host.waiting,
    given_up: host.givenUp,
    next_try_at: host.nextTryAt?.toISOString() ?? null,
    last_error: host.lastError,
    last_status: host.lastStatus,
  };
}

/** Doors for admins. The list is paged by `after`, the last host that one has; `Link` says where it goes on. */
export async function deliveryRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/admin/deliveries/hosts',
    {
      schema: {
        tags,
        summary: 'How other servers take what we send',
        querystring: Type.Object({
          state: Type.Optional(Type.Union(hostStates.map((state) => Type.Literal(state)))),
          failing: Type.Optional(
            Type.Boolean({ description: 'Only those whose last tries failed: failing, closed and dormant ones' }),
          ),
          after: Type.Optional(Type.String({ maxLength: 260 })),
          limit: Type.Optional(Type.Integer({ description: 'At most 200' })),
        }),
      },
      config: { access: staff('admin', 'admin:read') },
    },
    async (request, reply) => {
      const { state = null, failing: isFailing, after = '', limit: wanted = defaultLimit } = request.query;
      const limit = Math.min(Math.max(wanted, 1), 200);
      const hosts = await listHosts(ctx, { state, isFailing, after: after.toLowerCase(), limit });
      setAfterLinks(request, reply, ctx.config.origin, { limit, names: hosts.map(({ host }) => host) });
      return hosts.map(serializeHost);
    },
  );

  app.post(
    '/api/admin/deliveries/hosts/:host/retry',
    {
      schema: {
        tags,
        summary: 'Try a server again now',
        params: Type.Object({ host: Type.String({ maxLength: 260 }) }),
      },
      config: { access: staff('admin', 'admin:write') },
    },
    async (request) => {
      const deliveries = await retryHost(ctx, request.params.host.toLowerCase());
      if (deliveries === null) throw new NotFound('Nothing was ever sent to that server.');
      return { deliveries };
    },
  );
}
