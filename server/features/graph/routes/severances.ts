// Doors to the follows that one lost because a server was blocked.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { loadAccounts } from '#server/features/accounts/queries.ts';
import { serializeAccount, type MastodonAccount } from '#server/features/accounts/serializers.ts';
import { NotFound } from '#server/platform/errors.ts';
import { user, viewerOf } from '#server/platform/http/access.ts';
import { pageParameters, readPage, setLinks } from '#server/platform/http/paging.ts';
import { isId } from '#server/platform/ids.ts';
import { severancesPage, severedFollows } from '../queries/severances.ts';
import { serializeSeverance, SeveranceSchema } from '../serializers/severances.ts';

const tags = ['Relationships'];
const limits = { default: 40, max: 80 };
const SeveredSchema = Type.Object({
  direction: Type.Unsafe<'following' | 'follower'>(
    Type.String({ enum: ['following', 'follower'], description: 'Whether you followed them, or they you' }),
  ),
  account: Type.Unsafe<MastodonAccount>(Type.Object({ id: Type.String() }, { additionalProperties: true })),
});

/** Registers the doors. */
export async function severanceRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v1/severed_relationships',
    {
      schema: {
        tags,
        summary: 'Blocks of servers that ended follows of yours',
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(SeveranceSchema) },
      },
      config: { access: user('read:follows') },
    },
    async (request, reply) => {
      const page = readPage(request.query, limits);
      const severances = await severancesPage(ctx, viewerOf(request).accountId, page);
      setLinks(request, reply, ctx.config.origin, { first: severances.at(0)?.id, last: severances.at(-1)?.id });
      return severances.map(serializeSeverance);
    },
  );
  app.get(
    '/api/v1/severed_relationships/:id/accounts',
    {
      schema: {
        tags,
        summary: 'The follows that one of them ended',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object(pageParameters),
        response: { 200: Type.Array(SeveredSchema) },
      },
      config: { access: user('read:follows') },
    },
    async (request, reply) => {
      const { id } = request.params;
      const page = readPage(request.query, limits);
      const rows = isId(id) ? await severedFollows(ctx, viewerOf(request).accountId, id, page) : null;
      if (rows === null) throw new NotFound('Record not found');
      setLinks(request, reply, ctx.config.origin, { first: rows.at(0)?.id, last: rows.at(-1)?.id });
      const accounts = await loadAccounts(
        ctx,
        rows.map(({ otherId }) => otherId),
      );
      const byId = new Map(accounts.map((account) => [account.id, serializeAccount(account, ctx)]));
      return rows.flatMap(({ otherId, direction }) => {
        const account = byId.get(otherId);
        return account === undefined ? [] : [{ direction, account }];
      });
    },
  );
}
