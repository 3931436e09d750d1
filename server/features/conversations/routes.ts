// Doors of Mastodon's API to the conversations of direct posts.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { renderTalk, renderTalks } from './pages.ts';
import { talkPage } from './queries.ts';
import { ConversationSchema } from './serializers.ts';
import { deleteTalk, markTalk } from './service/mark.ts';

const tags = ['conversations'];
const params = Type.Object({ id: Type.String() });
const path = '/api/v1/conversations';

/** Registers the doors. */
export async function conversationRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'One’s conversations of direct posts, the latest first',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(ConversationSchema) },
      },
      config: { access: user('read:statuses') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const talks = await talkPage(ctx, accountId, readPage(request.query, { default: 20, max: 40 }));
      setLinks(request, reply, ctx.config.origin, { first: talks.at(0)?.lastPostId, last: talks.at(-1)?.lastPostId });
      return sendJson(reply, jsonList(await renderTalks(ctx, accountId, talks)));
    },
  );

  for (const [name, summary, unread] of [
    ['read', 'It was read', false],
    ['unread', 'It was not read yet', true],
  ] as const) {
    app.post(
      `${path}/:id/${name}`,
      {
        schema: { tags, summary, params, response: { 200: ConversationSchema } },
        config: { access: user('write:conversations') },
      },
      async (request, reply) => {
        const { accountId } = viewerOf(request);
        const { id } = request.params;
        await markTalk(ctx, accountId, id, unread);
        const talk = await renderTalk(ctx, accountId, id);
        if (talk === null) throw new NotFound('Record not found');
        return sendJson(reply, talk);
      },
    );
  }

  app.delete(
    `${path}/:id`,
    {
      schema: { tags, summary: 'Put it away; its posts stay', params, response: { 200: Type.Object({}) } },
      config: { access: user('write:conversations') },
    },
    async (request) => {
      await deleteTalk(ctx, viewerOf(request).accountId, request.params.id);
      return {};
    },
  );
}
