// Doors to one's own uploads: Mastodon's, and one of our own that has a failed one tried again.
import { Type, type Static } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { limitAct } from '#server/platform/http/limits.ts';
import { workPlace } from '#server/platform/media/work.ts';
import { checkDescription, largestUpload, readFocus, uploadBudget } from './policy.ts';
import { findOwnMedia } from './queries.ts';
import { MediaAttachmentSchema, serializeMedia, type MastodonMediaAttachment } from './serializers.ts';
import { changeMedia, deleteMedia, retryMedia } from './service/change.ts';
import { refuseFile } from './service/makers.ts';
import { takeUpload } from './service/take.ts';
import { waitForMedia } from './service/wait.ts';

const tags = ['media'];
const access = user('write:media');
const IdParams = Type.Object({ id: Type.String() });

const words = {
  description: Type.Optional(Type.String({ description: 'What it shows, for those who cannot see or hear it' })),
  focus: Type.Optional(Type.String({ description: 'The point that stays visible when it is cut: x,y from -1 to 1' })),
};
const file = (description: string) =>
  Type.Optional(Type.Unsafe<unknown>({ type: 'string', format: 'binary', description }));
const NewMedia = Type.Object({ file: file('The file itself'), thumbnail: file('A picture to stand for it'), ...words });
const ChangedMedia = Type.Object({ thumbnail: file('A picture to stand for it'), ...words });

const unfinished = 'While it is made ready, its `url` is null.';

/** Registers the doors. */
export async function mediaRoutes(app: App, ctx: AppContext): Promise<void> {
  uploadRoutes(app, ctx);
  oneMediaRoutes(app, ctx);
  changeRoutes(app, ctx);
}

/** Options of a door that takes files: streamed to the disk, and with a budget that is looked at before the body is read. */
function takesFiles(ctx: AppContext) {
  return {
    config: {
      access,
      uploads: { folder: workPlace(ctx.config), maxBytes: largestUpload(ctx.config) },
      slowBody: true as const,
    },
    onRequest: async (request: FastifyRequest): Promise<void> => {
      const { accountId } = viewerOf(request);
      await limitAct(ctx, 'upload', accountId, uploadBudget.uploads, uploadBudget.ms);
    },
  };
}

function uploadRoutes(app: App, ctx: AppContext): void {
  app.post(
    '/api/v2/media',
    {
      ...takesFiles(ctx),
      schema: {
        tags,
        summary: 'Upload a picture, film or sound',
        description: `A picture is ready with the answer (200). A film or sound, or a picture that came with many others, is made ready afterwards (202): ask for it until its \`url\` is there.`,
        consumes: ['multipart/form-data'],
        body: NewMedia,
        response: { 200: MediaAttachmentSchema, 202: MediaAttachmentSchema },
      },
    },
    async (request, reply) => {
      const id = await take(ctx, request, request.body);
      return present(ctx, request, reply, id, 202);
    },
  );

  app.post(
    '/api/v1/media',
    {
      ...takesFiles(ctx),
      schema: {
        tags,
        summary: 'Upload a picture, film or sound, and wait a while for it to be ready',
        description: `For older clients. A long film is answered after half a minute all the same. ${unfinished}`,
        consumes: ['multipart/form-data'],
        body: NewMedia,
        response: { 200: MediaAttachmentSchema, 202: MediaAttachmentSchema },
      },
    },
    async (request, reply) => {
      const id = await take(ctx, request, request.body);
      await waitForMedia(ctx, id, request.closed ?? ctx.closing);
      return present(ctx, request, reply, id, 202);
    },
  );
}

function oneMediaRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/media/:id',
    {
      schema: {
        tags,
        summary: 'One of one’s uploads',
        description: `200 when it is ready, 206 while it is not, 422 with the reason when it could not be made ready. ${unfinished}`,
        params: IdParams,
        response: { 200: MediaAttachmentSchema, 206: MediaAttachmentSchema },
      },
      config: { access },
    },
    async (request, reply) => present(ctx, request, reply, request.params.id, 206),
  );

  app.delete(
    '/api/v1/media/:id',
    {
      schema: {
        tags,
        summary: 'Delete an upload that no post shows',
        params: IdParams,
        response: { 200: Type.Object({}) },
      },
      config: { access },
    },
    async (request) => {
      await deleteMedia(ctx, { accountId: viewerOf(request).accountId, id: request.params.id });
      return {};
    },
  );

  app.post(
    '/api/media/:id/retry',
    {
      schema: {
        tags,
        summary: 'Try once more to make a failed upload ready',
        description: 'Our own. One that waits or is ready already stays as it is.',
        params: IdParams,
        response: { 200: MediaAttachmentSchema, 202: MediaAttachmentSchema },
      },
      config: { access },
    },
    async (request, reply) => {
      const { id } = request.params;
      await retryMedia(ctx, { accountId: viewerOf(request).accountId, id });
      return present(ctx, request, reply, id, 202);
    },
  );
}

function changeRoutes(app: App, ctx: AppContext): void {
  app.route({
    ...takesFiles(ctx),
    // Changing words costs no upload; files are bounded by the general budget.
    onRequest: async () => {},
    method: ['PUT', 'PATCH'],
    url: '/api/v1/media/:id',
    schema: {
      tags,
      summary: 'Describe an upload, say what must stay visible, or give it another still',
      description: 'Until a post shows it; then the post is edited. What is left out stays.',
      consumes: ['multipart/form-data', 'application/json', 'application/x-www-form-urlencoded'],
      params: IdParams,
      body: ChangedMedia,
      response: { 200: MediaAttachmentSchema, 202: MediaAttachmentSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const { description, focus } = request.body;
      const owned = { accountId: viewerOf(request).accountId, id };
      const thumbnailPath = request.storedUploads['thumbnail']?.path;
      await changeMedia(ctx, owned, { description, focus, thumbnailPath, signal: request.closed ?? ctx.closing });
      return present(ctx, request, reply, id, 202);
    },
  });
}

async function take(ctx: AppContext, request: FastifyRequest, body: Static<typeof NewMedia>): Promise<string> {
  const { file: upload, thumbnail } = request.storedUploads;
  if (upload === undefined) throw refuseFile("File can't be blank", 'ERR_BLANK');
  return takeUpload(ctx, {
    accountId: viewerOf(request).accountId,
    path: upload.path,
    thumbnailPath: thumbnail?.bytes ? thumbnail.path : undefined,
    description: checkDescription(ctx.config, body.description ?? ''),
    focus: body.focus ? readFocus(body.focus) : { x: 0, y: 0 },
    signal: request.closed ?? ctx.closing,
  });
}

/** The upload as it is now. @throws {NotFound} when it is none of the viewer's @throws {Invalid} when it failed */
async function present(
  ctx: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  unready: 202 | 206,
): Promise<MastodonMediaAttachment> {
  const found = await findOwnMedia(ctx, viewerOf(request).accountId, id);
  if (found === null || found.remoteUrl !== null) throw new NotFound('Record not found');
  if (found.state === 'failed') throw new Invalid(found.failure ?? 'This file could not be made ready');
  reply.code(found.state === 'ready' ? 200 : unready);
  return serializeMedia(found, ctx);
}
