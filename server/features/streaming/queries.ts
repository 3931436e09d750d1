// What streaming asks the database by itself: whether tokens still stand.
import type { AppContext } from '#server/context.ts';

/**
 * Those of `tokenIds` that may no longer be used: revoked, or their owner disabled, suspended or gone. One statement, whose
 * answer is nearly always empty.
 */
export async function fallenTokens(ctx: AppContext, tokenIds: readonly string[]): Promise<string[]> {
  const rows = await ctx.database.prepared<{ id: string }>(
    'streaming_fallen_tokens',
    `select asked.id from unnest($1::bigint[]) as asked (id)
     where not exists (
       select from access_tokens t
       join users u on u.account_id = t.account_id and u.disabled_at is null
       join accounts a on a.id = t.account_id and a.suspended_at is null and a.deleted_at is null
       where t.id = asked.id)`,
    [tokenIds],
  );
  return rows.map(({ id }) => id);
}
