// Doors to what people were told, one by one.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { renderNotification, renderNotifications } from '../pages.ts';
import { countUnread, notificationPage } from '../queries.ts';
import { NotificationSchema } from '../serializers.ts';
import { clearNotifications, dismissBehind, dismissNotification } from '../service/dismiss.ts';
import { filterParameters, pageLimits, readFilter, unreadLimits } from './filter.ts';

const tags = ['notifications'];
const IdParams = Type.Object({ id: Type.String() });
const Nothing = Type.Object({});
/** Registers the doors. */
export async function listRoutes(app: App, ctx: AppContext): Promise<void> {
  dismissRoutes(app, ctx);
  app.get(
    '/api/v1/notifications',
    {
      schema: {
        tags,
        summary: 'What one was told, newest first',
        querystring: Type.Object({ ...pageParameters, ...filterParameters }),
        response: { 200: Type.Array(NotificationSchema) },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const filter = readFilter(request.query);
      const rows =
        filter === null ? [] : await notificationPage(ctx, accountId, filter, readPage(request.query, pageLimits));
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
      const texts = await renderNotifications(ctx, accountId, rows);
      return sendJson(reply, jsonList(texts));
    },
  );

  app.get(
    '/api/v1/notifications/unread_count',
    {
      schema: {
        tags,
        summary: 'How many are newer than the marker',
        querystring: Type.Object({ ...filterParameters, limit: Type.Optional(Type.Integer()) }),
        response: { 200: Type.Object({ count: Type.Integer() }) },
      },
      config: { access: user('read:notifications') },
    },
    async (request) => {
      const filter = readFilter(request.query);
      const { limit } = readPage(request.query, unreadLimits);
      return { count: filter === null ? 0 : await countUnread(ctx, viewerOf(request).accountId, filter, limit) };
    },
  );

  app.get(
    '/api/v1/notifications/:id',
    {
      schema: {
        tags,
        summary: 'One notification',
        params: IdParams,
        querystring: Type.Object({ supported_types: Type.Optional(Type.Array(Type.String())) }),
        response: { 200: NotificationSchema },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const text = await renderNotification(ctx, viewerOf(request).accountId, request.params.id);
      if (text === null) throw new NotFound('Record not found');
      return sendJson(reply, text);
    },
  );
}

/** The doors that throw away. */
function dismissRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/v1/notifications/clear',
    {
      schema: { tags, summary: 'Throw all away', response: { 200: Nothing } },
      config: { access: user('write:notifications') },
    },
    async (request) => {
      await clearNotifications(ctx, viewerOf(request).accountId);
      return {};
    },
  );

  app.post(
    '/api/v1/notifications/:id/dismiss',
    {
      schema: { tags, summary: 'Throw one away', params: IdParams, response: { 200: Nothing } },
      config: { access: user('write:notifications') },
    },
    async (request) => {
      await dismissNotification(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );

  app.post(
    '/api/v1/notifications/dismiss',
    {
      schema: {
        tags,
        summary: 'Throw one away: the former address',
        body: Type.Object({ id: Type.String() }),
        response: { 200: Nothing },
        deprecated: true,
      },
      config: { access: user('write:notifications') },
    },
    async (request) => {
      await dismissBehind(ctx, viewerOf(request).accountId, { id: request.body.id });
      return {};
    },
  );
}
