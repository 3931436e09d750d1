// The door at which apps ask whether the rest of a conversation has been found.
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import type { Refresh } from '../service/backfill.ts';
import { findRefresh } from '../service/backfill.ts';

const retrySeconds = 3;

/** The header that tells a client to come back. @see https://docs.joinmastodon.org/methods/async_refreshes/ */
export function refreshHeader({ id, found }: Refresh): string {
  return `id="${id}", retry=${retrySeconds}, result_count=${found}`;
}

/** Registers the door. */
export function refreshRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1_alpha/async_refreshes/:id',
    {
      schema: {
        tags: ['statuses'],
        summary: 'Whether what is fetched in the background has come',
        params: Type.Object({ id: Type.String() }),
        response: {
          200: Type.Object({
            async_refresh: Type.Object({
              id: Type.String(),
              status: Type.Union([Type.Literal('running'), Type.Literal('finished')]),
              result_count: Type.Integer(),
            }),
          }),
        },
      },
      config: { access: user('read') },
    },
    async (request) => {
      const refresh = await findRefresh(ctx, request.params.id);
      if (refresh === null) throw new NotFound('Record not found');
      const { id, isRunning, found } = refresh;
      return {
        async_refresh: { id, status: isRunning ? ('running' as const) : ('finished' as const), result_count: found },
      };
    },
  );
}
