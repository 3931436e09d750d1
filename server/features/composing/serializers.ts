// Scheduled posts as Mastodon's clients read them, and drafts in our own words: schemas, and pure functions from views.
import { Type, type Static } from 'typebox';
import { MediaAttachmentSchema, serializeMedia, type MediaPlaces } from '#server/features/media/serializers.ts';
import { toWireVisibility, VisibilitySchema } from '#server/features/posts/serializers.ts';
import type { DraftView, ScheduledView } from './queries.ts';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** @see https://docs.joinmastodon.org/entities/ScheduledStatus/ */
export const ScheduledStatusSchema = Type.Object(
  {
    id: Type.String(),
    scheduled_at: Type.String({ format: 'date-time' }),
    params: Type.Object({
      text: Type.String(),
      poll: nullable(
        Type.Object({
          options: Type.Array(Type.String()),
          expires_in: Type.Integer(),
          multiple: Type.Boolean(),
          hide_totals: Type.Boolean(),
        }),
      ),
      media_ids: nullable(Type.Array(Type.String())),
      sensitive: Type.Boolean(),
      spoiler_text: Type.String(),
      visibility: VisibilitySchema,
      in_reply_to_id: nullable(Type.String()),
      language: nullable(Type.String()),
      quoted_status_id: nullable(Type.String()),
      quote_approval_policy: nullable(Type.String()),
      application_id: nullable(Type.String()),
      scheduled_at: Type.Null(),
      idempotency: Type.Null(),
      with_rate_limit: Type.Literal(false),
    }),
    media_attachments: Type.Array(MediaAttachmentSchema),
  },
  { description: 'A post that waits for its time' },
);
export type MastodonScheduledStatus = Static<typeof ScheduledStatusSchema>;

/** One scheduled post. */
export function serializeScheduled(
  { id, scheduledAt, post, media }: ScheduledView,
  places: MediaPlaces,
): MastodonScheduledStatus {
  const { poll } = post;
  return {
    id,
    scheduled_at: scheduledAt.toISOString(),
    params: {
      text: post.source,
      poll: poll
        ? { options: poll.options, expires_in: poll.expiresIn, multiple: poll.multiple, hide_totals: poll.hideTotals }
        : null,
      media_ids: post.mediaIds === undefined || post.mediaIds.length === 0 ? null : [...post.mediaIds],
      sensitive: post.sensitive ?? false,
      spoiler_text: post.summary ?? '',
      visibility: toWireVisibility(post.visibility),
      in_reply_to_id: post.inReplyToId ?? null,
      language: post.language ?? null,
      quoted_status_id: post.quotedId ?? null,
      quote_approval_policy: post.quotePolicy ?? null,
      application_id: post.appId ?? null,
      scheduled_at: null,
      idempotency: null,
      with_rate_limit: false,
    },
    media_attachments: media.map((one) => serializeMedia(one, places)),
  };
}

export const DraftPollSchema = Type.Object({
  options: Type.Array(Type.String()),
  expires_in: nullable(Type.Integer({ description: 'Seconds' })),
  multiple: Type.Boolean(),
  hide_totals: Type.Boolean(),
});

export const DraftSchema = Type.Object(
  {
    id: Type.String(),
    content: Type.String(),
    visibility: nullable(Type.String()),
    in_reply_to: nullable(Type.String({ description: 'The id of the post that is answered' })),
    content_warning: nullable(Type.String()),
    sensitive: nullable(Type.Boolean()),
    language: nullable(Type.String()),
    poll: nullable(DraftPollSchema),
    media_ids: Type.Array(Type.String()),
    quoted: nullable(Type.String({ description: 'The id of the post that it quotes' })),
    quote_policy: nullable(Type.String({ description: 'Who may quote it: public, followers or nobody' })),
    scheduled_at: nullable(Type.String({ format: 'date-time', description: 'When it shall go out, once it is sent' })),
    media_attachments: Type.Array(MediaAttachmentSchema, { description: 'Those of `media_ids` that are still there' }),
    problem: nullable(Type.String({ description: 'Why it was not published at its time' })),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { description: 'What somebody has not finished writing' },
);
export type DraftJson = Static<typeof DraftSchema>;

/** One draft. */
export function serializeDraft(draft: DraftView, places: MediaPlaces): DraftJson {
  const { id, content, problem, createdAt, updatedAt, media } = draft;
  return {
    id,
    ...content,
    media_ids: content.media_ids ?? [],
    quoted: content.quoted ?? null,
    quote_policy: content.quote_policy ?? null,
    scheduled_at: content.scheduled_at ?? null,
    media_attachments: media.map((one) => serializeMedia(one, places)),
    problem,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
