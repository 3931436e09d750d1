// Lists of accounts: who follows whom, whom one blocks and mutes, who asks to follow, and the search for people.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { lookUpHandle } from '#server/features/accounts/activitypub.ts';
import { isId, type AccountView } from '#server/features/accounts/queries.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { serializeAccount, type MastodonAccount } from '#server/features/accounts/serializers.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks, setOffsetLinks, type Page } from '#server/platform/http/paging.ts';
import {
  blocksPage,
  endorsementsPage,
  followersPage,
  followingPage,
  followRequestsPage,
  mutesPage,
  relationships,
  searchPeople,
  type AccountPage,
} from '../queries.ts';
import { acceptFollow, rejectFollow } from '../service/follow.ts';
import { oneRelationship } from './relations.ts';

const limits = { default: 40, max: 80 };
const tags = ['Relationships'];
const params = Type.Object({ id: Type.String() });
const querystring = Type.Object(pageParameters);

export async function peopleRoutes(app: App, ctx: AppContext): Promise<void> {
  searchRoute(app, ctx);
  collectionRoute(app, ctx, 'followers', followersPage);
  collectionRoute(app, ctx, 'following', followingPage);
  ownListRoute(app, ctx, 'blocks', 'read:blocks', blocksPage);
  ownListRoute(app, ctx, 'follow_requests', 'read:follows', followRequestsPage);
  mutesRoute(app, ctx);
  requestRoutes(app, ctx);
  endorsementRoutes(app, ctx);
}

/** How long a search may wait for the server of a stranger whose whole handle was typed. */
const lookupTimeoutMs = 5000;

function send(ctx: AppContext, request: FastifyRequest, reply: FastifyReply, page: AccountPage): MastodonAccount[] {
  setLinks(request, reply, ctx.config.origin, page);
  return page.accounts.map((account) => serializeAccount(account, ctx));
}

function searchRoute(app: App, ctx: AppContext): void {
  const search = Type.Object({
    q: Type.String(),
    limit: Type.Optional(Type.Integer()),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    following: Type.Optional(Type.Boolean()),
    resolve: Type.Optional(Type.Boolean()),
  });
  app.get(
    '/api/v1/accounts/search',
    {
      schema: { tags, summary: 'Search people by name', querystring: search },
      config: { access: user('read:accounts') },
    },
    async (request, reply) => {
      const { q, following, offset = 0 } = request.query;
      const { limit } = readPage(request.query, limits);
      const isResolved = request.query.resolve === true && offset === 0;
      const text = isResolved ? await lookUpHandle(ctx, q, { timeoutMs: lookupTimeoutMs }) : q;
      const found = await searchPeople(ctx, viewerOf(request).accountId, { text, limit, offset, following });
      setOffsetLinks(request, reply, ctx.config.origin, { offset, limit, count: found.length });
      return found.map((account) => serializeAccount(account, ctx));
    },
  );
}

type Collection = (ctx: AppContext, accountId: string, viewerId: string | null, page: Page) => Promise<AccountPage>;

function collectionRoute(app: App, ctx: AppContext, name: 'followers' | 'following', read: Collection): void {
  app.get(
    `/api/v1/accounts/:id/${name}`,
    {
      schema: { tags, summary: `The ${name} of an account`, params, querystring },
      config: { access: anyone('read:accounts') },
    },
    async (request, reply) => {
      const account = await requireAccount(ctx, request.params.id);
      const viewerId = request.viewer?.accountId ?? null;
      if (!(await mayList(ctx, account, viewerId))) return [];
      return send(ctx, request, reply, await read(ctx, account.id, viewerId, readPage(request.query, limits)));
    },
  );
}

/** Lists that are hidden are empty for all but their owner; so are those of somebody who blocks the viewer. */
async function mayList(ctx: AppContext, account: AccountView, viewerId: string | null): Promise<boolean> {
  if (account.id === viewerId) return true;
  return !account.hideCollections && maySeeLists(ctx, account, viewerId);
}

async function maySeeLists(ctx: AppContext, account: AccountView, viewerId: string | null): Promise<boolean> {
  if (account.id === viewerId) return true;
  if (account.suspendedAt !== null) return false;
  if (viewerId === null) return true;
  const [between] = await relationships(ctx, viewerId, [account.id]);
  return between !== undefined && !between.blockedBy;
}

function ownListRoute(
  app: App,
  ctx: AppContext,
  name: string,
  scope: string,
  read: (ctx: AppContext, accountId: string, page: Page) => Promise<AccountPage>,
): void {
  app.get(
    `/api/v1/${name}`,
    { schema: { tags, summary: `Your ${name.replace('_', ' ')}`, querystring }, config: { access: user(scope) } },
    async (request, reply) => {
      return send(ctx, request, reply, await read(ctx, viewerOf(request).accountId, readPage(request.query, limits)));
    },
  );
}

/** Whom people show on their profiles. */
function endorsementRoutes(app: App, ctx: AppContext): void {
  ownListRoute(app, ctx, 'endorsements', 'read:accounts', (at, accountId, page) =>
    endorsementsPage(at, accountId, null, page),
  );
  app.get(
    '/api/v1/accounts/:id/endorsements',
    {
      schema: { tags, summary: 'Whom an account shows on its profile', params, querystring },
      config: { access: anyone('read:accounts') },
    },
    async (request, reply) => {
      const account = await requireAccount(ctx, request.params.id);
      const viewerId = request.viewer?.accountId ?? null;
      if (!(await maySeeLists(ctx, account, viewerId))) return [];
      return send(
        ctx,
        request,
        reply,
        await endorsementsPage(ctx, account.id, viewerId, readPage(request.query, limits)),
      );
    },
  );
}

function mutesRoute(app: App, ctx: AppContext): void {
  app.get(
    '/api/v1/mutes',
    { schema: { tags, summary: 'Whom you mute', querystring }, config: { access: user('read:mutes') } },
    async (request, reply) => {
      const page = await mutesPage(ctx, viewerOf(request).accountId, readPage(request.query, limits));
      const accounts = send(ctx, request, reply, page);
      return accounts.map((account) => ({
        ...account,
        mute_expires_at: page.expiresAt.get(account.id)?.toISOString() ?? null,
      }));
    },
  );
}

function requestRoutes(app: App, ctx: AppContext): void {
  const answers = { authorize: acceptFollow, reject: rejectPending };
  for (const [name, answer] of Object.entries(answers)) {
    app.post(
      `/api/v1/follow_requests/:id/${name}`,
      {
        schema: { tags, summary: `${name === 'reject' ? 'Refuse' : 'Accept'} a request to follow you`, params },
        config: { access: user('write:follows') },
      },
      async (request) => {
        const { accountId } = viewerOf(request);
        const { id: followerId } = request.params;
        if (!isId(followerId) || !(await answer(ctx, { followerId, followeeId: accountId })))
          throw new NotFound('Record not found');
        return oneRelationship(ctx, accountId, followerId);
      },
    );
  }
}

/** Refuses a request, but never removes a follower who was accepted in the meantime. */
async function rejectPending(ctx: AppContext, pair: { followerId: string; followeeId: string }): Promise<boolean> {
  const [between] = await relationships(ctx, pair.followeeId, [pair.followerId]);
  return between?.requestedBy === true && rejectFollow(ctx, pair);
}
