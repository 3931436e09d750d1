// Pages of statuses as one statement makes them: all rows in one go, shaped into Mastodon's statuses by hand. No fragments, no
// policy module, no ORM: what the bare driver can do.
import { benchOrigin } from '../seed/size.ts';

const accountFields = [
  'id',
  'username',
  'domain',
  'uri',
  'url',
  'display_name',
  'bio_html',
  'fields',
  'emojis',
  'avatar',
  'header',
  'locked',
  'kind',
  'discoverable',
  'indexable',
  'hide_collections',
  'posts_count',
  'followers_count',
  'following_count',
  'last_post_at',
  'created_at',
];

/** The columns of an account that are shown, each named after its alias. */
export function accountColumns(
  alias: string,
  named = (of: string, column: string): string => `${of}.${column} as ${of}_${column}`,
): string {
  return accountFields.map((column) => named(alias, column)).join(', ');
}

/** Whom the reader does not want to meet. */
export const hiddenText = `hidden (id) as (
    select blocked_id from blocks where blocker_id = $1
    union all select blocker_id from blocks where blocked_id = $1
    union all select muted_id from mutes where muter_id = $1 and (expires_at is null or expires_at > now())
  )`;

/** Whether the reader may see the post `x`. */
const visible = `(x.visibility in ('public', 'unlisted') or x.account_id = $1
  or exists (select from mentions m where m.post_id = x.id and m.account_id = $1)
  or (x.visibility = 'followers' and exists (
    select from follows f where f.follower_id = $1 and f.followee_id = x.account_id and f.state = 'accepted')))`;
const visibleBoost = `(x.boost_of_id is null or exists (select from posts o where o.id = x.boost_of_id and o.visibility in ('public', 'unlisted')))`;

/** The pages by name: which posts they hold. $1 reader · $2 at most so many · $3 what the page is of. */
const pages = {
  home: `select e.post_id, coalesce(e.boost_of_id, e.post_id) as subject_id from feed_entries e
    where e.owner_id = $1 and $3::text is null
      and exists (select from posts x where x.id = e.post_id)
      and (e.author_id = $1 or exists (select from follows f where f.follower_id = $1 and f.followee_id = e.author_id
        and f.state = 'accepted' and (e.boost_of_id is null or f.show_boosts)))
      and e.author_id not in (select id from hidden) and (e.other_id is null or e.other_id not in (select id from hidden))
    order by e.post_id desc limit $2`,
  account: `select x.id as post_id, coalesce(x.boost_of_id, x.id) as subject_id from posts x
    where x.account_id = $3::text::bigint and ${visible} and ${visibleBoost} order by x.id desc limit $2`,
  tag: `select x.id as post_id, x.id as subject_id from post_tags g join tags t on t.id = g.tag_id join posts x on x.id = g.post_id
    where t.name = $3::text and x.visibility = 'public' and x.boost_of_id is null and x.account_id not in (select id from hidden)
      and (x.in_reply_to_account_id is null or x.in_reply_to_account_id not in (select id from hidden))
    order by g.post_id desc limit $2`,
  list: `select found.id as post_id, coalesce(found.boost_of_id, found.id) as subject_id from list_accounts m cross join lateral (
      select x.id, x.boost_of_id from posts x where x.account_id = m.account_id and ${visible} and ${visibleBoost}
        and (x.in_reply_to_account_id is null or x.in_reply_to_account_id in (x.account_id, $1)
          or x.in_reply_to_account_id in (select account_id from list_accounts where list_id = m.list_id))
      order by x.id desc limit $2
    ) found where m.list_id = $3::text::bigint and m.account_id not in (select id from hidden) order by found.id desc limit $2`,
  search: `select x.id as post_id, x.id as subject_id from posts x
    where to_tsvector('simple'::regconfig, left(x.summary || ' ' || x.html || ' ' || x.media_text, 50000)) @@ websearch_to_tsquery('simple'::regconfig, $3::text)
      and x.boost_of_id is null and x.account_id not in (select id from hidden) and ${visible}
      and ((x.visibility = 'public' and exists (select from accounts i where i.id = x.account_id and i.indexable)) or x.account_id = $1
        or exists (select from bookmarks k where k.account_id = $1 and k.post_id = x.id)
        or exists (select from likes l where l.post_id = x.id and l.account_id = $1)
        or exists (select from posts o where o.boost_of_id = x.id and o.account_id = $1)
        or exists (select from mentions m where m.post_id = x.id and m.account_id = $1))
    order by x.id desc limit $2`,
  context: `select x.id as post_id, x.id as subject_id from posts x
    where x.in_reply_to_id = $3::text::bigint and ${visible} and x.account_id not in (select id from hidden) order by x.id desc limit $2`,
} satisfies Record<string, string>;
export type PageName = keyof typeof pages;

/** What is shown of a post. `p` is the post that stands there by `b`, `s` by `a` the post to show: the same one, or what it boosts. */
export const statusColumns = `p.id as p_id, p.boost_of_id as p_boost_of_id, p.uri as p_uri, p.url as p_url, p.visibility as p_visibility, p.created_at as p_created_at, ${accountColumns('b')},
  s.id, s.uri, s.url, s.visibility, s.html, s.summary, s.sensitive, s.language, s.emojis, s.in_reply_to_id, s.in_reply_to_account_id,
  s.likes_count, s.boosts_count, s.replies_count, s.created_at, s.edited_at, ${accountColumns('a')},
  exists (select from likes l where l.post_id = s.id and l.account_id = $1) as liked,
  exists (select from posts x where x.boost_of_id = s.id and x.account_id = $1) as boosted,
  exists (select from bookmarks k where k.account_id = $1 and k.post_id = s.id) as bookmarked,
  coalesce((select json_agg(json_build_object('id', m.id::text, 'username', m.username, 'url', coalesce(m.url, m.uri),
    'acct', m.username || coalesce('@' || m.domain, '')) order by m.id)
    from mentions t join accounts m on m.id = t.account_id where t.post_id = s.id and not t.silent), '[]') as mentions,
  coalesce((select json_agg(json_build_object('id', t.id::text, 'name', t.name) order by t.id)
    from post_tags g join tags t on t.id = g.tag_id where g.post_id = s.id), '[]') as tags,
  (select json_build_object('name', o.name, 'website', o.website) from oauth_apps o where o.id = s.app_id) as app`;

/** The statement of a page. */
export function pageText(name: PageName): string {
  return `
  with ${hiddenText}, page as (${pages[name]})
  select ${statusColumns}
  from page join posts p on p.id = page.post_id join posts s on s.id = page.subject_id
  join accounts a on a.id = s.account_id join accounts b on b.id = p.account_id
  order by page.post_id desc`;
}

export const isPageName = (name: string): name is PageName => Object.hasOwn(pages, name);

/** One row as the driver gives it: Dates, numbers, decimal strings for ids, parsed JSON. */
export type PageRow = Record<string, unknown>;

/** The page as a Mastodon client reads it. */
export function pageJson(name: PageName, rows: readonly PageRow[], readerId: string): string {
  const statuses = rows.map((row) => makeStatus(row, readerId));
  if (name === 'search') return JSON.stringify({ accounts: [], statuses, hashtags: [] });
  return JSON.stringify(name === 'context' ? { ancestors: [], descendants: statuses.toReversed() } : statuses);
}

/** A post, or the boost of one. */
export function makeStatus(row: PageRow, ownerId: string): object {
  const original = makeOriginal(row, ownerId);
  if (row['p_boost_of_id'] === null) return original;
  return {
    ...original,
    id: row['p_id'],
    created_at: iso(row['p_created_at']),
    uri: row['p_uri'],
    url: row['p_url'] ?? row['p_uri'],
    visibility: wireVisibility(row['p_visibility']),
    account: makeAccount(row, 'b'),
    reblog: original,
  };
}

function makeOriginal(row: PageRow, ownerId: string): object {
  return {
    id: row['id'],
    created_at: iso(row['created_at']),
    uri: row['uri'],
    url: row['url'] ?? row['uri'],
    visibility: wireVisibility(row['visibility']),
    account: makeAccount(row, 'a'),
    edited_at: iso(row['edited_at']),
    in_reply_to_id: row['in_reply_to_id'],
    in_reply_to_account_id: row['in_reply_to_account_id'],
    sensitive: row['sensitive'],
    spoiler_text: row['summary'],
    language: row['language'],
    replies_count: row['replies_count'],
    reblogs_count: row['boosts_count'],
    favourites_count: row['likes_count'],
    quotes_count: 0,
    reply_policy: 'everyone',
    group: null,
    emoji_reactions: [],
    content: row['html'],
    application: row['app'],
    media_attachments: [],
    mentions: row['mentions'],
    tags: list<{ id: string; name: string }>(row['tags']).map(({ id, name }) => ({
      id,
      name,
      url: `${benchOrigin}/tags/${encodeURIComponent(name)}`,
    })),
    emojis: row['emojis'],
    card: null,
    poll: null,
    quote: null,
    quote_approval: { automatic: [], manual: [], current_user: 'denied' },
    tagged_collections: [],
    reblog: null,
    favourited: row['liked'],
    reblogged: row['boosted'],
    muted: false,
    bookmarked: row['bookmarked'],
    ...(row['a_id'] === ownerId ? { pinned: false } : {}),
    filtered: [],
  };
}

/** The account whose columns are named after `alias`. */
export function makeAccount(row: PageRow, alias: 'a' | 'b' | 'x'): object {
  const get = (column: string): unknown => row[`${alias}_${column}`];
  const isLocal = get('domain') === null;
  const avatar = picture(get('avatar'), 'avatars');
  const header = picture(get('header'), 'headers');
  return {
    id: get('id'),
    username: get('username'),
    acct: isLocal ? get('username') : `${String(get('username'))}@${String(get('domain'))}`,
    url: get('url') ?? get('uri'),
    uri: get('uri'),
    display_name: get('display_name'),
    note: get('bio_html'),
    avatar,
    avatar_static: avatar,
    avatar_description: '',
    header,
    header_static: header,
    header_description: '',
    locked: get('locked'),
    bot: get('kind') === 'service',
    group: get('kind') === 'group',
    discoverable: get('discoverable'),
    indexable: get('indexable'),
    ...(isLocal ? { noindex: get('indexable') !== true } : {}),
    created_at: iso(get('created_at')),
    last_status_at: iso(get('last_post_at'))?.slice(0, 10) ?? null,
    statuses_count: get('posts_count'),
    followers_count: get('followers_count'),
    following_count: get('following_count'),
    hide_collections: isLocal ? get('hide_collections') : null,
    show_media: true,
    show_media_replies: true,
    show_featured: true,
    emojis: get('emojis'),
    fields: list<{ name: string; value: string; verifiedAt: string | null }>(get('fields')).map(
      ({ name, value, verifiedAt }) => ({
        name,
        value: isLocal
          ? `<a href="${value}" target="_blank" rel="nofollow noopener noreferrer me"><span class="invisible">https://</span><span class="">${value.slice(8)}</span><span class="invisible"></span></a>`
          : value,
        verified_at: verifiedAt,
      }),
    ),
    roles: [],
    feature_approval: { automatic: [], manual: [], current_user: 'denied' },
  };
}

function picture(value: unknown, kind: string): string {
  const key = typeof value === 'object' && value !== null && 'key' in value ? String(value.key) : null;
  return key === null ? `${benchOrigin}/${kind}/original/missing.png` : `${benchOrigin}/media/${key}`;
}

function list<Item>(value: unknown): Item[] {
  // Safe: a jsonb column that the seed wrote as a list of such items.
  return Array.isArray(value) ? (value as Item[]) : [];
}

function iso(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}

function wireVisibility(value: unknown): unknown {
  return value === 'followers' ? 'private' : value;
}
