// Doors to filters, the first version of the API: each keyword looks like a filter of its own.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import type { FilterView } from '../policy.ts';
import { filtersOf, findFilter, findKeyword } from '../queries.ts';
import { OldFilterSchema, serializeOldFilter } from '../serializers.ts';
import { changeFilter, createFilter } from '../service/edit.ts';
import { removeKeyword } from '../service/keywords.ts';
import { expiresInField, readExpiresIn } from './expiry.ts';

const tags = ['filters'];
const params = Type.Object({ id: Type.String() });
const more = {
  irreversible: Type.Optional(Type.Boolean({ description: 'Hide, rather than warn' })),
  whole_word: Type.Optional(Type.Boolean()),
  expires_in: expiresInField,
};
const context = Type.Array(Type.String({ description: 'home, notifications, public, thread, account' }));
const response = { 200: OldFilterSchema };
const many = 'Validation failed: this filter has several keywords; change it in an app that knows such filters';

/** Registers the doors. */
export function oldFilterRoutes(app: App, ctx: AppContext): void {
  const [read, write] = [user('read:filters'), user('write:filters')];
  app.get(
    '/api/v1/filters',
    {
      schema: { tags, summary: 'Your keywords, each as a filter', response: { 200: Type.Array(OldFilterSchema) } },
      config: { access: read },
    },
    async (request) =>
      (await filtersOf(ctx, viewerOf(request).accountId)).flatMap((filter) =>
        filter.keywords.map((keyword) => serializeOldFilter(filter, keyword)),
      ),
  );

  app.post(
    '/api/v1/filters',
    {
      schema: {
        tags,
        summary: 'Make a filter of one keyword',
        body: Type.Object({ phrase: Type.String(), context, ...more }),
        response,
      },
      config: { access: write },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { body } = request;
      const id = await createFilter(ctx, accountId, {
        title: body.phrase,
        contexts: body.context,
        action: body.irreversible === true ? 'hide' : 'warn',
        expiresIn: readExpiresIn(body.expires_in),
        keywords: [{ keyword: body.phrase, wholeWord: body.whole_word }],
      });
      const filter = await findFilter(ctx, accountId, id);
      const [keyword] = filter?.keywords ?? [];
      if (filter === null || !keyword) throw new NotFound('Record not found');
      return serializeOldFilter(filter, keyword);
    },
  );

  app.get(
    '/api/v1/filters/:id',
    { schema: { tags, summary: 'One keyword', params, response }, config: { access: read } },
    async (request) => {
      const { filter, keyword } = await requireKeyword(ctx, viewerOf(request).accountId, request.params.id);
      return serializeOldFilter(filter, keyword);
    },
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/v1/filters/:id',
    schema: {
      tags,
      summary: 'Change a keyword, and the filter that it stands in',
      params,
      body: Type.Object({ phrase: Type.Optional(Type.String()), context: Type.Optional(context), ...more }),
      response,
    },
    config: { access: write },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      const { body } = request;
      const { filter, keyword } = await requireKeyword(ctx, accountId, request.params.id);
      const terms = { contexts: body.context, expiresIn: readExpiresIn(body.expires_in), ...readAction(body) };
      if (filter.keywords.length > 1 && changesFilter(filter, terms)) throw new Invalid(many);
      await changeFilter(ctx, accountId, filter.id, {
        ...terms,
        keywords: [{ id: keyword.id, keyword: body.phrase, wholeWord: body.whole_word }],
      });
      const changed = await requireKeyword(ctx, accountId, keyword.id);
      return serializeOldFilter(changed.filter, changed.keyword);
    },
  });

  app.delete(
    '/api/v1/filters/:id',
    {
      schema: { tags, summary: 'Remove a keyword', params, response: { 200: Type.Object({}) } },
      config: { access: write },
    },
    async (request) => {
      await removeKeyword(ctx, viewerOf(request).accountId, request.params.id, { withEmpty: true });
      return {};
    },
  );
}

async function requireKeyword(
  ctx: AppContext,
  accountId: string,
  id: string,
): Promise<{ filter: FilterView; keyword: FilterView['keywords'][number] }> {
  const found = await findKeyword(ctx, accountId, id);
  if (found === null) throw new NotFound('Record not found');
  return found;
}

function readAction({ irreversible }: { irreversible?: boolean }): { action?: string } {
  return irreversible === undefined ? {} : { action: irreversible ? 'hide' : 'warn' };
}

/** Whether what is asked would change more than the one keyword. */
function changesFilter(
  filter: FilterView,
  terms: { contexts?: string[]; expiresIn?: number | null; action?: string },
): boolean {
  const { contexts, expiresIn, action } = terms;
  const isSame = contexts === undefined || contexts.toSorted().join() === filter.contexts.toSorted().join();
  const mayExpire = expiresIn !== undefined && !(expiresIn === null && filter.expiresAt === null);
  return !isSame || mayExpire || (action !== undefined && (action === 'hide') !== (filter.action === 'hide'));
}
