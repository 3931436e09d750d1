// Doors of Mastodon's API that edit and delete posts, and what they have in common with the door that publishes (composing).
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { ensureAccounts } from '#server/features/accounts/activitypub.ts';
import { findUser } from '#server/features/auth/queries.ts';
import type { QuotePolicy, Visibility } from '#server/features/instance/entities.ts';
import { uploadBudget } from '#server/features/media/policy.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { limitAct } from '#server/platform/http/limits.ts';
import { workPlace } from '#server/platform/media/work.ts';
import { extractMentions } from '#server/platform/text.ts';
import { renderStatus } from '../pages.ts';
import { findPost } from '../queries.ts';
import { fromWireVisibility, StatusSchema } from '../serializers.ts';
import { deletePost } from '../service/delete.ts';
import { editPost, type MediaChange } from '../service/edit.ts';
import type { NewPoll } from '../service/poll.ts';
import { changeInteractions } from '../service/quote.ts';
import { interactionFields, readInteractions } from './quotes.ts';
import { IdParams, sendStatus } from './answers.ts';

const lookupTimeoutMs = 4000;
const deletions = { limit: 30, forMs: 30 * 60_000 };

/** The fields of what is written, in a new post and in an edit. */
export const textFields = {
  status: Type.Optional(Type.String({ description: 'Plain text' })),
  spoiler_text: Type.Optional(Type.String({ description: 'The content warning' })),
  sensitive: Type.Optional(Type.Boolean()),
  language: Type.Optional(Type.String({ description: 'A code such as en or pt-BR' })),
  media_ids: Type.Optional(Type.Array(Type.String(), { description: 'Uploads that it shows, in this order' })),
  poll: Type.Optional(
    Type.Object({
      options: Type.Optional(Type.Array(Type.String())),
      expires_in: Type.Optional(Type.Integer({ description: 'Seconds' })),
      multiple: Type.Optional(Type.Boolean()),
      hide_totals: Type.Optional(Type.Boolean({ description: 'Only the end shows how many chose what' })),
    }),
  ),
};

/** What an edit says of each file; what is left out stays. */
const mediaAttributes = Type.Optional(
  Type.Array(
    Type.Object({
      id: Type.String(),
      description: Type.Optional(Type.String()),
      focus: Type.Optional(Type.String({ description: 'Two numbers from -1 to 1, such as 0.5,-0.25' })),
    }),
  ),
);

/** Registers the doors. */
export function writeRoutes(app: App, ctx: AppContext): void {
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/v1/statuses/:id',
    schema: {
      tags: ['statuses'],
      summary: 'Edit a post',
      params: IdParams,
      body: Type.Object({ ...textFields, media_attributes: mediaAttributes, ...interactionFields }),
      response: { 200: StatusSchema },
    },
    config: {
      access: user('write:statuses'),
      uploads: { folder: workPlace(ctx.config), maxBytes: ctx.config.mediaImageMaxMb * 1024 * 1024 },
      slowBody: true,
    },
    handler: async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { body } = request;
      const { quotePolicy, replyPolicy } = readInteractions(body);
      await findStrangers(ctx, body.status);
      const { id: postId } = request.params;
      await editPost(ctx, {
        postId,
        accountId,
        source: body.status,
        summary: body.spoiler_text,
        sensitive: body.sensitive,
        language: body.language,
        poll: readPoll(body.poll),
        mediaIds: readMediaIds(body.media_ids),
        mediaAttributes: await readAttributes(ctx, request, body.media_attributes),
        signal: request.closed ?? ctx.closing,
      });
      if (quotePolicy !== undefined || replyPolicy !== undefined)
        await changeInteractions(ctx, { accountId, postId, quotePolicy, replyPolicy });
      return sendStatus(ctx, reply, postId, accountId);
    },
  });

  app.delete(
    '/api/v1/statuses/:id',
    {
      schema: {
        tags: ['statuses'],
        summary: 'Delete a post; the answer holds its source, to write it anew',
        description: 'Its files can be shown in another post for a day, unless `delete_media` says that they go too.',
        params: IdParams,
        body: Type.Object({ delete_media: Type.Optional(Type.Boolean()) }),
        response: { 200: StatusSchema },
      },
      config: { access: user('write:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { id: postId } = request.params;
      const post = await findPost(ctx, postId);
      const status = await renderStatus(ctx, postId, accountId);
      if (post === null || status === null) throw new NotFound('Record not found');
      await limitDeletions(ctx, accountId);
      await deletePost(ctx, { postId, accountId, keepMedia: request.body.delete_media !== true });
      return sendJson(reply, `${status.slice(0, -1)},"text":${JSON.stringify(post.source ?? '')}}`);
    },
  );
}

/** The poll that is asked for. Forms send an empty one for none. @throws {Invalid} when it does not say how long it is open */
export function readPoll(
  poll: { options?: string[]; expires_in?: number; multiple?: boolean; hide_totals?: boolean } | undefined,
): NewPoll | undefined {
  if (poll?.options === undefined || poll.options.length === 0) return undefined;
  if (poll.expires_in === undefined)
    throw new Invalid("Validation failed: Poll expires_in can't be blank", {
      details: { 'poll.expires_in': [{ error: 'ERR_BLANK', description: "can't be blank" }] },
    });
  const { options, expires_in: expiresIn, multiple = false, hide_totals: hideTotals = false } = poll;
  return { options, expiresIn, multiple, hideTotals };
}

/** At most 30 deletions in half an hour: each one goes out to every server that has the post. @throws {TooMany} */
export async function limitDeletions(ctx: AppContext, accountId: string): Promise<void> {
  await limitAct(ctx, 'delete a post', accountId, deletions.limit, deletions.forMs);
}

/** Looks up, for a few seconds at most, people of other servers whom a text mentions and whom we do not know yet. */
export async function findStrangers(ctx: AppContext, source: string | undefined): Promise<void> {
  const handles = extractMentions(source ?? '');
  if (handles.length > 0) await ensureAccounts(ctx, handles, { timeoutMs: lookupTimeoutMs });
}

/** The key by which a repeated request is known. */
export function idempotencyKey(headers: Record<string, string | string[] | undefined>): string | undefined {
  const key = headers['idempotency-key'];
  return Array.isArray(key) ? key[0] : key;
}

/** The visibility that is asked for, in either spelling. @throws {Invalid} when it is none */
export function readVisibility(word: string): Visibility {
  const visibility = fromWireVisibility(word);
  if (visibility !== null) return visibility;
  const description = 'is not one of public, unlisted, private, direct';
  throw new Invalid(`Validation failed: Visibility ${description}`, {
    details: { visibility: [{ error: 'ERR_INCLUSION', description }] },
  });
}

/** What the author has set for posts that do not say otherwise. */
export async function authorSettings(
  ctx: AppContext,
  accountId: string,
  wanted: string | undefined,
): Promise<{ visibility: Visibility; sensitive: boolean; language: string | null; quotePolicy: QuotePolicy }> {
  const settings = await findUser(ctx, accountId);
  return {
    visibility:
      wanted === undefined || wanted === '' ? (settings?.defaultVisibility ?? 'public') : readVisibility(wanted),
    sensitive: settings?.defaultSensitive ?? false,
    language: settings?.defaultLanguage ?? null,
    quotePolicy: settings?.defaultQuotePolicy ?? 'public',
  };
}

/**
 * What is said of each file. A picture that shall stand for one comes as `media_attributes[0][thumbnail]`, by the place of its row; where
 * there is one row its place may be left out.
 */
async function readAttributes(
  ctx: AppContext,
  request: FastifyRequest,
  attributes: readonly Omit<MediaChange, 'thumbnailPath'>[] = [],
): Promise<MediaChange[]> {
  const stored = Object.entries(request.storedUploads).flatMap(([name, { path }]) => {
    const [, place] = /^media_attributes\[(\d*)\]\[thumbnail\]$/.exec(name) ?? [];
    return place === undefined || (place === '' && attributes.length > 1) ? [] : [[Number(place), path] as const];
  });
  const paths = new Map(stored);
  if (paths.size > 0) await limitAct(ctx, 'upload', viewerOf(request).accountId, uploadBudget.uploads, uploadBudget.ms);
  return attributes.map((attribute, place) => ({ ...attribute, thumbnailPath: paths.get(place) }));
}

/** The files that are asked for. Forms send an empty text for none. */
export function readMediaIds(mediaIds: readonly string[] | undefined): string[] | undefined {
  return mediaIds?.filter((id) => id !== '');
}
