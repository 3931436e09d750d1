// Reading accounts: one, several, by handle; and the pictures of those that have none.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { anyone, open } from '#server/platform/http/access.ts';
import { avatarPlaceholder, headerPlaceholder } from '#server/platform/placeholders.ts';
import { findAccount, findAccountByHandle, loadAccounts, type AccountView } from './queries.ts';
import { serializeAccount } from './serializers.ts';
import { wantCounts } from './service/origin-counts.ts';

const most = 40;
const tags = ['Accounts'];

/** The account with that id. @throws {NotFound} in the words that clients look for */
export async function requireAccount(ctx: AppContext, id: string): Promise<AccountView> {
  const account = await findAccount(ctx, id);
  if (!account) throw new NotFound('Record not found');
  return account;
}

export async function accountRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v1/accounts/lookup',
    {
      schema: { tags, summary: 'The account with that handle', querystring: Type.Object({ acct: Type.String() }) },
      config: { access: anyone('read:accounts') },
    },
    async (request) => {
      const account = await findAccountByHandle(ctx, request.query.acct);
      if (!account) throw new NotFound('Record not found');
      if (request.viewer !== null) await wantCounts(ctx, account);
      return serializeAccount(account, ctx);
    },
  );

  app.get(
    '/api/v1/accounts',
    {
      schema: {
        tags,
        summary: 'Several accounts by id',
        querystring: Type.Object({ id: Type.Optional(Type.Array(Type.String())) }),
      },
      config: { access: anyone('read:accounts') },
    },
    async (request) => {
      const accounts = await loadAccounts(ctx, (request.query.id ?? []).slice(0, most));
      return accounts.map((account) => serializeAccount(account, ctx));
    },
  );

  app.get(
    '/api/v1/accounts/:id',
    {
      schema: { tags, summary: 'One account', params: Type.Object({ id: Type.String() }) },
      config: { access: anyone('read:accounts') },
    },
    async (request) => {
      const account = await requireAccount(ctx, request.params.id);
      if (request.viewer !== null) await wantCounts(ctx, account);
      return serializeAccount(account, ctx);
    },
  );

  const picture = { schema: { hide: true }, config: { access: open } };
  app.get('/avatars/original/missing.png', picture, async (_request, reply) => {
    return reply
      .header('cache-control', 'public, max-age=86400')
      .type('image/png')
      .send(await avatarPlaceholder());
  });
  app.get('/headers/original/missing.png', picture, async (_request, reply) => {
    return reply
      .header('cache-control', 'public, max-age=86400')
      .type('image/png')
      .send(await headerPlaceholder());
  });
}
