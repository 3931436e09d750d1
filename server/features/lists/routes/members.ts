// Doors to what is in a list: accounts as Mastodon has them, hashtags as an extension of ours.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { renderAccounts } from '#server/features/posts/pages/texts.ts';
import { Invalid } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks, takePage, withOneMore } from '#server/platform/http/paging.ts';
import { scanText } from '#server/platform/text.ts';
import { listTags, membersPage } from '../queries.ts';
import { addListTags, addMembers, removeListTags, removeMembers } from '../service/members.ts';
import { params, requireList, tags } from './lists.ts';

const Nothing = { 200: Type.Object({}) };
const accountIds = Type.Array(Type.String(), { maxItems: 1000 });
const names = Type.Array(Type.String({ description: 'With or without #' }), { maxItems: 100 });
const TagNames = Type.Object({ tags: Type.Array(Type.String()) });

/** Registers the doors. */
export function memberRoutes(app: App, ctx: AppContext): void {
  const [read, write] = [user('read:lists'), user('write:lists')];

  app.get(
    '/api/v1/lists/:id/accounts',
    {
      schema: {
        tags,
        summary: 'Who is in a list, the latest first; limit=0 gives all',
        params,
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(Type.Object({ id: Type.String() }, { additionalProperties: true })) },
      },
      config: { access: read },
    },
    async (request, reply) => {
      const list = await requireList(ctx, viewerOf(request).accountId, request.params.id);
      const page = request.query.limit === 0 ? null : readPage(request.query, { default: 40, max: 80 });
      const found = await membersPage(ctx, list.id, page && withOneMore(page));
      const { rows, ends } = page === null ? { rows: found, ends: true } : takePage(page, found);
      const edges = { first: rows.at(0)?.position, last: rows.at(-1)?.position, ends };
      if (page !== null) setLinks(request, reply, ctx.config.origin, edges);
      const accounts = await renderAccounts(
        ctx,
        rows.map(({ id }) => id),
      );
      return sendJson(reply, jsonList(rows.flatMap(({ id }) => accounts.get(id) ?? [])));
    },
  );

  app.post(
    '/api/v1/lists/:id/accounts',
    {
      schema: {
        tags,
        summary: 'Put accounts into a list',
        params,
        body: Type.Object({ account_ids: accountIds }),
        response: Nothing,
      },
      config: { access: write },
    },
    async (request) => {
      const which = { ownerId: viewerOf(request).accountId, listId: request.params.id };
      await addMembers(ctx, which, request.body.account_ids);
      return {};
    },
  );

  app.delete(
    '/api/v1/lists/:id/accounts',
    {
      schema: {
        tags,
        summary: 'Take accounts out of a list',
        params,
        body: Type.Object({ account_ids: Type.Optional(accountIds) }),
        response: Nothing,
      },
      config: { access: write },
    },
    async (request) => {
      const which = { ownerId: viewerOf(request).accountId, listId: request.params.id };
      await removeMembers(ctx, which, request.body.account_ids ?? []);
      return {};
    },
  );

  tagRoutes(app, ctx);
}

function tagRoutes(app: App, ctx: AppContext): void {
  const path = '/api/lists/:id/tags';
  const response = { 200: TagNames };
  const answer = async (ownerId: string, listId: string): Promise<{ tags: string[] }> => {
    const list = await requireList(ctx, ownerId, listId);
    return { tags: (await listTags(ctx, list.id)).map(({ name }) => name) };
  };

  app.get(
    path,
    {
      schema: { tags, summary: 'The hashtags whose public posts a list shows', params, response },
      config: { access: user('read:lists') },
    },
    async (request) => answer(viewerOf(request).accountId, request.params.id),
  );

  app.post(
    path,
    {
      schema: { tags, summary: 'Put hashtags into a list', params, body: Type.Object({ tags: names }), response },
      config: { access: user('write:lists') },
    },
    async (request) => {
      const which = { ownerId: viewerOf(request).accountId, listId: request.params.id };
      await addListTags(ctx, which, request.body.tags.map(readTag));
      return answer(which.ownerId, which.listId);
    },
  );

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: 'Take hashtags out of a list',
        params,
        body: Type.Object({ tags: Type.Optional(names) }),
        response,
      },
      config: { access: user('write:lists') },
    },
    async (request) => {
      const which = { ownerId: viewerOf(request).accountId, listId: request.params.id };
      const keys = (request.body.tags ?? []).map((name) => readTag(name).name);
      await removeListTags(ctx, which, keys);
      return answer(which.ownerId, which.listId);
    },
  );
}

/** A hashtag as somebody wrote it. @throws {Invalid} when it cannot be one */
function readTag(written: string): { name: string; display: string } {
  const [piece, ...more] = scanText(`#${written.replace(/^#/, '')}`);
  if (piece?.kind !== 'tag' || more.length > 0) throw new Invalid(`Validation failed: ${written} is not a hashtag`);
  return { name: piece.key, display: piece.shown };
}
