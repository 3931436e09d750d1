// Single posts in filters. Whether the account may see the post is for the caller to ask: posts stand on a higher floor.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { filterLimits } from '../policy.ts';
import { holdFilter, writeFilters } from './write.ts';

/** Puts a post into a filter of that account and returns the entry's id; the same one when it is there already. @throws {NotFound} {Invalid} */
export async function addFilterPost(
  ctx: AppContext,
  accountId: string,
  filterId: string,
  postId: string,
): Promise<string> {
  return writeFilters(ctx, accountId, async (tx) => {
    await holdFilter(tx, accountId, filterId);
    const { rows } = await sql<{ id: string }>`
      insert into filter_posts (filter_id, post_id) values (${filterId}, ${postId})
      on conflict (filter_id, post_id) do update set post_id = excluded.post_id returning id`.execute(tx.sql);
    const { rows: all } = await sql`select from filter_posts p join filters f on f.id = p.filter_id
      where f.account_id = ${accountId}`.execute(tx.sql);
    if (all.length > filterLimits.posts)
      throw new Invalid(`Validation failed: You have more than ${filterLimits.posts} posts in all filters`);
    return rows[0]?.id ?? '';
  });
}

/** Takes a post out of a filter of that account, by the id of the entry. @throws {NotFound} */
export async function removeFilterPost(ctx: AppContext, accountId: string, id: string): Promise<void> {
  await writeFilters(ctx, accountId, async (tx) => {
    const { rows } = isId(id)
      ? await sql`delete from filter_posts p using filters f
          where p.id = ${id} and f.id = p.filter_id and f.account_id = ${accountId} returning p.id`.execute(tx.sql)
      : { rows: [] };
    if (rows.length === 0) throw new NotFound('Record not found');
  });
}
