// Doors to the servers that one blocks, to people who want to be found, and to whom one knows among somebody's followers.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks, setOffsetLinks } from '#server/platform/http/paging.ts';
import { directory, domainBlocksPage, familiarFollowers } from '../queries/people.ts';
import type { MastodonFamiliarFollowers } from '../serializers.ts';
import { blockDomain, unblockDomain } from '../service/domain-block.ts';

const tags = ['Relationships'];
const mostFamiliar = 40;
const Ids = Type.Optional(Type.Array(Type.String()));

export async function serverRoutes(app: App, ctx: AppContext): Promise<void> {
  domainBlockRoutes(app, ctx);
  directoryRoute(app, ctx);
  app.get(
    '/api/v1/accounts/familiar_followers',
    {
      schema: {
        tags,
        summary: 'Whom you know among the followers of accounts',
        querystring: Type.Object({ id: Ids }),
      },
      config: { access: user('read:follows') },
    },
    async (request): Promise<MastodonFamiliarFollowers[]> => {
      const ids = (request.query.id ?? []).slice(0, mostFamiliar);
      const found = await familiarFollowers(ctx, viewerOf(request).accountId, ids);
      return found.map(({ id, accounts }) => ({
        id,
        accounts: accounts.map((account) => serializeAccount(account, ctx)),
      }));
    },
  );
}

function domainBlockRoutes(app: App, ctx: AppContext): void {
  const Domain = Type.Object({ domain: Type.String({ maxLength: 300, description: 'Such as spam.example' }) });
  app.get(
    '/api/v1/domain_blocks',
    {
      schema: {
        tags,
        summary: 'The servers that you block',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(Type.String()) },
      },
      config: { access: user('read:blocks') },
    },
    async (request, reply) => {
      const page = readPage(request.query, { default: 100, max: 200 });
      const rows = await domainBlocksPage(ctx, viewerOf(request).accountId, page);
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
      return rows.map(({ domain }) => domain);
    },
  );
  app.post(
    '/api/v1/domain_blocks',
    {
      schema: { tags, summary: 'Block a server', body: Domain, response: { 200: Type.Object({}) } },
      config: { access: user('write:blocks') },
    },
    async (request) => {
      await blockDomain(ctx, viewerOf(request).accountId, request.body.domain);
      return {};
    },
  );
  app.delete(
    '/api/v1/domain_blocks',
    {
      schema: { tags, summary: 'End the block of a server', body: Domain, response: { 200: Type.Object({}) } },
      config: { access: user('write:blocks') },
    },
    async (request) => {
      await unblockDomain(ctx, viewerOf(request).accountId, request.body.domain);
      return {};
    },
  );
}

function directoryRoute(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/directory',
    {
      schema: {
        tags: ['Accounts'],
        summary: 'People who want to be found',
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer()),
          offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
          order: Type.Optional(Type.String({ description: '`active`: who wrote last; `new`: who is newest here' })),
          local: Type.Optional(Type.Boolean()),
        }),
      },
      config: { access: anyone('read:accounts') },
    },
    async (request, reply) => {
      const { offset = 0, order, local = false } = request.query;
      const { limit } = readPage(request.query, { default: 40, max: 80 });
      const wish = { order: order === 'new' ? ('new' as const) : ('active' as const), localOnly: local, limit, offset };
      const accounts = await directory(ctx, request.viewer?.accountId ?? null, wish);
      setOffsetLinks(request, reply, ctx.config.origin, { offset, limit, count: accounts.length });
      return accounts.map((account) => serializeAccount(account, ctx));
    },
  );
}
