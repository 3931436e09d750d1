// Doors of Mastodon's API to the posts that wait for their time.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { IdParams } from '#server/features/posts/routes/answers.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { findScheduled, scheduledPage } from '../queries.ts';
import { ScheduledStatusSchema, serializeScheduled, type MastodonScheduledStatus } from '../serializers.ts';
import { reschedulePost, unschedulePost } from '../service/schedule.ts';

const tags = ['scheduled_statuses'];
const path = '/api/v1/scheduled_statuses';

/** Registers the doors. */
export function scheduledRoutes(app: App, ctx: AppContext): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'The posts of one’s own that wait for their time',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(ScheduledStatusSchema) },
      },
      config: { access: user('read:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const rows = await scheduledPage(ctx, accountId, readPage(request.query, { default: 20, max: 40 }));
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
      return rows.map((row) => serializeScheduled(row, ctx));
    },
  );

  app.get(
    `${path}/:id`,
    {
      schema: { tags, summary: 'One of them', params: IdParams, response: { 200: ScheduledStatusSchema } },
      config: { access: user('read:statuses') },
    },
    async (request) => present(ctx, viewerOf(request).accountId, request.params.id),
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: `${path}/:id`,
    schema: {
      tags,
      summary: 'Move it to another time',
      params: IdParams,
      body: Type.Object({ scheduled_at: Type.String({ description: 'At least five minutes from now' }) }),
      response: { 200: ScheduledStatusSchema },
    },
    config: { access: user('write:statuses') },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      const { id } = request.params;
      await reschedulePost(ctx, { accountId, id, scheduledAt: readTime(request.body.scheduled_at) });
      return present(ctx, accountId, id);
    },
  });

  app.delete(
    `${path}/:id`,
    {
      schema: { tags, summary: 'Drop it', params: IdParams, response: { 200: Type.Object({}) } },
      config: { access: user('write:statuses') },
    },
    async (request) => {
      await unschedulePost(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );
}

async function present(ctx: AppContext, accountId: string, id: string): Promise<MastodonScheduledStatus> {
  const scheduled = await findScheduled(ctx, accountId, id);
  if (scheduled === null) throw new NotFound('Record not found');
  return serializeScheduled(scheduled, ctx);
}

/** A time as clients write it. @throws {Invalid} when it is none */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  const description = 'is not a time such as 2027-01-31T12:00:00Z';
  throw new Invalid(`Validation failed: Scheduled at ${description}`, {
    details: { scheduled_at: [{ error: 'ERR_INVALID', description }] },
  });
}
