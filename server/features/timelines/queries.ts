// Reading timelines: each page is one statement that gives the posts and what the reader did with them.
import type { AppContext } from '#server/context.ts';
import { isListedFor } from '#server/features/graph/policy.ts';
import { notBlocked, notMuted, visibleTo } from '#server/features/posts/policy.ts';
import { flagColumns, seenBy, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import {
  boundsOf,
  newestFirst,
  takeGiven,
  wayOf,
  type Bounds,
  type Stretch,
  type Way,
} from '#server/platform/keyset.ts';
import { preparedBy, statementText, type Given } from '#server/platform/statement.ts';

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
  const { below, above, limit } = boundsOf(page);
  const rows = await ctx.database.prepared<SeenPost>(upwards ? 'home_up' : 'home_down', upwards ? homeUp : homeDown, [
    ownerId,
    below,
    above,
    limit,
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

/** What all pages of public posts differ by. */
interface PublicShape {
  way: Way;
  isSignedIn: boolean;
  origin: PublicFilter['origin'];
  onlyMedia: boolean;
}

interface PublicValues extends Bounds {
  viewer: string | null;
  now: Date;
}

const shapeOf = ({ origin, onlyMedia }: PublicFilter, viewerId: string | null, page: Stretch): PublicShape => ({
  way: wayOf(page),
  isSignedIn: viewerId !== null,
  origin,
  onlyMedia: onlyMedia === true,
});

const readPublic = preparedBy<PublicShape, PublicValues, SeenPost>('public', (shape, given) => {
  const { bounds, order } = takeGiven(sql.ref('posts.id'), shape.way, given);
  const found = sql`select posts.id, posts.boost_of_id from posts where ${openTo(shape, given)}
    and (posts.in_reply_to_uri is null or posts.in_reply_to_account_id = posts.account_id) and ${bounds} ${order}`;
  return seenOf(shape, given, found);
});

/** Public posts of everybody, without boosts and without answers to others. */
export async function publicPage(
  ctx: AppContext,
  filter: PublicFilter,
  viewerId: string | null,
  page: Stretch,
): Promise<SeenPost[]> {
  const values = { ...boundsOf(page), viewer: viewerId, now: ctx.clock() };
  return newestFirst(await readPublic(ctx.database, shapeOf(filter, viewerId, page), values), page);
}

export interface TagFilter extends PublicFilter {
  /** Keys of hashtags: a post has one of `any`, each of `all`, and none of `none`. */
  any: string[];
  all: string[];
  none: string[];
}

/** Each hashtag gives its latest posts in the order of its index, however many it has. */
const readTagged = preparedBy<
  PublicShape & { asksAll: boolean; asksNone: boolean },
  PublicValues & Pick<TagFilter, 'any' | 'all' | 'none'>,
  SeenPost
>('tagged', (shape, given) => {
  const { bounds, order } = takeGiven(sql.ref('pt.post_id'), shape.way, given);
  const tags = sql`select t.name from post_tags own join tags t on t.id = own.tag_id where own.post_id = posts.id`;
  const conditions = [
    openTo(shape, given),
    ...(shape.asksAll ? [sql`${given('all')}::text[] <@ array(${tags})`] : []),
    ...(shape.asksNone ? [sql`not ${given('none')}::text[] && array(${tags})`] : []),
    bounds,
  ];
  const found = sql`
    select distinct tagged.id, tagged.boost_of_id from tags cross join lateral (
      select posts.id, posts.boost_of_id from post_tags pt join posts on posts.id = pt.post_id
      where pt.tag_id = tags.id and ${sql.join(conditions, sql` and `)} ${order}
    ) tagged where tags.name = any(${given('any')}::text[])`;
  return seenOf(shape, given, found);
});

/** Public posts with hashtags. */
export async function tagPage(
  ctx: AppContext,
  filter: TagFilter,
  viewerId: string | null,
  page: Stretch,
): Promise<SeenPost[]> {
  const { any, all, none } = filter;
  if (any.length === 0) return [];
  const shape = { ...shapeOf(filter, viewerId, page), asksAll: all.length > 0, asksNone: none.length > 0 };
  const values = { ...boundsOf(page), viewer: viewerId, now: ctx.clock(), any, all, none };
  return newestFirst(await readTagged(ctx.database, shape, values), page);
}

/** Public posts, no boosts, that the reader may see and wants to see. */
function openTo(shape: PublicShape, given: Given<PublicValues>): RawBuilder<unknown> {
  const viewer = viewerOf(shape, given);
  return sql.join(
    [
      sql`posts.visibility = 'public' and posts.boost_of_id is null`,
      ...(shape.origin === 'all' ? [] : [shape.origin === 'local' ? sql`posts.local` : sql`not posts.local`]),
      ...(shape.onlyMedia ? [sql`posts.has_media`] : []),
      visibleTo(viewer),
      isListedFor(viewer, sql.ref('posts.account_id')),
      ...(shape.isSignedIn ? [wanted(viewer, sql`${given('now')}::timestamptz`)] : []),
    ],
    sql` and `,
  );
}

/** What the reader did is asked of the posts of the page alone, not of all that might have been on it. */
function seenOf(shape: PublicShape, given: Given<PublicValues>, found: RawBuilder<unknown>): RawBuilder<unknown> {
  const { order } = takeGiven(sql.ref('posts.id'), shape.way, given);
  const viewer = shape.isSignedIn ? viewerOf(shape, given) : null;
  return sql`select ${seenBy(viewer)} from (select * from (${found}) posts ${order}) posts ${order}`;
}

function viewerOf({ isSignedIn }: PublicShape, given: Given<PublicValues>): RawBuilder<unknown> {
  return isSignedIn ? sql`${given('viewer')}::bigint` : sql`null::bigint`;
}

/** Not by, and no answer to, somebody that the reader mutes or blocks. */
function wanted(viewer: RawBuilder<unknown>, now: RawBuilder<unknown>): RawBuilder<boolean> {
  const replied = sql.ref('posts.in_reply_to_account_id');
  return sql<boolean>`${notMuted(viewer, sql.ref('posts.account_id'), now)}
    and (${replied} is null or (${notMuted(viewer, replied, now)} and ${notBlocked(viewer, replied)}))`;
}
