// What streaming asks the database by itself: whether tokens still stand.
import type { AppContext } from '#server/context.ts';

/** Those of `tokenIds` that may still be used: not revoked, their owner neither disabled nor suspended. One statement. */
export async function standingTokens(ctx: AppContext, tokenIds: string[]): Promise<Set<string>> {
  const rows = await ctx.database.prepared<{ id: string }>(
    'streaming_standing_tokens',
    `select t.id from access_tokens t
     join users u on u.account_id = t.account_id and u.disabled_at is null
     join accounts a on a.id = t.account_id and a.suspended_at is null and a.deleted_at is null
     where t.id = any($1::bigint[])`,
    [tokenIds],
  );
  return new Set(rows.map(({ id }) => id));
}
