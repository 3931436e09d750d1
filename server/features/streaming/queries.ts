// What streaming asks the database by itself: whether tokens still stand, and which lists a post may have been seen in.
import { sql } from '#server/platform/database.ts';
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

/** Those of the lists that hold this account or one of these hashtags. */
export async function listsWith(
  ctx: AppContext,
  listIds: readonly string[],
  accountId: string,
  tags: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select l.id from unnest(${listIds}::bigint[]) as l (id) where exists (
        select from list_accounts m where m.list_id = l.id and m.account_id = ${accountId}
      ) or exists (
        select from list_tags t join tags on tags.id = t.tag_id where t.list_id = l.id and tags.name = any(${tags}::text[])
      )`.execute(ctx.database.read);
  return rows.map(({ id }) => id);
}
