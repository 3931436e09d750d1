// Doors to the requests of those whose news a reader's policy holds back.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { renderRequests } from '../pages.ts';
import { findRequest, requestPage } from '../queries/requests.ts';
import { RequestSchema } from '../serializers/requests.ts';
import { acceptRequests, decide, dismissRequests } from '../service/permit.ts';
import { pageLimits } from './filter.ts';

const tags = ['notifications'];
const IdParams = Type.Object({ id: Type.String() });
const Nothing = Type.Object({});

/** Registers the doors. */
export async function requestRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v1/notifications/requests/merged',
    {
      schema: {
        tags,
        summary: 'Whether all that you let in is shown',
        description: 'Letting in answers only when all of it is shown, so this is always true.',
        response: { 200: Type.Object({ merged: Type.Boolean() }) },
      },
      config: { access: user('read:notifications') },
    },
    async () => ({ merged: true }),
  );
  readRoutes(app, ctx);
  decideRoutes(app, ctx, 'accept', 'Let in', acceptRequests);
  decideRoutes(app, ctx, 'dismiss', 'Turn away', dismissRequests);
}

function readRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/notifications/requests',
    {
      schema: {
        tags,
        summary: 'Those whose news is held back',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(RequestSchema) },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const requests = await requestPage(ctx, accountId, readPage(request.query, pageLimits));
      setLinks(request, reply, ctx.config.origin, { first: requests.at(0)?.id, last: requests.at(-1)?.id });
      return sendJson(reply, jsonList(await renderRequests(ctx, accountId, requests)));
    },
  );

  app.get(
    '/api/v1/notifications/requests/:id',
    {
      schema: {
        tags,
        summary: 'One of those whose news is held back',
        params: IdParams,
        response: { 200: RequestSchema },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { id } = request.params;
      const found = isId(id) ? await findRequest(ctx, accountId, id) : null;
      const [text] = found === null ? [] : await renderRequests(ctx, accountId, [found]);
      if (text === undefined) throw new NotFound('Record not found');
      return sendJson(reply, text);
    },
  );
}

function decideRoutes(
  app: App,
  ctx: AppContext,
  name: 'accept' | 'dismiss',
  summary: string,
  verb: typeof acceptRequests,
): void {
  app.post(
    `/api/v1/notifications/requests/:id/${name}`,
    {
      schema: { tags, summary: `${summary} one of them`, params: IdParams, response: { 200: Nothing } },
      config: { access: user('write:notifications') },
    },
    async (request) => {
      await decide(ctx, verb, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );

  app.post(
    `/api/v1/notifications/requests/${name}`,
    {
      schema: {
        tags,
        summary: `${summary} several of them`,
        body: Type.Object({ id: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })) }),
        response: { 200: Nothing },
      },
      config: { access: user('write:notifications') },
    },
    async (request) => {
      await verb(ctx, viewerOf(request).accountId, request.body.id ?? []);
      return {};
    },
  );
}
