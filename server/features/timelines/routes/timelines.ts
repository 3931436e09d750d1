// Doors to the timelines: home, public, hashtag.
import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { renderSeen } from '#server/features/posts/pages.ts';
import type { SeenPost } from '#server/features/posts/queries/flags.ts';
import { findList } from '#server/features/lists/queries.ts';
import { NotFound } from '#server/platform/errors.ts';
import { StatusSchema } from '#server/features/posts/serializers.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { tagKey } from '#server/platform/text.ts';
import { homePage, publicPage, tagPage, type PublicFilter } from '../queries.ts';
import { listPage } from '../queries/list.ts';
import { preferenceRoutes } from './preferences.ts';
import { directPage } from '../queries/direct.ts';
import { linkPage } from '../queries/link.ts';

const limits = { default: 20, max: 40 };
const response = { 200: Type.Array(StatusSchema) };
const tags = ['timelines'];
const publicParameters = {
  ...pageParameters,
  local: Type.Optional(Type.Boolean()),
  remote: Type.Optional(Type.Boolean()),
  only_media: Type.Optional(Type.Boolean()),
};
const words = Type.Optional(Type.Array(Type.String()));
const maxTags = 10;

/** Answers with a page of posts and its links. */
type Send = (
  request: FastifyRequest,
  reply: FastifyReply,
  rows: SeenPost[],
  viewerId: string | null,
) => Promise<FastifyReply>;

/** Registers the doors. */
export async function timelineRoutes(app: App, ctx: AppContext): Promise<void> {
  preferenceRoutes(app, ctx);
  const send: Send = async (request, reply, rows, viewerId) => {
    setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
    const statuses = await renderSeen(ctx, rows, viewerId);
    return sendJson(reply, jsonList(statuses));
  };

  listRoute(app, ctx, send);
  directRoute(app, ctx, send);
  linkRoute(app, ctx, send);

  app.get(
    '/api/v1/timelines/home',
    {
      schema: { tags, summary: 'Posts of those whom one follows', querystring: Type.Object(pageParameters), response },
      config: { access: user('read:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      return send(request, reply, await homePage(ctx, accountId, readPage(request.query, limits)), accountId);
    },
  );

  app.get(
    '/api/v1/timelines/public',
    {
      schema: { tags, summary: 'Public posts of everybody', querystring: Type.Object(publicParameters), response },
      config: { access: anyone('read:statuses') },
    },
    async (request, reply) => {
      const viewerId = request.viewer?.accountId ?? null;
      return send(
        request,
        reply,
        await publicPage(ctx, readFilter(request.query), viewerId, readPage(request.query, limits)),
        viewerId,
      );
    },
  );

  app.get(
    '/api/v1/timelines/tag/:hashtag',
    {
      schema: {
        tags,
        summary: 'Public posts with a hashtag',
        params: Type.Object({ hashtag: Type.String() }),
        querystring: Type.Object({ ...publicParameters, any: words, all: words, none: words }),
        response,
      },
      config: { access: anyone('read:statuses') },
    },
    async (request, reply) => {
      const { query } = request;
      const viewerId = request.viewer?.accountId ?? null;
      const filter = {
        ...readFilter(query),
        any: readTags([request.params.hashtag, ...(query.any ?? [])]),
        all: readTags(query.all),
        none: readTags(query.none),
      };
      return send(request, reply, await tagPage(ctx, filter, viewerId, readPage(query, limits)), viewerId);
    },
  );
}

function linkRoute(app: App, ctx: AppContext, send: Send): void {
  app.get(
    '/api/v1/timelines/link',
    {
      schema: {
        tags,
        summary: 'Public posts that link to an address',
        querystring: Type.Object({ ...pageParameters, url: Type.String() }),
        response,
      },
      config: { access: anyone('read:statuses') },
    },
    async (request, reply) => {
      const viewerId = request.viewer?.accountId ?? null;
      const rows = await linkPage(ctx, request.query.url, viewerId, readPage(request.query, limits));
      return send(request, reply, rows, viewerId);
    },
  );
}

function directRoute(app: App, ctx: AppContext, send: Send): void {
  app.get(
    '/api/v1/timelines/direct',
    {
      schema: {
        tags,
        summary: 'Direct posts to you and from you',
        querystring: Type.Object(pageParameters),
        response,
      },
      config: { access: user('read:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      return send(request, reply, await directPage(ctx, accountId, readPage(request.query, limits)), accountId);
    },
  );
}

function listRoute(app: App, ctx: AppContext, send: Send): void {
  app.get(
    '/api/v1/timelines/list/:list_id',
    {
      schema: {
        tags,
        summary: 'What the accounts and hashtags of one of your lists bring',
        params: Type.Object({ list_id: Type.String() }),
        querystring: Type.Object({ ...pageParameters, only_media: publicParameters.only_media }),
        response,
      },
      config: { access: user('read:lists') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { query } = request;
      const { list_id: id } = request.params;
      const rows = isId(id) ? await listPage(ctx, accountId, id, readPage(query, limits), query.only_media) : [];
      // An empty list may be there all the same.
      if (rows.length === 0 && (await findList(ctx, accountId, id)) === null) throw new NotFound('Record not found');
      return send(request, reply, rows, accountId);
    },
  );
}

function readFilter(query: { local?: boolean; remote?: boolean; only_media?: boolean }): PublicFilter {
  const origin = query.local === true ? 'local' : query.remote === true ? 'remote' : 'all';
  return { origin, onlyMedia: query.only_media };
}

/** Keys of the tags that a request names, each once; more than a few are not taken. */
function readTags(names: readonly string[] = []): string[] {
  const keys = names
    .map((name) => tagKey(name.replace(/^#/, '').toWellFormed()))
    .filter((key) => key !== '' && !key.includes('\0'));
  return [...new Set(keys)].slice(0, maxTags);
}
