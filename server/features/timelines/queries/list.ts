// The timeline of a list: nothing is stored for it. Each member, and each hashtag, gives its latest posts by one probe of an
// index, and the newest of all of them are the page; so it costs the same however many posts there are.
import type { AppContext } from '#server/context.ts';
import { visibleTo } from '#server/features/posts/policy.ts';
import { flagColumns, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { boundsOf, newestFirst, type Stretch } from '#server/platform/keyset.ts';
import { statementText } from '#server/platform/statement.ts';

/** For a first look, so many pages of posts are taken before anything is asked of them; most pages are full then. */
const spare = 3;

/**
 * $1 owner · $2 list · $3 below this id · $4 above this id · $5 at most so many · $6 now
 * Of a member: all that the owner may see, without boosts where the owner wants none of them, and answers by the list's policy.
 * Of a hashtag: public posts. Nothing by, of, or to somebody whom the owner mutes or blocks. With `quick` only the newest posts
 * of all members together are asked all this, which is right when a full page comes of it; else those of each. With `onlyMedia`
 * there is nothing but posts that show something.
 */
function listText(order: 'asc' | 'desc', quick: boolean, onlyMedia: boolean): string {
  const owner = sql.raw('$1::bigint');
  const bounds = (id: string) => sql.raw(`${id} < $3::bigint and ${id} > $4::bigint`);
  const latest = (id: string) => sql.raw(`order by ${id} ${order} limit $5::int${quick ? ` * ${spare}` : ''}`);
  const shows = onlyMedia ? sql`p.has_media` : sql`true`;
  const asked = (condition: RawBuilder<unknown>) => (quick ? sql`true` : condition);
  const wanted = wantedOf(owner);
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
      select p.id, true as by_member from members cross join lateral (
        select p.id from posts p where p.account_id = members.id and ${shows} and ${bounds('p.id')} and ${asked(wanted.ofMember)} ${latest('p.id')}
      ) p
      union all
      select k.post_id, false from list join list_tags t on t.list_id = list.id cross join lateral (
        select k.post_id from post_tags k join posts p on p.id = k.post_id
        where k.tag_id = t.tag_id and ${shows} and ${bounds('k.post_id')} and ${asked(wanted.ofTag)} ${latest('k.post_id')}
      ) k
    ),
    newest as materialized (select id, bool_or(by_member) as by_member, bool_or(not by_member) as by_tag from found group by id ${latest('id')})
    select p.id, p.boost_of_id, ${flagColumns(owner, sql`coalesce(p.boost_of_id, p.id)`)}
    from newest join posts p on p.id = newest.id
    ${quick ? sql`where (newest.by_member and ${wanted.ofMember}) or (newest.by_tag and ${wanted.ofTag})` : sql``}
    order by p.id ${sql.raw(order)} limit $5::int`);
}

/** What is asked of each post `p`, by what brings it. */
function wantedOf(owner: RawBuilder<unknown>): { ofMember: RawBuilder<unknown>; ofTag: RawBuilder<unknown> } {
  const notHidden = (account: string) =>
    sql`(${sql.ref(account)} is null or ${sql.ref(account)} not in (select id from hidden))`;
  const isOpen = sql`p.visibility = 'public' and p.boost_of_id is null and ${notHidden('p.account_id')}`;
  const mayShow = sql`${notHidden('p.in_reply_to_account_id')} and ${visibleTo(owner, 'p')}`;
  const policy = sql`(select replies_policy from list)`;
  return {
    ofTag: sql`${isOpen} and ${mayShow}`,
    ofMember: sql`(p.boost_of_id is null or (
        exists (select from members m where m.id = p.account_id and m.boosts)
        and exists (select from posts o where o.id = p.boost_of_id and ${notHidden('o.account_id')})))
      and (p.in_reply_to_uri is null or p.in_reply_to_account_id = p.account_id or p.in_reply_to_account_id = ${owner}
        or (${policy} = 'list' and p.in_reply_to_account_id in (select id from members))
        or (${policy} = 'followed' and exists (
          select from follows g where g.follower_id = ${owner} and g.followee_id = p.in_reply_to_account_id and g.state = 'accepted')))
      and ${mayShow}`,
  };
}

const texts = {
  list_down_quick: listText('desc', true, false),
  list_down: listText('desc', false, false),
  list_up_quick: listText('asc', true, false),
  list_up: listText('asc', false, false),
  list_media_down_quick: listText('desc', true, true),
  list_media_down: listText('desc', false, true),
  list_media_up_quick: listText('asc', true, true),
  list_media_up: listText('asc', false, true),
};

/** A page of a list's timeline: one statement, two when the first look did not fill it. Empty when the list is not that owner's. */
export async function listPage(
  ctx: AppContext,
  ownerId: string,
  listId: string,
  page: Stretch,
  onlyMedia = false,
): Promise<SeenPost[]> {
  const kind = onlyMedia ? 'list_media' : 'list';
  const way = page.minId !== null ? (`${kind}_up` as const) : (`${kind}_down` as const);
  const { below, above, limit } = boundsOf(page);
  const values = [ownerId, listId, below, above, limit, ctx.clock()];
  const first = await ctx.database.prepared<SeenPost>(`${way}_quick`, texts[`${way}_quick`], values);
  const rows = first.length === page.limit ? first : await ctx.database.prepared<SeenPost>(way, texts[way], values);
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
