// The timeline of a list: nothing is stored for it. Each member, and each hashtag, gives its latest posts by one probe of an
// index, and the newest of all of them are the page; so it costs the same however many posts there are.
import type { AppContext } from '#server/context.ts';
import { visibleTo } from '#server/features/posts/policy.ts';
import { flagColumns, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { sql } from '#server/platform/database.ts';
import { newestFirst, type Stretch } from '#server/platform/keyset.ts';
import { statementText } from '#server/platform/statement.ts';

const largestId = '9223372036854775807';

/**
 * $1 owner · $2 list · $3 below this id · $4 above this id · $5 at most so many · $6 now
 * Of a member: all that the owner may see, without boosts where the owner wants none of them, and answers by the list's policy.
 * Of a hashtag: public posts. Nothing by, of, or to somebody whom the owner mutes or blocks.
 */
function listText(order: 'asc' | 'desc'): string {
  const owner = sql.raw('$1::bigint');
  const bounds = sql.raw('p.id < $3::bigint and p.id > $4::bigint');
  const latest = sql`order by p.id ${sql.raw(order)} limit $5::int`;
  return statementText(sql`
    with list as materialized (select id, replies_policy from lists where id = $2::bigint and account_id = ${owner}),
    hidden (id) as materialized (
      select blocked_id from blocks where blocker_id = ${owner}
      union all select blocker_id from blocks where blocked_id = ${owner}
      union all select muted_id from mutes where muter_id = ${owner} and (expires_at is null or expires_at > $6::timestamptz)
    ),
    members as materialized (
      select m.account_id as id, coalesce(f.show_boosts, true) as boosts
      from list join list_accounts m on m.list_id = list.id
      left join follows f on f.follower_id = ${owner} and f.followee_id = m.account_id and f.state = 'accepted'
      where m.account_id not in (select id from hidden)
    ),
    found as (
      select p.id, p.boost_of_id from members cross join lateral (
        select p.id, p.boost_of_id from posts p left join posts o on o.id = p.boost_of_id
        where p.account_id = members.id and ${bounds} and (p.boost_of_id is null or members.boosts)
          and (o.account_id is null or o.account_id not in (select id from hidden))
          and (p.in_reply_to_uri is null or p.in_reply_to_account_id = p.account_id or p.in_reply_to_account_id = ${owner}
            or ((select replies_policy from list) = 'list' and p.in_reply_to_account_id in (select id from members))
            or ((select replies_policy from list) = 'followed' and exists (
              select from follows g where g.follower_id = ${owner} and g.followee_id = p.in_reply_to_account_id and g.state = 'accepted')))
          and (p.in_reply_to_account_id is null or p.in_reply_to_account_id not in (select id from hidden))
          and ${visibleTo(owner, 'p')}
        ${latest}
      ) p
      union
      select p.id, p.boost_of_id from list join list_tags t on t.list_id = list.id cross join lateral (
        select p.id, p.boost_of_id from post_tags k join posts p on p.id = k.post_id
        where k.tag_id = t.tag_id and k.post_id < $3::bigint and k.post_id > $4::bigint and p.visibility = 'public'
          and p.account_id not in (select id from hidden)
          and (p.in_reply_to_account_id is null or p.in_reply_to_account_id not in (select id from hidden))
          and ${visibleTo(owner, 'p')}
        order by k.post_id ${sql.raw(order)} limit $5::int
      ) p
    )
    select p.id, p.boost_of_id, ${flagColumns(owner, sql`coalesce(p.boost_of_id, p.id)`)}
    from (select id, boost_of_id from found p ${latest}) p order by p.id ${sql.raw(order)}`);
}

const listDown = listText('desc');
const listUp = listText('asc');

/** A page of a list's timeline. Empty when the list is not that owner's. */
export async function listPage(ctx: AppContext, ownerId: string, listId: string, page: Stretch): Promise<SeenPost[]> {
  const upwards = page.minId !== null;
  const rows = await ctx.database.prepared<SeenPost>(upwards ? 'list_up' : 'list_down', upwards ? listUp : listDown, [
    ownerId,
    listId,
    page.maxId ?? largestId,
    page.minId ?? page.sinceId ?? '0',
    page.limit,
    ctx.clock(),
  ]);
  return newestFirst(rows, page);
}

/**
 * Which of these lists show a post now: what open pages of lists ask for each new post. One statement, and one for each list
 * that has the author or one of the hashtags.
 */
export async function listsShowing(ctx: AppContext, postId: string, listIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string; account_id: string }>`
    select l.id, l.account_id from lists l where l.id = any(${listIds}::bigint[]) and (
      exists (select from list_accounts m join posts p on p.account_id = m.account_id where m.list_id = l.id and p.id = ${postId})
      or exists (select from list_tags t join post_tags k on k.tag_id = t.tag_id where t.list_id = l.id and k.post_id = ${postId}))`.execute(
    ctx.database.read,
  );
  const [below, above] = [String(BigInt(postId) - 1n), String(BigInt(postId) + 1n)];
  const one = { limit: 1, maxId: above, sinceId: below, minId: null };
  const shown: string[] = [];
  for (const list of rows) {
    const [post] = await listPage(ctx, list.account_id, list.id, one);
    if (post) shown.push(list.id);
  }
  return shown;
}
