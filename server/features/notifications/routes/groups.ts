// Doors to what people were told, in groups.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import { renderAccounts } from '#server/features/posts/pages/texts.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { jsonList } from '#server/platform/fragments.ts';
import { sendJson } from '#server/platform/http/json-text.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { membersOf, renderGroup, renderGroups } from '../pages.ts';
import { countUnreadGroups, groupPage } from '../queries/groups.ts';
import { readGroupKey } from '../serializers.ts';
import { GroupedNotificationsSchema, readGroupedKinds } from '../serializers/groups.ts';
import { dismissBehind } from '../service/dismiss.ts';
import { filterParameters, pageLimits, readFilter, unreadLimits } from './filter.ts';

const tags = ['notifications'];
const KeyParams = Type.Object({ group_key: Type.String({ maxLength: 100 }) });
const grouping = { grouped_types: Type.Optional(Type.Array(Type.String())) };

/** Registers the doors. */
export async function groupRoutes(app: App, ctx: AppContext): Promise<void> {
  pageRoute(app, ctx);
  unreadRoute(app, ctx);
  oneRoutes(app, ctx);
}

function pageRoute(app: App, ctx: AppContext): void {
  const expansion = Type.Union([Type.Literal('full'), Type.Literal('partial_avatars')]);
  app.get(
    '/api/v2/notifications',
    {
      schema: {
        tags,
        summary: 'What one was told in groups, newest first',
        querystring: Type.Object({
          ...pageParameters,
          ...filterParameters,
          ...grouping,
          expand_accounts: Type.Optional(expansion),
        }),
        response: { 200: GroupedNotificationsSchema },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const { query } = request;
      const filter = readFilter(query);
      const grouped = readGroupedKinds(query.grouped_types);
      const groups =
        filter === null ? [] : await groupPage(ctx, accountId, { ...filter, grouped }, readPage(query, pageLimits));
      setLinks(request, reply, ctx.config.origin, { first: groups.at(0)?.id, last: groups.at(-1)?.id });
      return sendJson(reply, await renderGroups(ctx, accountId, groups, query.expand_accounts));
    },
  );
}

function unreadRoute(app: App, ctx: AppContext): void {
  app.get(
    '/api/v2/notifications/unread_count',
    {
      schema: {
        tags,
        summary: 'How many groups are newer than the marker',
        querystring: Type.Object({ ...filterParameters, ...grouping, limit: Type.Optional(Type.Integer()) }),
        response: { 200: Type.Object({ count: Type.Integer() }) },
      },
      config: { access: user('read:notifications') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const filter = readFilter(request.query);
      if (filter === null) return { count: 0 };
      const grouped = readGroupedKinds(request.query.grouped_types);
      const { limit } = readPage(request.query, unreadLimits);
      return { count: await countUnreadGroups(ctx, accountId, { ...filter, grouped }, limit) };
    },
  );
}

function oneRoutes(app: App, ctx: AppContext): void {
  app.get(
    '/api/v2/notifications/:group_key',
    {
      schema: {
        tags,
        summary: 'One group',
        params: KeyParams,
        querystring: Type.Object({ supported_types: Type.Optional(Type.Array(Type.String())) }),
        response: { 200: GroupedNotificationsSchema },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const text = await renderGroup(ctx, viewerOf(request).accountId, request.params.group_key);
      if (text === null) throw new NotFound('Record not found');
      return sendJson(reply, text);
    },
  );

  app.get(
    '/api/v2/notifications/:group_key/accounts',
    {
      schema: {
        tags,
        summary: 'All who are in a group, the latest first',
        params: KeyParams,
        querystring: Type.Object(pageParameters),
        response: {
          200: Type.Array(
            Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
          ),
        },
      },
      config: { access: user('read:notifications') },
    },
    async (request, reply) => {
      const { accountId } = viewerOf(request);
      const members = await membersOf(ctx, accountId, request.params.group_key, readPage(request.query, pageLimits));
      setLinks(request, reply, ctx.config.origin, { first: members.at(0)?.id, last: members.at(-1)?.id });
      const ids = members.map(({ fromAccountId }) => fromAccountId);
      const accounts = await renderAccounts(ctx, ids);
      return sendJson(reply, jsonList(ids.flatMap((id) => accounts.get(id) ?? [])));
    },
  );

  app.post(
    '/api/v2/notifications/:group_key/dismiss',
    {
      schema: { tags, summary: 'Throw one group away', params: KeyParams, response: { 200: Type.Object({}) } },
      config: { access: user('write:notifications') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      await dismissBehind(ctx, accountId, readGroupKey(request.params.group_key));
      return {};
    },
  );
}
