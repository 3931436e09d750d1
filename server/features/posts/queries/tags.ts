// Reading hashtags.
import type { AppContext } from '#server/context.ts';
import { idAt } from '#server/platform/ids.ts';
import { sql } from '#server/platform/database.ts';

export interface TagView {
  id: string;
  /** The folded form. */
  name: string;
  display: string;
}

/** The hashtag with that key, or null when nobody has used it here. */
export async function findTag(ctx: AppContext, key: string): Promise<TagView | null> {
  const row = await ctx.database.read
    .selectFrom('tags')
    .select(['id', 'name', 'display'])
    .where('name', '=', key)
    .executeTakeFirst();
  return row ?? null;
}

/** Hashtags whose key begins with the text, the exact one first, then the shorter ones. */
export async function searchTags(
  ctx: AppContext,
  key: string,
  page: { limit: number; offset: number },
): Promise<TagView[]> {
  if (key === '') return [];
  const pattern = `${key.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return ctx.database.read
    .selectFrom('tags')
    .select(['id', 'name', 'display'])
    .where('name', 'like', pattern)
    .orderBy(sql`name = ${key}`, 'desc')
    .orderBy(sql`length(name)`)
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
}

/** How much a hashtag was used on one day (UTC, midnight): public posts and the accounts that wrote them. */
export interface TagDay {
  day: Date;
  uses: number;
  accounts: number;
}

const dayMs = 24 * 60 * 60 * 1000;
const historyDays = 7;

/** The last seven days of each of these hashtags, today first, by the tag's id. One statement. */
export async function tagHistories(ctx: AppContext, tagIds: readonly string[]): Promise<Map<string, TagDay[]>> {
  const today = Math.floor(ctx.clock().getTime() / dayMs) * dayMs;
  const days = Array.from({ length: historyDays }, (_, ago) => new Date(today - ago * dayMs));
  const since = idAt(new Date(today - (historyDays - 1) * dayMs));
  const { rows } = await sql<{ tag_id: string; ms: string; uses: number; accounts: number }>`
    select pt.tag_id, ((p.id >> 16) / ${dayMs}::bigint) * ${dayMs}::bigint as ms, count(*)::int as uses, count(distinct p.account_id)::int as accounts
    from post_tags pt join posts p on p.id = pt.post_id
    where pt.tag_id = any(${tagIds}::bigint[]) and pt.post_id >= ${since} and p.visibility = 'public'
    group by 1, 2`.execute(ctx.database.read);
  const used = new Map(rows.map((row) => [`${row.tag_id} ${row.ms}`, row]));
  return new Map(
    tagIds.map((id) => [
      id,
      days.map((day) => {
        const row = used.get(`${id} ${day.getTime()}`);
        return { day, uses: row?.uses ?? 0, accounts: row?.accounts ?? 0 };
      }),
    ]),
  );
}
