// Reading timelines: each page is one statement that gives the posts and what the reader did with them.
import type { AppContext } from '#server/context.ts';
import { isListedFor } from '#server/features/graph/policy.ts';
import { notBlocked, notMuted, visiblePosts } from '#server/features/posts/policy.ts';
import { flagColumns, seenColumns, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import { statementText } from '#server/platform/statement.ts';

const largestId = '9223372036854775807';

/**
 * A home page. Entries are written and removed by jobs; what must be right at once is asked here: the post is there, its
 * bringer (and their boosts still wanted) or the hashtag that brought it is still followed, and nobody in it is blocked or muted.
 * $1 owner · $2 below this id · $3 above this id · $4 at most so many · $5 now
 */
function homeText(order: 'asc' | 'desc'): string {
  const owner = sql.raw('$1::bigint');
  const allowed = (account: RawBuilder<unknown>) => sql`${account} not in (select id from hidden)`;
  // Read once for the page; hardly anybody has any.
  const hiddenServers = sql`(select array_agg(d.domain) from domain_blocks d where d.account_id = ${owner})`;
  const fromAllowedServer = (account: RawBuilder<unknown>) =>
    sql`(${hiddenServers} is null or coalesce((select x.domain from accounts x where x.id = ${account}) <> all(${hiddenServers}::text[]), true))`;
  return statementText(sql`
    with hidden (id) as (
      select blocked_id from blocks where blocker_id = ${owner}
      union all select blocker_id from blocks where blocked_id = ${owner}
      union all select muted_id from mutes where muter_id = ${owner} and (expires_at is null or expires_at > $5::timestamptz)
    )
    select e.post_id as id, e.boost_of_id, ${flagColumns(owner, sql`coalesce(e.boost_of_id, e.post_id)`)}
    from feed_entries e
    where e.owner_id = ${owner} and e.post_id < $2::bigint and e.post_id > $3::bigint
      and exists (select from posts p where p.id = e.post_id)
      and (e.author_id = ${owner} or exists (
        select from follows f where f.follower_id = ${owner} and f.followee_id = e.author_id and f.state = 'accepted'
          and (e.boost_of_id is null or f.show_boosts))
        or (e.tag_id is not null and exists (
          select from tag_follows t where t.tag_id = e.tag_id and t.account_id = ${owner})))
      and ${allowed(sql.ref('e.author_id'))} and (e.other_id is null or ${allowed(sql.ref('e.other_id'))})
      and ${fromAllowedServer(sql.ref('e.author_id'))} and ${fromAllowedServer(sql.ref('e.other_id'))}
    order by e.post_id ${sql.raw(order)} limit $4::int`);
}

const homeDown = homeText('desc');
const homeUp = homeText('asc');

/** The home timeline of a local account. */
export async function homePage(ctx: AppContext, ownerId: string, page: Stretch): Promise<SeenPost[]> {
  const upwards = page.minId !== null;
  const rows = await ctx.database.prepared<SeenPost>(upwards ? 'home_up' : 'home_down', upwards ? homeUp : homeDown, [
    ownerId,
    page.maxId ?? largestId,
    page.minId ?? page.sinceId ?? '0',
    page.limit,
    ctx.clock(),
  ]);
  return newestFirst(rows, page);
}

export interface PublicFilter {
  /** Only posts from here, or only posts from elsewhere. */
  origin: 'all' | 'local' | 'remote';
  /** Only posts that show pictures, films or sounds. */
  onlyMedia?: boolean;
}

/** Public posts of everybody, without boosts and without answers to others. */
export async function publicPage(
  ctx: AppContext,
  filter: PublicFilter,
  viewerId: string | null,
  page: Stretch,
): Promise<SeenPost[]> {
  return postsPage(ctx, viewerId, page, [
    ...filterConditions(filter),
    sql`(posts.in_reply_to_uri is null or posts.in_reply_to_account_id = posts.account_id)`,
  ]);
}

export interface TagFilter extends PublicFilter {
  /** Keys of hashtags: a post has one of `any`, each of `all`, and none of `none`. */
  any: string[];
  all: string[];
  none: string[];
}

/** Public posts with hashtags. */
export async function tagPage(
  ctx: AppContext,
  filter: TagFilter,
  viewerId: string | null,
  page: Stretch,
): Promise<SeenPost[]> {
  if (filter.any.length === 0) return [];
  const tagged = (keys: string[]) =>
    sql`posts.id in (select pt.post_id from post_tags pt join tags t on t.id = pt.tag_id where t.name = any(${keys}::text[]))`;
  const conditions = [
    ...filterConditions(filter),
    ...filter.all.map((key) => tagged([key])),
    ...(filter.none.length === 0 ? [] : [sql`not ${tagged(filter.none)}`]),
  ];
  // Each hashtag gives its latest posts in the order of its index, however many it has.
  const { bounds, order } = takeStretch(sql.ref('pt.post_id'), page);
  const branches = filter.any.map(
    (key) => sql`(select posts.id, posts.boost_of_id from post_tags pt join posts on posts.id = pt.post_id
      where pt.tag_id = (select id from tags where name = ${key}) and ${openTo(ctx, viewerId, conditions)} and ${bounds} ${order})`,
  );
  return readPosts(ctx, viewerId, page, sql.join(branches, sql` union `));
}

function filterConditions({ origin, onlyMedia }: PublicFilter): RawBuilder<unknown>[] {
  return [
    ...(origin === 'all' ? [] : [origin === 'local' ? sql`posts.local` : sql`not posts.local`]),
    ...(onlyMedia ? [sql`posts.has_media`] : []),
  ];
}

async function postsPage(
  ctx: AppContext,
  viewerId: string | null,
  page: Stretch,
  conditions: RawBuilder<unknown>[],
): Promise<SeenPost[]> {
  const { bounds, order } = takeStretch(sql.ref('posts.id'), page);
  const found = sql`select posts.id, posts.boost_of_id from posts
    where ${openTo(ctx, viewerId, conditions)} and ${bounds} ${order}`;
  return readPosts(ctx, viewerId, page, found);
}

/** Public posts, no boosts, that the reader may see and wants to see. */
function openTo(ctx: AppContext, viewerId: string | null, conditions: RawBuilder<unknown>[]): RawBuilder<unknown> {
  const open = sql`posts.visibility = 'public' and posts.boost_of_id is null`;
  const listed = isListedFor(sql`${viewerId}::bigint`, sql.ref('posts.account_id'));
  return sql.join([open, ...conditions, visiblePosts(viewerId), listed, unwanted(ctx, viewerId)], sql` and `);
}

/** What the reader did is asked of the posts of the page alone, not of all that might have been on it. */
async function readPosts(
  ctx: AppContext,
  viewerId: string | null,
  page: Stretch,
  found: RawBuilder<unknown>,
): Promise<SeenPost[]> {
  const { order } = takeStretch(sql.ref('posts.id'), page);
  const { rows } = await sql<SeenPost>`
    select ${seenColumns(viewerId)} from (select * from (${found}) posts ${order}) posts ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}

/** Nothing by, and no answer to, somebody that the reader mutes or blocks. */
function unwanted(ctx: AppContext, viewerId: string | null): RawBuilder<boolean> {
  if (viewerId === null) return sql<boolean>`true`;
  const viewer = sql`${viewerId}::bigint`;
  const now = sql`${ctx.clock()}::timestamptz`;
  const replied = sql.ref('posts.in_reply_to_account_id');
  return sql<boolean>`${notMuted(viewer, sql.ref('posts.account_id'), now)}
    and (${replied} is null or (${notMuted(viewer, replied, now)} and ${notBlocked(viewer, replied)}))`;
}
