// Doors to what people were told, and to how far they have read.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { markerTimelines } from './entities.ts';
import { renderNotification, renderNotifications } from './pages.ts';
import { countUnread, findMarkers, notificationPage, type NotificationFilter } from './queries.ts';
import { MarkersSchema, NotificationSchema, readKinds, serializeMarkers } from './serializers.ts';
import { clearNotifications, dismissNotification, moveMarker } from './service/dismiss.ts';

const tags = ['notifications'];
const IdParams = Type.Object({ id: Type.String() });
const Nothing = Type.Object({});
const filterParameters = {
  types: Type.Optional(Type.Array(Type.String())),
  exclude_types: Type.Optional(Type.Array(Type.String())),
  account_id: Type.Optional(Type.String()),
};
const unreadLimits = { default: 100, max: 1000 };

/** Registers the doors. */
export async function notificationRoutes(app: App, ctx: AppContext): Promise<void> {
  const read = user('read:notifications');
  const write = user('write:notifications');

  app.get(
    '/api/v1/notifications',
    {
      schema: {
        tags,
        summary: 'What one was told, newest first',
        querystring: Type.Object({ ...pageParameters, ...filterParameters }),
        response: { 200: Type.Array(NotificationSchema) },
      },
      config: { access: read },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const filter = readFilter(request.query);
      const rows =
        filter === null
          ? []
          : await notificationPage(ctx, accountId, filter, readPage(request.query, { default: 40, max: 80 }));
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
      const texts = await renderNotifications(ctx, accountId, rows);
      return sendJson(reply, `[${texts.join(',')}]`);
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
      config: { access: read },
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
      schema: { tags, summary: 'One notification', params: IdParams, response: { 200: NotificationSchema } },
      config: { access: read },
    },
    async (request, reply) => {
      const text = await renderNotification(ctx, viewerOf(request).accountId, request.params.id);
      if (text === null) throw new NotFound('Record not found');
      return sendJson(reply, text);
    },
  );

  app.post(
    '/api/v1/notifications/clear',
    { schema: { tags, summary: 'Throw all away', response: { 200: Nothing } }, config: { access: write } },
    async (request) => {
      await clearNotifications(ctx, viewerOf(request).accountId);
      return {};
    },
  );

  app.post(
    '/api/v1/notifications/:id/dismiss',
    {
      schema: { tags, summary: 'Throw one away', params: IdParams, response: { 200: Nothing } },
      config: { access: write },
    },
    async (request) => {
      await dismissNotification(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );

  markerRoutes(app, ctx);
}

function markerRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/markers',
    {
      schema: {
        tags: ['markers'],
        summary: 'How far one has read',
        querystring: Type.Object({ timeline: Type.Optional(Type.Array(Type.String())) }),
        response: { 200: MarkersSchema },
      },
      config: { access: user('read:statuses') },
    },
    async (request) => {
      const wanted = request.query.timeline ?? [];
      const timelines = markerTimelines.filter((timeline) => wanted.includes(timeline));
      const markers = await findMarkers(ctx, viewerOf(request).accountId, timelines);
      // Clients read the marker that they ask for without looking whether it is there.
      const unread = timelines
        .filter((timeline) => !markers.some((marker) => marker.timeline === timeline))
        .map((timeline) => ({ timeline, lastReadId: '0', version: 0, updatedAt: ctx.clock() }));
      return serializeMarkers([...markers, ...unread]);
    },
  );

  const Position = Type.Optional(Type.Object({ last_read_id: Type.String() }));
  app.post(
    '/api/v1/markers',
    {
      schema: {
        tags: ['markers'],
        summary: 'Note how far one has read; a marker never moves back',
        body: Type.Object({ home: Position, notifications: Position }),
        response: { 200: MarkersSchema },
      },
      config: { access: user('write:statuses') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const moved = markerTimelines.flatMap((timeline) => {
        const position = request.body[timeline]?.last_read_id;
        return position === undefined ? [] : [{ timeline, position }];
      });
      const wrong = moved.find(({ position }) => !isId(position));
      if (wrong) throw new Invalid(`Validation failed: ${wrong.timeline}.last_read_id is not an id`);
      for (const { timeline, position } of moved) await moveMarker(ctx, accountId, timeline, position);
      return serializeMarkers(
        await findMarkers(
          ctx,
          accountId,
          moved.map(({ timeline }) => timeline),
        ),
      );
    },
  );
}

/** What the parameters ask for; null when it can be nothing. */
function readFilter(query: {
  types?: string[];
  exclude_types?: string[];
  account_id?: string;
}): NotificationFilter | null {
  const { account_id: fromAccountId } = query;
  if (fromAccountId !== undefined && !isId(fromAccountId)) return null;
  return { kinds: readKinds(query.types, query.exclude_types), fromAccountId };
}
