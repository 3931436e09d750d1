// Reading hashtags: by name, how much they are used, and who follows or shows them.
import type { AppContext } from '#server/context.ts';
import { idAt } from '#server/platform/ids.ts';
import { sql } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';

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

/** What an account has to do with a hashtag. */
export interface TagStanding {
  following: boolean;
  featuring: boolean;
}

/** How an account stands to each of these hashtags, by the tag's id. One statement. */
export async function tagStandings(
  ctx: AppContext,
  accountId: string,
  tagIds: readonly string[],
): Promise<Map<string, TagStanding>> {
  const { rows } = await sql<TagStanding & { id: string }>`
    select t.id,
      exists (select from tag_follows f where f.account_id = ${accountId} and f.tag_id = t.id) as following,
      exists (select from featured_tags f where f.account_id = ${accountId} and f.tag_id = t.id) as featuring
    from unnest(${tagIds}::bigint[]) as t (id)`.execute(ctx.database.read);
  return new Map(rows.map(({ id, following, featuring }) => [id, { following, featuring }]));
}

/** The hashtags that an account follows, the latest first; `position` pages. */
export async function followedTags(
  ctx: AppContext,
  accountId: string,
  page: Stretch,
): Promise<Array<TagView & { position: string }>> {
  const { bounds, order } = takeStretch(sql.ref('f.id'), page);
  const { rows } = await sql<TagView & { position: string }>`
    select f.id as position, t.id, t.name, t.display from tag_follows f join tags t on t.id = f.tag_id
    where f.account_id = ${accountId} and ${bounds} ${order}`.execute(ctx.database.read);
  return newestFirst(rows, page);
}

export interface FeaturedTagView {
  id: string;
  name: string;
  /** Posts of the account with it that everybody may see. */
  postsCount: number;
  lastPostAt: Date | null;
}

/** The hashtags that an account shows on its profile, the most used first. One statement. */
export async function featuredTags(ctx: AppContext, accountId: string): Promise<FeaturedTagView[]> {
  const { rows } = await sql<FeaturedTagView>`
    select f.id, t.name, used.count as "postsCount", used.latest as "lastPostAt"
    from featured_tags f join tags t on t.id = f.tag_id cross join lateral (
      select count(*)::int as count, max(p.created_at) as latest from post_tags k join posts p on p.id = k.post_id
      where k.tag_id = f.tag_id and p.account_id = f.account_id and p.visibility in ('public', 'unlisted')
    ) used
    where f.account_id = ${accountId} order by used.count desc, f.id`.execute(ctx.database.read);
  return rows;
}

const recentPosts = 1000;

/** Hashtags that an account used most in its latest posts and does not show on its profile yet. */
export async function suggestedTags(ctx: AppContext, accountId: string, limit: number): Promise<TagView[]> {
  const { rows } = await sql<TagView>`
    with recent as (
      select id from posts where account_id = ${accountId} and visibility in ('public', 'unlisted') order by id desc limit ${recentPosts}
    )
    select t.id, t.name, t.display from recent join post_tags k on k.post_id = recent.id join tags t on t.id = k.tag_id
    where not exists (select from featured_tags f where f.account_id = ${accountId} and f.tag_id = t.id)
    group by t.id order by count(*) desc, t.id limit ${limit}`.execute(ctx.database.read);
  return rows;
}
