// Doors of Mastodon's API to lists: the lists themselves, and in which of them somebody is.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { findList, listsOf, listsWith } from '../queries.ts';
import { ListSchema, serializeList, type MastodonList } from '../serializers.ts';
import { changeList, createList, removeList } from '../service/edit.ts';

export const tags = ['lists'];
export const params = Type.Object({ id: Type.String() });
const settings = {
  replies_policy: Type.Optional(
    Type.String({ description: 'Whose answers are shown: to whom one follows (followed), to members (list), none' }),
  ),
  exclusive: Type.Optional(Type.Boolean({ description: 'Take what the list shows out of the home timeline' })),
};
const response = { 200: ListSchema };

/** The list with that id. @throws {NotFound} when it is not that account's */
export async function requireList(ctx: AppContext, ownerId: string, id: string): Promise<MastodonList> {
  const list = await findList(ctx, ownerId, id);
  if (list === null) throw new NotFound('Record not found');
  return serializeList(list);
}

/** Registers the doors. */
export function listRoutes(app: App, ctx: AppContext): void {
  const [read, write] = [user('read:lists'), user('write:lists')];

  app.get(
    '/api/v1/lists',
    {
      schema: { tags, summary: 'Your lists', response: { 200: Type.Array(ListSchema) } },
      config: { access: read },
    },
    async (request) => (await listsOf(ctx, viewerOf(request).accountId)).map(serializeList),
  );

  app.post(
    '/api/v1/lists',
    {
      schema: { tags, summary: 'Make a list', body: Type.Object({ title: Type.String(), ...settings }), response },
      config: { access: write },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      return requireList(ctx, accountId, await createList(ctx, accountId, readWish(request.body)));
    },
  );

  app.get(
    '/api/v1/lists/:id',
    { schema: { tags, summary: 'One of your lists', params, response }, config: { access: read } },
    async (request) => requireList(ctx, viewerOf(request).accountId, request.params.id),
  );

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/api/v1/lists/:id',
    schema: {
      tags,
      summary: 'Change a list; what is left out stays',
      params,
      body: Type.Object({ title: Type.Optional(Type.String()), ...settings }),
      response,
    },
    config: { access: write },
    handler: async (request) => {
      const { accountId } = viewerOf(request);
      await changeList(ctx, accountId, request.params.id, readWish(request.body));
      return requireList(ctx, accountId, request.params.id);
    },
  });

  app.delete(
    '/api/v1/lists/:id',
    {
      schema: { tags, summary: 'Remove a list', params, response: { 200: Type.Object({}) } },
      config: { access: write },
    },
    async (request) => {
      await removeList(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );

  app.get(
    '/api/v1/accounts/:id/lists',
    {
      schema: {
        tags,
        summary: 'Those of your lists in which an account is',
        params,
        response: { 200: Type.Array(ListSchema) },
      },
      config: { access: read },
    },
    async (request) => {
      const account = await requireAccount(ctx, request.params.id);
      return (await listsWith(ctx, viewerOf(request).accountId, account.id)).map(serializeList);
    },
  );
}

function readWish(body: { title?: string; replies_policy?: string; exclusive?: boolean }): {
  title?: string;
  repliesPolicy?: string;
  exclusive?: boolean;
} {
  return { title: body.title, repliesPolicy: body.replies_policy, exclusive: body.exclusive };
}
