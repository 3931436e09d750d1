// Doors to the keywords of filters, one by one, and to the posts that filters name. One names a post through posts/routes.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { FilterView } from '../policy.ts';
import { findFilter, findFilterPost, findKeyword } from '../queries.ts';
import {
  FilterKeywordSchema,
  FilterStatusSchema,
  serializeFilterPost,
  serializeKeyword,
  type MastodonFilterKeyword,
} from '../serializers.ts';
import { addKeyword, changeKeyword, removeKeyword } from '../service/keywords.ts';
import { removeFilterPost } from '../service/posts.ts';

const tags = ['filters'];
const params = Type.Object({ id: Type.String() });
const inFilter = Type.Object({ filter_id: Type.String() });
const wholeWord = Type.Optional(Type.Boolean({ description: 'Not inside longer words; the default' }));
const [read, write] = [user('read:filters'), user('write:filters')];

/** Registers the doors. */
export function filterPartRoutes(app: App, ctx: AppContext): void {
  keywordRoutes(app, ctx);
  postRoutes(app, ctx);
}

function keywordRoutes(app: App, ctx: AppContext): void {
  const response = { 200: FilterKeywordSchema };
  const show = async (accountId: string, id: string): Promise<MastodonFilterKeyword> => {
    const found = await findKeyword(ctx, accountId, id);
    if (found === null) throw new NotFound('Record not found');
    return serializeKeyword(found.keyword);
  };

  app.get(
    '/api/v2/filters/:filter_id/keywords',
    {
      schema: {
        tags,
        summary: 'The keywords of a filter',
        params: inFilter,
        response: { 200: Type.Array(FilterKeywordSchema) },
      },
      config: { access: read },
    },
    async (request) =>
      (await requireFilter(ctx, viewerOf(request).accountId, request.params.filter_id)).keywords.map(serializeKeyword),
  );

  app.post(
    '/api/v2/filters/:filter_id/keywords',
    {
      schema: {
        tags,
        summary: 'Add a keyword to a filter',
        params: inFilter,
        body: Type.Object({ keyword: Type.String(), whole_word: wholeWord }),
        response,
      },
      config: { access: write },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { keyword, whole_word } = request.body;
      const id = await addKeyword(ctx, accountId, request.params.filter_id, { keyword, wholeWord: whole_word });
      return show(accountId, id);
    },
  );

  app.get(
    '/api/v2/filters/keywords/:id',
    { schema: { tags, summary: 'A keyword', params, response }, config: { access: read } },
    async (request) => show(viewerOf(request).accountId, request.params.id),
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/v2/filters/keywords/:id',
    schema: {
      tags,
      summary: 'Change a keyword',
      params,
      body: Type.Object({ keyword: Type.Optional(Type.String()), whole_word: wholeWord }),
      response,
    },
    config: { access: write },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      const { keyword, whole_word } = request.body;
      await changeKeyword(ctx, accountId, request.params.id, { keyword, wholeWord: whole_word });
      return show(accountId, request.params.id);
    },
  });

  app.delete(
    '/api/v2/filters/keywords/:id',
    {
      schema: { tags, summary: 'Remove a keyword', params, response: { 200: Type.Object({}) } },
      config: { access: write },
    },
    async (request) => {
      await removeKeyword(ctx, viewerOf(request).accountId, request.params.id, { withEmpty: false });
      return {};
    },
  );
}

function postRoutes(app: App, ctx: AppContext): void {
  const response = { 200: FilterStatusSchema };

  app.get(
    '/api/v2/filters/:filter_id/statuses',
    {
      schema: {
        tags,
        summary: 'The posts that a filter names',
        params: inFilter,
        response: { 200: Type.Array(FilterStatusSchema) },
      },
      config: { access: read },
    },
    async (request) =>
      (await requireFilter(ctx, viewerOf(request).accountId, request.params.filter_id)).posts.map(serializeFilterPost),
  );

  app.get(
    '/api/v2/filters/statuses/:id',
    { schema: { tags, summary: 'A post that a filter names', params, response }, config: { access: read } },
    async (request) => serializeFilterPost(await requirePost(ctx, viewerOf(request).accountId, request.params.id)),
  );

  app.delete(
    '/api/v2/filters/statuses/:id',
    {
      schema: { tags, summary: 'Take a post out of a filter', params, response },
      config: { access: write },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const post = await requirePost(ctx, accountId, request.params.id);
      await removeFilterPost(ctx, accountId, post.id);
      return serializeFilterPost(post);
    },
  );
}

async function requireFilter(ctx: AppContext, accountId: string, id: string): Promise<FilterView> {
  const filter = await findFilter(ctx, accountId, id);
  if (filter === null) throw new NotFound('Record not found');
  return filter;
}

async function requirePost(ctx: AppContext, accountId: string, id: string): Promise<FilterView['posts'][number]> {
  const post = await findFilterPost(ctx, accountId, id);
  if (post === null) throw new NotFound('Record not found');
  return post;
}
