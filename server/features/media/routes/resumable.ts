// Our own doors for long uploads: piece by piece by the tus protocol (https://tus.io/protocols/resumable-upload), so that a film
// from a phone survives a tunnel. What is whole goes the way of every upload.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { openResumableStore } from '#server/platform/files/resumable.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { App } from '#server/platform/http/app.ts';
import { limitAct } from '#server/platform/http/limits.ts';
import { largestUpload, uploadBudget } from '../policy.ts';
import { loadMedia } from '../queries.ts';
import { findResumable, type ResumableUpload } from '../queries/resumable.ts';
import { MediaAttachmentSchema, serializeMedia } from '../serializers.ts';
import { dropUpload, finishUpload, openUpload, resumableForMs } from '../service/resumable.ts';
import { openTus, readMetadata, type Tus } from './tus.ts';

const tags = ['media'];
const access = user('write:media');
const Token = Type.Object({ token: Type.String({ description: 'From the Location of the upload' }) });
const isTus = { slowBody: true } as const;
const refusal = Type.Object({ error: Type.String() });
/** Carries the id of what a whole upload became; the JSON of it is the body, where the answer has one. */
const mediaIdHeader = 'rookery-media-id';

/** Registers the doors in a scope of its own: no parser may read these bodies. */
export async function resumableRoutes(app: App, ctx: AppContext): Promise<void> {
  let opening: Promise<Tus> | undefined;
  // The protocol and its store are loaded by the first upload.
  const tus = (): Promise<Tus> => (opening ??= openTus(ctx, openResumableStore(ctx.config, ctx.secrets)));
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    registerDoors(scope as App, ctx, tus);
  });
}

function registerDoors(app: App, ctx: AppContext, tus: () => Promise<Tus>): void {
  app.post(
    '/api/uploads',
    {
      schema: {
        tags,
        summary: 'Begin an upload that can be resumed (tus 1.0.0)',
        description:
          'Upload-Length says how long the file is; Upload-Metadata may hold description and focus. The Location of the answer ' +
          'takes the pieces. At most eight uploads of a person are open at once, each for a day.',
        response: { 201: Type.String(), 413: refusal },
      },
      config: { access, ...isTus },
    },
    async (request, reply) => {
      const opened = await tus();
      opened.checkProtocol(request);
      const { accountId } = viewerOf(request);
      await limitAct(ctx, 'upload', accountId, uploadBudget.uploads, uploadBudget.ms);
      const upload = {
        accountId,
        bytes: Number(request.headers['upload-length'] ?? Number.NaN),
        ...readMetadata(request.headers['upload-metadata']),
      };
      const token = await openUpload(ctx, opened.store, upload);
      const answer = await opened.ask(request, reply, token);
      if (answer.status >= 400) await dropUpload(ctx, opened.store, token);
      return sendOn(ctx, opened, request, reply, answer, { token, mediaId: null, ...upload });
    },
  );

  app.head(
    '/api/uploads/:token',
    {
      schema: { tags, summary: 'How much of an upload has arrived', params: Token },
      config: { access },
    },
    async (request, reply) => {
      const [opened, upload] = await Promise.all([tus(), find(ctx, request, request.params.token)]);
      opened.checkProtocol(request);
      if (upload.mediaId !== null) return sendFinished(ctx, reply, upload.mediaId, upload.bytes);
      return sendOn(ctx, opened, request, reply, await opened.ask(request, reply, upload.token), upload);
    },
  );

  app.patch(
    '/api/uploads/:token',
    {
      schema: {
        tags,
        summary: 'Send the next piece of an upload',
        description:
          'The answer to the last piece is the media attachment, and Rookery-Media-Id its id; HEAD says it once more. ' +
          `A file may have at most ${largestUpload(ctx.config)} bytes.`,
        params: Token,
        response: { 200: MediaAttachmentSchema, 204: Type.Null(), 409: refusal, 413: refusal },
      },
      config: { access, ...isTus },
    },
    async (request, reply) => {
      const [opened, upload] = await Promise.all([tus(), find(ctx, request, request.params.token)]);
      opened.checkProtocol(request);
      if (upload.mediaId !== null) return sendFinished(ctx, reply, upload.mediaId, upload.bytes);
      return sendOn(ctx, opened, request, reply, await opened.ask(request, reply, upload.token), upload);
    },
  );

  app.delete(
    '/api/uploads/:token',
    {
      schema: { tags, summary: 'Cancel an upload', params: Token, response: { 204: Type.Null() } },
      config: { access, ...isTus },
    },
    async (request, reply) => {
      const [opened, upload] = await Promise.all([tus(), find(ctx, request, request.params.token)]);
      opened.checkProtocol(request);
      await dropUpload(ctx, opened.store, upload.token);
      return reply.code(204).header('tus-resumable', '1.0.0').send(null);
    },
  );
}

/** The asker's own upload. @throws {NotFound} also when it is somebody else's */
async function find(ctx: AppContext, request: FastifyRequest, token: string): Promise<ResumableUpload> {
  const since = new Date(ctx.clock().getTime() - resumableForMs);
  const upload = await findResumable(ctx, { token, accountId: viewerOf(request).accountId, since });
  if (upload === null) throw new NotFound('There is no such upload; it may have been open for too long');
  return upload;
}

/** Passes on what the protocol answers; when the upload is whole by it, what it became instead. */
async function sendOn(
  ctx: AppContext,
  opened: Tus,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Response,
  upload: ResumableUpload,
): Promise<FastifyReply> {
  for (const [name, value] of answer.headers)
    if (!/^(access-control-|content-length$|content-type$)/.test(name)) reply.header(name, value);
  if (answer.status >= 400) {
    // What was not read of the body would be taken for the next request.
    reply.header('connection', 'close');
    return reply.code(answer.status).send({ error: (await answer.text()).trim() || 'The upload cannot go on' });
  }
  if (answer.headers.get('upload-offset') !== String(upload.bytes))
    return reply.code(answer.status).send(answer.status === 204 ? undefined : '');
  const mediaId = await opened.oneAtATime(upload.token, async (signal) => {
    // Another request may have found it whole as well.
    const now = await find(ctx, request, upload.token);
    return now.mediaId ?? finishUpload(ctx, opened.store, upload, signal);
  });
  reply.code(answer.status === 201 ? 201 : 200);
  return sendFinished(ctx, reply, mediaId, upload.bytes);
}

async function sendFinished(
  ctx: AppContext,
  reply: FastifyReply,
  mediaId: string,
  bytes: number,
): Promise<FastifyReply> {
  const [media] = await loadMedia(ctx, [mediaId]);
  if (media === undefined) throw new NotFound('What this upload became has been deleted');
  return reply
    .headers({
      'tus-resumable': '1.0.0',
      'upload-offset': String(bytes),
      'upload-length': String(bytes),
      'cache-control': 'no-store',
      [mediaIdHeader]: mediaId,
    })
    .send(serializeMedia(media, ctx));
}
