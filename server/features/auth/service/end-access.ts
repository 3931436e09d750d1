// Ending access: sessions and tokens die in the database, and every process is told to forget them and close their sockets.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import type { Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';

/** Tells every process at once. Who misses it finds out within three seconds, when it looks at the database again. */
async function tell(ctx: AppContext, message: { accountId?: string; tokenIds?: string[] }): Promise<void> {
  await ctx.bus.publish('signed-out', message);
}

/** Ends everything that an account has open: all sessions and all tokens of apps. */
export async function signOutEverywhere(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.database.write((tx) => endAccess(tx, accountId));
  await tellSignedOut(ctx, accountId);
}

/** Ends all sessions and tokens in the transaction of something graver; `tellSignedOut` must follow. */
export async function endAccess(tx: Transaction, accountId: string): Promise<void> {
  await tx.sql.deleteFrom('sessions').where('account_id', '=', accountId).execute();
  await tx.sql.deleteFrom('access_tokens').where('account_id', '=', accountId).execute();
  await tx.sql.deleteFrom('oauth_codes').where('account_id', '=', accountId).execute();
}

/** Lets every process forget what an account had open. */
export async function tellSignedOut(ctx: AppContext, accountId: string): Promise<void> {
  await tell(ctx, { accountId });
}

/** Ends one session of the account with its tokens. @throws {NotFound} when it is not theirs */
export async function endSession(ctx: AppContext, accountId: string, sessionId: string): Promise<void> {
  if (!isId(sessionId)) throw new NotFound('This session was not found');
  const tokenIds = await ctx.database.write(async (tx) => {
    const tokens = await tx.sql
      .deleteFrom('access_tokens')
      .where('session_id', '=', sessionId)
      .where('account_id', '=', accountId)
      .returning('id')
      .execute();
    const { numDeletedRows } = await tx.sql
      .deleteFrom('sessions')
      .where('id', '=', sessionId)
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw new NotFound('This session was not found');
    return tokens.map((token) => token.id);
  });
  await tell(ctx, { tokenIds });
}

/** Ends one token; fine when it is gone already. */
export async function endToken(ctx: AppContext, tokenId: string): Promise<void> {
  await ctx.database.write((tx) => tx.sql.deleteFrom('access_tokens').where('id', '=', tokenId).execute());
  await tell(ctx, { tokenIds: [tokenId] });
}

/** Ends every token that one authorization code gave. */
export async function endTokensOfCode(ctx: AppContext, codeHash: string): Promise<void> {
  const tokens = await ctx.database.write((tx) =>
    tx.sql.deleteFrom('access_tokens').where('code_hash', '=', codeHash).returning('id').execute(),
  );
  if (tokens.length > 0) await tell(ctx, { tokenIds: tokens.map((token) => token.id) });
}

/** Ends what one app may do for an account: its tokens, and codes that it has not traded yet. @throws {NotFound} when it holds none */
export async function endApp(ctx: AppContext, accountId: string, appId: string): Promise<void> {
  if (!isId(appId)) throw new NotFound('This app was not found');
  const tokens = await ctx.database.write(async (tx) => {
    await tx.sql.deleteFrom('oauth_codes').where('app_id', '=', appId).where('account_id', '=', accountId).execute();
    return tx.sql
      .deleteFrom('access_tokens')
      .where('app_id', '=', appId)
      .where('account_id', '=', accountId)
      .returning('id')
      .execute();
  });
  if (tokens.length === 0) throw new NotFound('This app was not found');
  await tell(ctx, { tokenIds: tokens.map((token) => token.id) });
}
