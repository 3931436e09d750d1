// Doors to how far one has read.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { Invalid } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { markerTimelines } from '../entities.ts';
import { findMarkers } from '../queries/markers.ts';
import { MarkersSchema, serializeMarkers } from '../serializers.ts';
import { moveMarker } from '../service/dismiss.ts';

/** Registers the doors. */
export async function markerRoutes(app: App, ctx: AppContext): Promise<void> {
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
