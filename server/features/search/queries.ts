// Finding posts. `PostSearch` is the port: PostgreSQL's text search is the one adapter, and another may take its place as long
// as it asks who may see what it finds.
import type { AppContext } from '#server/context.ts';
import { findAccountsByHandles } from '#server/features/accounts/queries.ts';
import { isListedFor } from '#server/features/graph/policy.ts';
import { notMuted, visibleTo } from '#server/features/posts/policy.ts';
import { seenBy, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { textVector } from '#server/features/posts/queries/text.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { idAt } from '#server/platform/ids.ts';
import { preparedBy } from '#server/platform/statement.ts';
import type { PostQuery, PostTrait, SearchScope } from './policy.ts';

export interface PostSearchPage {
  limit: number;
  offset: number;
  /** Only posts by that account. */
  accountId: string | null;
  /** Only ids below and above. */
  maxId: string | null;
  minId: string | null;
}

/** Gives the posts that match and that the viewer may see and wants to see, newest first. */
export type PostSearch = (
  ctx: AppContext,
  query: PostQuery,
  viewerId: string,
  page: PostSearchPage,
) => Promise<SeenPost[]>;

/** Where no word and no author narrows a search, so many public posts are looked through at most. */
const widestLook = 5000;
/** How many pages of matches are taken for one page: some may be hidden from the viewer. */
const spare = 5;
/** Words that stand in more posts than so many are common. */
const rareLimit = 10_000;

/** Parts of the statement that differ from search to search, as expressions. */
interface Parts {
  viewer: RawBuilder<unknown>;
  words: RawBuilder<unknown>;
  now: RawBuilder<unknown>;
  limit: RawBuilder<unknown>;
  offset: RawBuilder<unknown>;
  /** How many of the matches are asked for who may see them. */
  reach: RawBuilder<unknown>;
}

/** What a search asks besides. */
interface Shape {
  scope: SearchScope;
  hasWords: boolean;
  /** The posts of somebody are looked through, not those of everybody. */
  isNarrow: boolean;
}

/** Most searches are words alone. */
const readWords = preparedBy<
  Pick<Shape, 'scope'>,
  { viewer: string; words: string; now: Date; limit: number; offset: number; reach: number },
  SeenPost
>('search', ({ scope }, given) => {
  const parts = {
    viewer: sql`${given('viewer')}::bigint`,
    words: sql`${given('words')}::text`,
    now: sql`${given('now')}::timestamptz`,
    limit: sql`${given('limit')}::int`,
    offset: sql`${given('offset')}::int`,
    reach: sql`${given('reach')}::int`,
  };
  return searchStatement(parts, { scope, hasWords: true, isNarrow: false }, []);
});

/**
 * The search of this server. At most two statements: who is meant by handles, and the posts. Those that match are taken from
 * the library and from what everybody may find, some more of each than the page needs; only these are asked for who may see
 * them. So a word that stands in every post costs no more than others.
 */
export const searchPosts: PostSearch = async (ctx, query, viewerId, page) => {
  const authors = await findAuthors(ctx, query, viewerId, page.accountId);
  if (authors === null) return [];
  const { limit, offset } = page;
  const reach = offset + limit * spare;
  const conditions = [...matchConditions(query), ...authors.conditions, ...bounds(query, page)];
  if (query.words !== '' && conditions.length === 0) {
    const values = { viewer: viewerId, words: query.words, now: ctx.clock(), limit, offset, reach };
    return readWords(ctx.database, { scope: query.scope }, values);
  }
  const parts = {
    viewer: sql`${viewerId}::bigint`,
    words: sql`${query.words}`,
    now: sql`${ctx.clock()}::timestamptz`,
    limit: sql`${limit}`,
    offset: sql`${offset}`,
    reach: sql`${reach}`,
  };
  const shape = { scope: query.scope, hasWords: query.words !== '', isNarrow: authors.isNarrow };
  const { rows } = await sql<SeenPost>`${searchStatement(parts, shape, conditions)}`.execute(ctx.database.read);
  return rows;
};

function searchStatement(parts: Parts, shape: Shape, more: RawBuilder<unknown>[]): RawBuilder<unknown> {
  const { viewer, words, reach } = parts;
  const byWords = shape.hasWords && !shape.isNarrow;
  const holds = shape.hasWords ? holdsWords(words) : sql`true`;
  const conditions = sql.join([sql`posts.boost_of_id is null`, ...more], sql` and `);
  const branches = scopesOf(shape, viewer).flatMap((scope) => {
    const newest = (from: RawBuilder<unknown>, condition: RawBuilder<unknown>) =>
      sql`(select posts.id from ${from} where ${conditions} and ${scope} and ${condition}
        order by posts.id desc limit ${reach})`;
    if (!byWords) return [newest(sql`posts`, holds)];
    return [
      newest(sql`rare join posts on posts.id = rare.id`, isRare),
      newest(sql`posts`, sql`${holds} and not ${isRare}`),
    ];
  });
  return sql`
    with rare as materialized (${byWords ? rareMatches(words) : sql`select null::bigint as id where false`}),
    found as materialized (${sql.join(branches, sql` union `)})
    select ${seenBy(viewer)} from found join posts on posts.id = found.id
    where ${visibleTo(viewer)} and ${isListedFor(viewer, sql.ref('posts.account_id'))} and ${notMuted(viewer, sql.ref('posts.account_id'), parts.now)}
    order by posts.id desc limit ${parts.limit} offset ${parts.offset}`;
}

/** The conditions of what is looked through, one for each part. */
function scopesOf({ scope, hasWords, isNarrow }: Shape, viewer: RawBuilder<unknown>): RawBuilder<unknown>[] {
  return [
    ...(scope === 'public' ? [] : [libraryCondition(viewer)]),
    ...(scope === 'library' ? [] : [isNarrow || hasWords ? openCondition : newestOpenCondition]),
  ];
}

/** The words stand in the post. */
function holdsWords(words: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${textVector} @@ websearch_to_tsquery('simple'::regconfig, ${words})`;
}

/**
 * All posts with the words, unless they are too many: then the newest posts are walked down instead, of which many have them.
 * Which of both is done is decided within the statement, since only it knows.
 */
function rareMatches(words: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select posts.id from posts where posts.boost_of_id is null and ${holdsWords(words)} limit ${sql.lit(rareLimit + 1)}`;
}

const isRare = sql`(select count(*) from rare) <= ${sql.lit(rareLimit)}`;

function matchConditions(query: PostQuery): RawBuilder<unknown>[] {
  return [
    ...query.has.map(hasTrait),
    ...query.hasNot.map((trait) => sql`not ${hasTrait(trait)}`),
    ...(query.languages.length === 0 ? [] : [sql`posts.language = any(${query.languages}::text[])`]),
    ...(query.notLanguages.length === 0
      ? []
      : [sql`coalesce(posts.language <> all(${query.notLanguages}::text[]), true)`]),
  ];
}

interface Authors {
  conditions: RawBuilder<unknown>[];
  /** The posts of somebody are looked through, not those of everybody. */
  isNarrow: boolean;
}

/** Who wrote what is looked for; null when it is nobody whom we know. */
async function findAuthors(
  ctx: AppContext,
  { from, notFrom }: PostQuery,
  viewerId: string,
  accountId: string | null,
): Promise<Authors | null> {
  const handles = [...from, ...notFrom].filter((handle) => handle !== 'me');
  const accounts = handles.length === 0 ? [] : await findAccountsByHandles(ctx, handles);
  const known = new Map(accounts.map(({ id, username, domain }) => [handleKey(username, domain), id]));
  const idOf = (handle: string): string[] => {
    if (handle === 'me') return [viewerId];
    const [username = '', domain] = handle.replace(/^@/, '').split('@');
    const own = known.get(handleKey(username, null));
    const id =
      domain === undefined ? own : (known.get(handleKey(username, domain)) ?? (isOurs(ctx, domain) ? own : undefined));
    return id === undefined ? [] : [id];
  };
  const wanted = from.flatMap(idOf);
  const unwanted = notFrom.flatMap(idOf);
  if (from.length > 0 && wanted.length === 0) return null;
  return {
    conditions: [
      ...(from.length === 0 ? [] : [sql`posts.account_id = any(${wanted}::bigint[])`]),
      ...(unwanted.length === 0 ? [] : [sql`posts.account_id <> all(${unwanted}::bigint[])`]),
      ...(accountId === null ? [] : [sql`posts.account_id = ${accountId}`]),
    ],
    isNarrow: from.length > 0 || accountId !== null,
  };
}

const handleKey = (username: string, domain: string | null): string =>
  `${username.toLowerCase()}@${domain?.toLowerCase() ?? ''}`;

function isOurs(ctx: AppContext, domain: string): boolean {
  const { handleDomain, origin } = ctx.config;
  return [handleDomain.toLowerCase(), new URL(origin).host].includes(domain.toLowerCase());
}

function bounds({ since, until }: PostQuery, { maxId, minId }: PostSearchPage): RawBuilder<unknown>[] {
  return [
    ...(since === null ? [] : [sql`posts.id >= ${idAt(since)}::bigint`]),
    ...(until === null ? [] : [sql`posts.id < ${idAt(until)}::bigint`]),
    ...(maxId === null ? [] : [sql`posts.id < ${maxId}::bigint`]),
    ...(minId === null ? [] : [sql`posts.id > ${minId}::bigint`]),
  ];
}

/** What authors let everybody find. */
const openCondition = sql`posts.visibility = 'public'
  and exists (select from accounts a where a.id = posts.account_id and a.indexable)`;
/** The newest of these, where nothing else narrows the search. */
const newestOpenCondition = sql`posts.id in (
  select newest.id from (
    select id, account_id from posts where visibility = 'public' and boost_of_id is null order by id desc limit ${sql.lit(widestLook)}
  ) newest join accounts a on a.id = newest.account_id where a.indexable)`;

/** One's own posts, and what one kept, likes, boosted or was named in. */
function libraryCondition(viewer: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`posts.id in (select coalesce(boost_of_id, id) from posts where account_id = ${viewer}
    union all select post_id from bookmarks where account_id = ${viewer}
    union all select post_id from likes where account_id = ${viewer}
    union all select post_id from mentions where account_id = ${viewer})`;
}

function hasTrait(trait: PostTrait): RawBuilder<unknown> {
  switch (trait) {
    case 'poll':
      return sql`exists (select from polls q where q.post_id = posts.id)`;
    case 'link':
      // A link that is neither a mention nor a hashtag: those have a class of that name.
      return sql`posts.html ~ '<a (?![^>]*mention)'`;
    case 'reply':
      return sql`posts.in_reply_to_uri is not null`;
    case 'sensitive':
      return sql`posts.sensitive`;
    case 'media':
      return sql`posts.has_media`;
  }
}
