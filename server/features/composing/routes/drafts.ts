// Our own doors to drafts: kept on the server, so that what was begun on one device is finished on another.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { IdParams } from '#server/features/posts/routes/answers.ts';
import { readMediaIds } from '#server/features/posts/routes/write.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import type { DraftContent } from '../entities.ts';
import { draftPage, findDraft } from '../queries.ts';
import { DraftSchema, serializeDraft, type DraftJson } from '../serializers.ts';
import { changeDraft, createDraft, deleteDraft } from '../service/drafts.ts';

const tags = ['drafts'];
const read = user('read:statuses');
const write = user('write:statuses');

const DraftFields = Type.Object({
  content: Type.Optional(Type.String()),
  visibility: Type.Optional(Type.String()),
  in_reply_to: Type.Optional(Type.String()),
  content_warning: Type.Optional(Type.String()),
  sensitive: Type.Optional(Type.Boolean()),
  language: Type.Optional(Type.String()),
  quoted: Type.Optional(Type.String({ description: 'The id of the post that it quotes' })),
  quote_policy: Type.Optional(Type.String({ description: 'Who may quote it: public, followers or nobody' })),
  scheduled_at: Type.Optional(
    Type.String({ description: 'When it shall go out, once it is sent; nothing goes out by itself' }),
  ),
  media_ids: Type.Optional(
    Type.Array(Type.String(), { description: 'Uploads that it holds, in the order of the post' }),
  ),
  poll: Type.Optional(
    Type.Object({
      options: Type.Array(Type.String()),
      expires_in: Type.Optional(Type.Integer({ description: 'Seconds' })),
      multiple: Type.Optional(Type.Boolean()),
      hide_totals: Type.Optional(Type.Boolean()),
    }),
  ),
});

/** Registers the doors. */
export function draftRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/drafts',
    {
      schema: {
        tags,
        summary: 'One’s drafts, newest first',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(DraftSchema) },
      },
      config: { access: read },
    },
    async (request, reply) => {
      const rows = await draftPage(ctx, viewerOf(request).accountId, readPage(request.query, { default: 20, max: 40 }));
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
      return rows.map((row) => serializeDraft(row, ctx));
    },
  );

  app.post(
    '/api/drafts',
    {
      schema: { tags, summary: 'Keep a draft', body: DraftFields, response: { 201: DraftSchema } },
      config: { access: write },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const id = await createDraft(ctx, accountId, readFields(request.body));
      reply.code(201).header('location', `/api/drafts/${id}`);
      return present(ctx, accountId, id);
    },
  );
  oneDraftRoutes(app, ctx);
}

function oneDraftRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/drafts/:id',
    {
      schema: { tags, summary: 'One draft', params: IdParams, response: { 200: DraftSchema } },
      config: { access: read },
    },
    async (request) => present(ctx, viewerOf(request).accountId, request.params.id),
  );

  app.put(
    '/api/drafts/:id',
    {
      schema: {
        tags,
        summary: 'Change a draft',
        description: 'What is left out stays as it is; an empty text takes a field away.',
        params: IdParams,
        body: DraftFields,
        response: { 200: DraftSchema },
      },
      config: { access: write },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { id } = request.params;
      await changeDraft(ctx, accountId, id, readFields(request.body));
      return present(ctx, accountId, id);
    },
  );

  app.delete(
    '/api/drafts/:id',
    {
      schema: { tags, summary: 'Throw a draft away', params: IdParams, response: { 200: Type.Object({}) } },
      config: { access: write },
    },
    async (request) => {
      await deleteDraft(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );
}

/** What a request gives; an empty text is nothing, and a poll without options is none. */
function readFields(body: {
  content?: string;
  visibility?: string;
  in_reply_to?: string;
  content_warning?: string;
  sensitive?: boolean;
  language?: string;
  quoted?: string;
  quote_policy?: string;
  scheduled_at?: string;
  media_ids?: string[];
  poll?: { options: string[]; expires_in?: number; multiple?: boolean; hide_totals?: boolean };
}): Partial<DraftContent> {
  const { content, sensitive, poll } = body;
  const mediaIds = readMediaIds(body.media_ids);
  const texts = (
    ['visibility', 'in_reply_to', 'content_warning', 'language', 'quoted', 'quote_policy'] as const
  ).flatMap((key) => (body[key] === undefined ? [] : [[key, body[key] === '' ? null : body[key]] as const]));
  return {
    ...Object.fromEntries(texts),
    ...(body.scheduled_at === undefined ? {} : { scheduled_at: readTime(body.scheduled_at) }),
    ...(content === undefined ? {} : { content }),
    ...(sensitive === undefined ? {} : { sensitive }),
    ...(mediaIds === undefined ? {} : { media_ids: mediaIds }),
    ...(poll === undefined ? {} : { poll: readDraftPoll(poll) }),
  };
}

/** @throws {Invalid} when it is no time */
function readTime(text: string): string | null {
  if (text === '') return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new Invalid('Validation failed: Scheduled at is no time');
  return at.toISOString();
}

function readDraftPoll(poll: {
  options: string[];
  expires_in?: number;
  multiple?: boolean;
  hide_totals?: boolean;
}): DraftContent['poll'] {
  const { options, expires_in = null, multiple = false, hide_totals = false } = poll;
  return options.length === 0 ? null : { options, expires_in, multiple, hide_totals };
}

async function present(ctx: AppContext, accountId: string, id: string): Promise<DraftJson> {
  const draft = await findDraft(ctx, accountId, id);
  if (draft === null) throw new NotFound('Record not found');
  return serializeDraft(draft, ctx);
}
