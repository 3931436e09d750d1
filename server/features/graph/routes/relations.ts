// Doors through which one account follows, blocks and mutes another, and sees how it stands to others.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { relationships } from '../queries.ts';
import { serializeRelationship, type MastodonRelationship } from '../serializers.ts';
import { block, unblock } from '../service/block.ts';
import { endorse, unendorse, writeNote } from '../service/endorse.ts';
import { follow, rejectFollow, unfollow } from '../service/follow.ts';
import { mute, unmute } from '../service/mute.ts';

const most = 200;
const tags = ['Relationships'];
const params = Type.Object({ id: Type.String() });

/** How the viewer stands to one account. @throws {NotFound} */
export async function oneRelationship(ctx: AppContext, viewerId: string, id: string): Promise<MastodonRelationship> {
  const [view] = await relationships(ctx, viewerId, [id]);
  if (!view) throw new NotFound('Record not found');
  return serializeRelationship(view);
}

/** A verb without parameters: does it to the account in the path and answers with how the two stand then. */
type Act = (ctx: AppContext, viewerId: string, accountId: string) => Promise<unknown>;

function act(app: App, ctx: AppContext, verb: string, summary: string, scope: string, work: Act): void {
  app.post(
    `/api/v1/accounts/:id/${verb}`,
    { schema: { tags, summary, params }, config: { access: user(scope) } },
    async (request) => {
      const { accountId } = viewerOf(request);
      const target = await requireAccount(ctx, request.params.id);
      await work(ctx, accountId, target.id);
      return oneRelationship(ctx, accountId, target.id);
    },
  );
}

export async function relationRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v1/accounts/relationships',
    {
      schema: {
        tags,
        summary: 'How you stand to accounts',
        querystring: Type.Object({
          id: Type.Optional(Type.Array(Type.String())),
          with_suspended: Type.Optional(Type.Boolean({ description: 'They always are' })),
        }),
      },
      config: { access: user('read:follows') },
    },
    async (request) => {
      const views = await relationships(ctx, viewerOf(request).accountId, (request.query.id ?? []).slice(0, most));
      return views.map(serializeRelationship);
    },
  );
  followRoute(app, ctx);
  muteRoute(app, ctx);
  act(app, ctx, 'unfollow', 'Stop following an account', 'write:follows', (at, followerId, followeeId) =>
    unfollow(at, { followerId, followeeId }),
  );
  act(app, ctx, 'remove_from_followers', 'Remove a follower', 'write:follows', (at, followeeId, followerId) =>
    rejectFollow(at, { followerId, followeeId }),
  );
  act(app, ctx, 'block', 'Block an account', 'write:blocks', (at, blockerId, blockedId) =>
    block(at, { blockerId, blockedId }),
  );
  act(app, ctx, 'unblock', 'End a block', 'write:blocks', (at, blockerId, blockedId) =>
    unblock(at, { blockerId, blockedId }),
  );
  for (const verb of ['endorse', 'pin'])
    act(app, ctx, verb, 'Show somebody on your profile', 'write:accounts', endorse);
  for (const verb of ['unendorse', 'unpin'])
    act(app, ctx, verb, 'Show somebody on your profile no longer', 'write:accounts', unendorse);
  noteRoute(app, ctx);
  act(app, ctx, 'unmute', 'End a mute', 'write:mutes', (at, muterId, mutedId) => unmute(at, { muterId, mutedId }));
}

function followRoute(app: App, ctx: AppContext): void {
  const body = Type.Object({
    reblogs: Type.Optional(Type.Boolean({ description: 'Show what the account boosts' })),
    notify: Type.Optional(Type.Boolean({ description: 'Be told of each post' })),
    languages: Type.Optional(Type.Array(Type.String({ description: 'A code such as en or pt-BR' }))),
  });
  app.post(
    '/api/v1/accounts/:id/follow',
    {
      schema: { tags, summary: 'Follow an account, or ask to', params, body },
      config: { access: user('write:follows') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { reblogs, notify, languages } = request.body;
      await follow(ctx, {
        followerId: accountId,
        followeeId: request.params.id,
        showBoosts: reblogs,
        notify,
        languages,
      });
      return oneRelationship(ctx, accountId, request.params.id);
    },
  );
}

function muteRoute(app: App, ctx: AppContext): void {
  const body = Type.Object({
    notifications: Type.Optional(Type.Boolean()),
    duration: Type.Optional(Type.Integer({ minimum: 0, maximum: 315_360_000, description: 'Seconds; 0 for ever' })),
  });
  app.post(
    '/api/v1/accounts/:id/mute',
    { schema: { tags, summary: 'Mute an account', params, body }, config: { access: user('write:mutes') } },
    async (request) => {
      const { accountId } = viewerOf(request);
      const { notifications, duration = 0 } = request.body;
      const expiresAt = duration === 0 ? null : new Date(ctx.clock().getTime() + duration * 1000);
      await mute(ctx, {
        muterId: accountId,
        mutedId: request.params.id,
        hideNotifications: notifications ?? true,
        expiresAt,
      });
      return oneRelationship(ctx, accountId, request.params.id);
    },
  );
}

function noteRoute(app: App, ctx: AppContext): void {
  const body = Type.Object({ comment: Type.Optional(Type.String({ maxLength: 2000 })) });
  app.post(
    '/api/v1/accounts/:id/note',
    {
      schema: { tags, summary: 'Note something about an account, for your own eyes', params, body },
      config: { access: user('write:accounts') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      const about = await requireAccount(ctx, request.params.id);
      await writeNote(ctx, accountId, about.id, request.body.comment ?? '');
      return oneRelationship(ctx, accountId, about.id);
    },
  );
}
