// Doors for people who come from another account or go on under one.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { loadAccountsByUri } from '#server/features/accounts/queries.ts';
import { requireAccount } from '#server/features/accounts/routes.ts';
import { serializeAccount } from '#server/features/accounts/serializers.ts';
import { inSession } from '#server/features/auth/routes/session-cookie.ts';
import { requireFresh } from '#server/features/auth/service/fresh.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { addAlias, moveAway, removeAlias } from '../activitypub/move.ts';
import { moveRestMs } from '../policy.ts';
import { findLastMove, undoMove } from '../service/move.ts';

const tags = ['Moving'];

const Aliases = Type.Array(
  Type.Object({
    uri: Type.String({ description: 'The address of the account as other servers know it' }),
    acct: Type.Union([Type.String(), Type.Null()], { description: 'Its handle, when this server knows it' }),
  }),
);
const Moving = Type.Object({
  moved_to: Type.Any({ description: 'The account that this one points to, as clients read accounts; null for none' }),
  may_move_after: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'Null when one may move now',
  }),
  aliases: Aliases,
});

async function show(ctx: AppContext, accountId: string) {
  const account = await requireAccount(ctx, accountId);
  const since = new Date(ctx.clock().getTime() - moveRestMs);
  const last = await findLastMove(ctx.database.read, [accountId], since);
  const known = await loadAccountsByUri(ctx, account.alsoKnownAs);
  return {
    moved_to: account.movedTo && serializeAccount(account.movedTo, ctx),
    may_move_after: last && new Date(last.getTime() + moveRestMs).toISOString(),
    aliases: account.alsoKnownAs.map((uri) => {
      const found = known.find((one) => one.uri === uri);
      return { uri, acct: found === undefined ? null : serializeAccount(found, ctx).acct };
    }),
  };
}

export async function moveRoutes(app: App, ctx: AppContext): Promise<void> {
  const response = { 200: Moving };
  app.get(
    '/api/move',
    {
      schema: { tags, summary: 'Where you come from and where you went', response },
      config: { access: user('read:accounts') },
    },
    async (request) => show(ctx, viewerOf(request).accountId),
  );
  app.post(
    '/api/move',
    {
      schema: {
        tags,
        summary: 'Go on under another account',
        description:
          'Asks for a fresh proof. The other account must name this one as an alias. Followers are brought along, posts stay here; ' +
          'it can be done once in seven days.',
        body: Type.Object({
          to: Type.String({ minLength: 1, maxLength: 500, description: 'name@server, or an address' }),
        }),
        response,
      },
      config: { access: user() },
    },
    async (request) => {
      const owner = inSession(request);
      await requireFresh(ctx, owner);
      await moveAway(ctx, owner.accountId, request.body.to);
      return show(ctx, owner.accountId);
    },
  );
  app.delete(
    '/api/move',
    {
      schema: { tags, summary: 'Stop pointing to another account', response },
      config: { access: user('write:accounts') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      await undoMove(ctx, accountId);
      return show(ctx, accountId);
    },
  );
  aliasRoutes(app, ctx);
}

function aliasRoutes(app: App, ctx: AppContext): void {
  const response = { 200: Moving };
  app.post(
    '/api/move/aliases',
    {
      schema: {
        tags,
        summary: 'Name another account as yours',
        description: 'So that it may be left for this one.',
        body: Type.Object({
          account: Type.String({ minLength: 1, maxLength: 500, description: 'name@server, or an address' }),
        }),
        response,
      },
      config: { access: user('write:accounts') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      await addAlias(ctx, accountId, request.body.account);
      return show(ctx, accountId);
    },
  );
  app.delete(
    '/api/move/aliases',
    {
      schema: {
        tags,
        summary: 'Take an alias away',
        querystring: Type.Object({ uri: Type.String({ minLength: 1, maxLength: 2048 }) }),
        response,
      },
      config: { access: user('write:accounts') },
    },
    async (request) => {
      const { accountId } = viewerOf(request);
      await removeAlias(ctx, accountId, request.query.uri);
      return show(ctx, accountId);
    },
  );
}
