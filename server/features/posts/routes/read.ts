// Doors of Mastodon's API that show posts: one, some, a thread, a history, the posts of an account.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { findAccount, isId } from '#server/features/accounts/queries.ts';
import { PreviewCardSchema } from '#server/features/links/serializers.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage } from '#server/platform/http/paging.ts';
import { tagKey } from '#server/platform/text.ts';
import { renderSeenById, renderStatus, renderStatuses } from '../pages.ts';
import { findVisiblePost, findVisibleSubject, type PostView } from '../queries.ts';
import { postHistory } from '../queries/history.ts';
import { loadQuoting } from '../queries/quoting.ts';
import type { SeenPost } from '../queries/flags.ts';
import { accountPosts } from '../queries/lists.ts';
import { findThread } from '../queries/thread.ts';
import {
  ContextSchema,
  serializeVersion,
  StatusEditSchema,
  type MastodonStatus,
  type MastodonStatusEdit,
  StatusSchema,
  StatusSourceSchema,
} from '../serializers.ts';
import { wantThread } from '../service/backfill.ts';
import { authorOf, IdParams, sendStatus, sendStatuses } from './answers.ts';
import { refreshHeader } from './refreshes.ts';

const maxTogether = 40;
const access = anyone('read:statuses');

/** Registers the doors. */
export function readRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/statuses',
    {
      schema: {
        tags: ['statuses'],
        summary: 'Some posts by their ids; those that the reader may not see are left out',
        querystring: Type.Object({ id: Type.Optional(Type.Array(Type.String())) }),
        response: { 200: Type.Array(StatusSchema) },
      },
      config: { access },
    },
    async (request, reply) => {
      const ids = [...new Set(request.query.id ?? [])].slice(0, maxTogether);
      const statuses = await renderStatuses(ctx, ids, request.viewer?.accountId ?? null);
      return sendJson(reply, jsonList(statuses));
    },
  );

  app.get(
    '/api/v1/statuses/:id',
    {
      schema: { tags: ['statuses'], summary: 'One post', params: IdParams, response: { 200: StatusSchema } },
      config: { access },
    },
    async (request, reply) => sendStatus(ctx, reply, request.params.id, request.viewer?.accountId ?? null),
  );

  app.get(
    '/api/v1/statuses/:id/context',
    {
      schema: {
        tags: ['statuses'],
        summary: 'What a post answers, and what answers it',
        params: IdParams,
        response: { 200: ContextSchema },
      },
      config: { access },
    },
    async (request, reply) => {
      const viewerId = request.viewer?.accountId ?? null;
      const thread = await findThread(ctx, viewerId, request.params.id);
      if (thread === null) throw new NotFound('Record not found');
      const { search, ancestors, descendants } = thread;
      const refresh = search && (await wantThread(ctx, search));
      if (refresh?.isRunning === true) reply.header('mastodon-async-refresh', refreshHeader(refresh));
      const statuses = await renderSeenById(ctx, [...ancestors, ...descendants], viewerId);
      const list = (posts: SeenPost[]): string => jsonList(posts.flatMap(({ id }) => statuses.get(id) ?? []));
      return sendJson(reply, `{"ancestors":${list(ancestors)},"descendants":${list(descendants)}}`);
    },
  );

  app.get(
    '/api/v1/statuses/:id/source',
    {
      schema: {
        tags: ['statuses'],
        summary: 'What the author typed, for editing',
        params: IdParams,
        response: { 200: StatusSourceSchema },
      },
      config: { access: user('read:statuses') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const post = await findVisiblePost(ctx, accountId, request.params.id);
      if (post === null || post.accountId !== accountId) throw new NotFound('Record not found');
      return { id: post.id, text: post.source ?? '', spoiler_text: post.summary };
    },
  );

  app.get(
    '/api/v1/statuses/:id/history',
    {
      schema: {
        tags: ['statuses'],
        summary: 'All versions of a post, the oldest first',
        params: IdParams,
        response: { 200: Type.Array(StatusEditSchema) },
      },
      config: { access },
    },
    async (request) => {
      const post = await findVisibleSubject(ctx, request.viewer?.accountId ?? null, request.params.id);
      if (post === null) throw new NotFound('Record not found');
      const shown = {
        account: await authorOf(ctx, post.accountId),
        quote: await shallowQuote(ctx, request.viewer?.accountId ?? null, post),
      };
      return (await postHistory(ctx, post)).map((version) => serializeVersion(version, shown, ctx));
    },
  );

  app.get(
    '/api/v1/statuses/:id/card',
    {
      schema: {
        tags: ['statuses'],
        summary:
          'What a post links to, for older apps: newer ones read `card` of the post; an empty object when it has none',
        params: IdParams,
        response: { 200: Type.Partial(PreviewCardSchema) },
      },
      config: { access },
    },
    async (request, reply) => {
      const text = await renderStatus(ctx, request.params.id, request.viewer?.accountId ?? null);
      if (text === null) throw new NotFound('Record not found');
      const { card, reblog }: Pick<MastodonStatus, 'card' | 'reblog'> = JSON.parse(text);
      return sendJson(reply, JSON.stringify(reblog?.card ?? card ?? {}));
    },
  );

  app.get(
    '/api/v1/accounts/:id/statuses',
    {
      schema: {
        tags: ['accounts'],
        summary: 'The posts and boosts of an account that the reader may see',
        params: IdParams,
        querystring: Type.Object({
          ...pageParameters,
          only_media: Type.Optional(Type.Boolean()),
          exclude_replies: Type.Optional(Type.Boolean()),
          exclude_reblogs: Type.Optional(Type.Boolean()),
          exclude_direct: Type.Optional(Type.Boolean()),
          pinned: Type.Optional(Type.Boolean()),
          tagged: Type.Optional(Type.String()),
        }),
        response: { 200: Type.Array(StatusSchema) },
      },
      config: { access },
    },
    async (request, reply) => {
      const { query } = request;
      const viewerId = request.viewer?.accountId ?? null;
      const { id } = request.params;
      const filter = {
        accountId: id,
        onlyMedia: query.only_media,
        excludeReplies: query.exclude_replies,
        excludeBoosts: query.exclude_reblogs,
        excludeDirect: query.exclude_direct,
        pinned: query.pinned,
        tag: query.tagged === undefined || query.tagged === '' ? undefined : tagKey(query.tagged.replace(/^#/, '')),
      };
      const page = readPage(query, { default: 20, max: 40 });
      const rows = isId(id) ? await accountPosts(ctx, filter, viewerId, page) : [];
      // Whoever shows the reader nothing may be there all the same.
      if (rows.length === 0 && (await findAccount(ctx, id)) === null) throw new NotFound('Record not found');
      return sendStatuses(ctx, request, reply, rows, viewerId);
    },
  );
}

/** What a post quotes, for one reader: named, not shown. */
async function shallowQuote(
  ctx: AppContext,
  viewerId: string | null,
  post: PostView,
): Promise<MastodonStatusEdit['quote']> {
  if (post.quote === null) return null;
  const { of } = await loadQuoting(ctx, [viewerId], [post.id]);
  const quote = of(viewerId, post.id)?.quote ?? null;
  return quote && { state: quote.state, quoted_status_id: quote.state === 'accepted' ? quote.id : null };
}
