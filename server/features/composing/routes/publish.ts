// The door of Mastodon's API that publishes a post, now or later.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { sendStatus } from '#server/features/posts/routes/answers.ts';
import {
  authorSettings,
  findStrangers,
  idempotencyKey,
  readMediaIds,
  readPoll,
  textFields,
} from '#server/features/posts/routes/write.ts';
import { interactionFields, readInteractions } from '#server/features/posts/routes/quotes.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { createPost } from '#server/features/posts/service/create.ts';
import { Conflict } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { findScheduled } from '../queries.ts';
import { ScheduledStatusSchema, serializeScheduled } from '../serializers.ts';
import { schedulePost } from '../service/schedule.ts';
import { readTime } from './scheduled.ts';

const NewStatus = Type.Object({
  ...textFields,
  visibility: Type.Optional(Type.String({ description: 'public, unlisted, private or direct' })),
  in_reply_to_id: Type.Optional(Type.String()),
  scheduled_at: Type.Optional(Type.String({ description: 'At least five minutes from now' })),
  quoted_status_id: Type.Optional(Type.String()),
  ...interactionFields,
});

/** Registers the door. */
export function publishRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/v1/statuses',
    {
      schema: {
        tags: ['statuses'],
        summary: 'Publish a post, now or at a later time',
        body: NewStatus,
        response: { 200: Type.Union([StatusSchema, ScheduledStatusSchema]) },
      },
      config: { access: user('write:statuses') },
    },
    async (request, reply) => {
      const { accountId, appId } = viewerOf(request);
      const { body } = request;
      const scheduledAt = body.scheduled_at ? readTime(body.scheduled_at) : null;
      await findStrangers(ctx, body.status);
      const settings = await authorSettings(ctx, accountId, body.visibility);
      const { quotePolicy = settings.quotePolicy, replyPolicy } = readInteractions(body);
      const post = {
        accountId,
        appId,
        source: body.status ?? '',
        summary: body.spoiler_text,
        sensitive: body.sensitive ?? settings.sensitive,
        language: body.language ?? settings.language,
        visibility: settings.visibility,
        inReplyToId: body.in_reply_to_id === '' ? null : body.in_reply_to_id,
        poll: readPoll(body.poll),
        mediaIds: readMediaIds(body.media_ids),
        quotedId: body.quoted_status_id || null,
        quotePolicy,
        replyPolicy,
        idempotencyKey: idempotencyKey(request.headers),
      };
      if (scheduledAt === null) return sendStatus(ctx, reply, await createPost(ctx, post), accountId);
      const scheduled = await findScheduled(ctx, accountId, await schedulePost(ctx, post, scheduledAt));
      if (scheduled === null) throw new Conflict('This post was scheduled before, and its time has come.');
      return serializeScheduled(scheduled, ctx);
    },
  );
}
