// Showing hashtags on one's profile.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { recordTagNames, type TagSpelling } from '#server/features/posts/service/record.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { tagLimits } from '../policy.ts';

/** Shows a hashtag and returns the entry's id; the same one when it is shown already. @throws {Invalid} when there are too many */
export async function featureTag(ctx: AppContext, accountId: string, tag: TagSpelling): Promise<string> {
  return ctx.database.write(async (tx) => {
    await recordTagNames(tx, [tag], ctx.clock());
    const { rows } = await sql<{ id: string }>`
      insert into featured_tags (account_id, tag_id, created_at)
      select ${accountId}::bigint, id, ${ctx.clock()} from tags where name = ${tag.name}
      on conflict (account_id, tag_id) do update set tag_id = excluded.tag_id returning id`.execute(tx.sql);
    const { rows: all } = await sql`select from featured_tags where account_id = ${accountId}`.execute(tx.sql);
    if (all.length > tagLimits.featured)
      throw new Invalid(`Validation failed: You show ${tagLimits.featured} hashtags; take one away first`);
    return rows[0]?.id ?? '';
  });
}

/** No longer shows a hashtag, by its key; nothing happens when it is not shown. */
export async function unfeatureTag(ctx: AppContext, accountId: string, key: string): Promise<void> {
  await sql`delete from featured_tags where account_id = ${accountId}
    and tag_id = (select id from tags where name = ${key})`.execute(ctx.database.read);
}

/** The same by the id of the entry. @throws {NotFound} when that account has none with this id */
export async function removeFeaturedTag(ctx: AppContext, accountId: string, id: string): Promise<void> {
  const { rows } = isId(id)
    ? await sql`delete from featured_tags where id = ${id} and account_id = ${accountId} returning id`.execute(
        ctx.database.read,
      )
    : { rows: [] };
  if (rows.length === 0) throw new NotFound('Record not found');
}
