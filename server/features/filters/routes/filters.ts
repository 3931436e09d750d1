// Doors to filters, the second version of the API: a filter holds keywords and posts.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { filtersOf, findFilter } from '../queries.ts';
import { FilterSchema, serializeFilter, type MastodonFilter } from '../serializers.ts';
import { changeFilter, createFilter, removeFilter, type FilterWish } from '../service/edit.ts';
import { expiresInField, keepNull, readExpiresIn } from './expiry.ts';

const tags = ['filters'];
const params = Type.Object({ id: Type.String() });
const KeywordLines = Type.Array(
  Type.Object({
    id: Type.Optional(Type.String()),
    keyword: Type.Optional(Type.String()),
    whole_word: Type.Optional(Type.Boolean()),
    _destroy: Type.Optional(Type.Boolean()),
  }),
  { maxItems: 1000 },
);
const context = Type.Array(Type.String({ description: 'home, notifications, public, thread, account' }));
const settings = {
  filter_action: Type.Optional(Type.String({ description: 'warn (the default), hide or blur' })),
  expires_in: expiresInField,
  keywords_attributes: Type.Optional(KeywordLines),
};
const response = { 200: FilterSchema };

/** Registers the doors. */
export function filterRoutes(app: App, ctx: AppContext): void {
  const [read, write] = [user('read:filters'), user('write:filters')];
  const show = async (accountId: string, id: string): Promise<MastodonFilter> => {
    const filter = await findFilter(ctx, accountId, id);
    if (filter === null) throw new NotFound('Record not found');
    return serializeFilter(filter);
  };

  app.get(
    '/api/v2/filters',
    {
      schema: { tags, summary: 'Your filters', response: { 200: Type.Array(FilterSchema) } },
      config: { access: read },
    },
    async (request) => (await filtersOf(ctx, viewerOf(request).accountId)).map(serializeFilter),
  );

  app.post(
    '/api/v2/filters',
    {
      schema: {
        tags,
        summary: 'Make a filter',
        body: Type.Object({ title: Type.String(), context, ...settings }),
        response,
      },
      preValidation: keepNull,
      config: { access: write },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      return show(accountId, await createFilter(ctx, accountId, readWish(request.body)));
    },
  );

  app.get(
    '/api/v2/filters/:id',
    { schema: { tags, summary: 'One of your filters', params, response }, config: { access: read } },
    async (request) => show(viewerOf(request).accountId, request.params.id),
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/v2/filters/:id',
    schema: {
      tags,
      summary: 'Change a filter; what is left out stays, keywords are changed line by line',
      params,
      body: Type.Object({ title: Type.Optional(Type.String()), context: Type.Optional(context), ...settings }),
      response,
    },
    preValidation: keepNull,
    config: { access: write },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      await changeFilter(ctx, accountId, request.params.id, readWish(request.body));
      return show(accountId, request.params.id);
    },
  });

  app.delete(
    '/api/v2/filters/:id',
    {
      schema: { tags, summary: 'Remove a filter', params, response: { 200: Type.Object({}) } },
      config: { access: write },
    },
    async (request) => {
      await removeFilter(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );
}

function readWish(body: {
  title?: string;
  context?: string[];
  filter_action?: string;
  expires_in?: number | string;
  keywords_attributes?: Array<{ id?: string; keyword?: string; whole_word?: boolean; _destroy?: boolean }>;
}): FilterWish {
  return {
    title: body.title,
    contexts: body.context,
    action: body.filter_action,
    expiresIn: readExpiresIn(body.expires_in),
    keywords: body.keywords_attributes?.map(({ id, keyword, whole_word: wholeWord, _destroy: destroy }) => ({
      id,
      keyword,
      wholeWord,
      destroy,
    })),
  };
}
