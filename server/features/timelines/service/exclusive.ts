// What exclusive lists keep out of home.
import type { AppContext } from '#server/context.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** Who keeps posts of that author, or with that post's hashtags, in an exclusive list instead of at home. */
export function ownersOfExclusive(author: RawBuilder<unknown>, post: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select l.account_id from list_accounts m join lists l on l.id = m.list_id
      where m.account_id = ${author} and l.exclusive
    union all select l.account_id from post_tags k join list_tags t on t.tag_id = k.tag_id join lists l on l.id = t.list_id
      where k.post_id = ${post} and l.exclusive`;
}

/** Takes out of a home timeline what its owner's exclusive lists show; what they wrote themselves stays. */
export async function removeExclusive(ctx: AppContext, ownerId: string): Promise<void> {
  await sql`delete from feed_entries e where e.owner_id = ${ownerId} and e.author_id <> e.owner_id
    and e.owner_id in (${ownersOfExclusive(sql.ref('e.author_id'), sql.ref('e.post_id'))})`.execute(ctx.database.read);
}
