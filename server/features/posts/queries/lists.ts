// Lists around posts and people: who liked and boosted, what somebody liked and kept, what somebody wrote. One statement each.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import {
  boundsOf,
  newestFirst,
  takeGiven,
  takeStretch,
  wayOf,
  type Bounds,
  type Stretch,
  type Way,
} from '#server/platform/keyset.ts';
import { preparedBy } from '#server/platform/statement.ts';
import { notBlocked, visiblePosts, visibleTo } from '../policy.ts';
import { isSettled } from '../policy/interaction.ts';
import { seenBy, seenColumns, type SeenPost } from './flags.ts';

/** An item of a list that is ordered by a hidden row: `position` pages, `id` is what is listed. */
export interface Placed {
  position: string;
  id: string;
}

/** Accounts that liked a post, latest first. Those with a block between them and the viewer, and who have to be allowed first, are left out. */
export async function likedBy(
  ctx: AppContext,
  postId: string,
  viewerId: string | null,
  page: Stretch,
): Promise<Placed[]> {
  const { bounds, order } = takeStretch(sql.ref('l.id'), page);
  return place(
    ctx,
    page,
    sql`
    select l.id as position, l.account_id as id from likes l join accounts a on a.id = l.account_id
    where l.post_id = ${postId} and ${activeAccounts('a')} and ${isSettled(sql.ref('l.id'))} and ${unblocked(viewerId, sql.ref('l.account_id'))} and ${bounds} ${order}`,
  );
}

/** Accounts that boosted a post, latest first; `position` is the boost. Boosts that the viewer may not see are left out. */
export async function boostedBy(
  ctx: AppContext,
  postId: string,
  viewerId: string | null,
  page: Stretch,
): Promise<Placed[]> {
  const { bounds, order } = takeStretch(sql.ref('posts.id'), page);
  return place(
    ctx,
    page,
    sql`
    select posts.id as position, posts.account_id as id from posts
    where posts.boost_of_id = ${postId} and ${visiblePosts(viewerId)} and ${bounds} ${order}`,
  );
}

/** Posts that quote a post, as far as the viewer may see them, latest first. */
export async function quotesOf(
  ctx: AppContext,
  postId: string,
  viewerId: string | null,
  page: Stretch,
): Promise<PlacedPost[]> {
  const { bounds, order } = takeStretch(sql.ref('q.post_id'), page);
  return place(
    ctx,
    page,
    sql`
    select q.post_id as position, ${seenColumns(viewerId)} from quotes q join posts on posts.id = q.post_id
    where q.quoted_id = ${postId} and q.state = 'accepted' and ${visiblePosts(viewerId)} and ${bounds} ${order}`,
  );
}

/** Posts that an account likes, the latest like first. */
export async function likesOf(ctx: AppContext, accountId: string, page: Stretch): Promise<PlacedPost[]> {
  const { bounds, order } = takeStretch(sql.ref('l.id'), page);
  return place(
    ctx,
    page,
    sql`
    select l.id as position, ${seenColumns(accountId)} from likes l join posts on posts.id = l.post_id
    where l.account_id = ${accountId} and ${visiblePosts(accountId)} and ${bounds} ${order}`,
  );
}

/** Posts that an account keeps, the latest first. */
export async function bookmarksOf(ctx: AppContext, accountId: string, page: Stretch): Promise<PlacedPost[]> {
  const { bounds, order } = takeStretch(sql.ref('k.id'), page);
  return place(
    ctx,
    page,
    sql`
    select k.id as position, ${seenColumns(accountId)} from bookmarks k join posts on posts.id = k.post_id
    where k.account_id = ${accountId} and ${visiblePosts(accountId)} and ${bounds} ${order}`,
  );
}

/** A post in such a list, with what the reader did with it. */
export type PlacedPost = SeenPost & { position: string };

export interface AccountPostsFilter {
  accountId: string;
  /** Posts of the account's own that show something; boosts are none. */
  onlyMedia?: boolean;
  /** Answers to others go; a thread with oneself stays. */
  excludeReplies?: boolean;
  excludeBoosts?: boolean;
  excludeDirect?: boolean;
  pinned?: boolean;
  /** Key of a hashtag. */
  tag?: string;
}

interface AccountShape {
  way: Way;
  isSignedIn: boolean;
  onlyMedia: boolean;
  excludeReplies: boolean;
  excludeBoosts: boolean;
  excludeDirect: boolean;
  isTagged: boolean;
}

const readAccountPosts = preparedBy<
  AccountShape,
  Bounds & { account: string; viewer: string | null; tag: string },
  PlacedPost
>('account_posts', (shape, given) => {
  const author = sql`${given('account')}::bigint`;
  const viewer = shape.isSignedIn ? sql`${given('viewer')}::bigint` : null;
  const { bounds, order } = takeGiven(sql.ref('posts.id'), shape.way, given);
  const conditions = [
    sql`posts.account_id = ${author}`,
    ...(shape.onlyMedia ? [sql`posts.has_media`] : []),
    ...(shape.excludeReplies
      ? [sql`(posts.in_reply_to_account_id is null or posts.in_reply_to_account_id = ${author})`]
      : []),
    ...(shape.excludeBoosts ? [sql`posts.boost_of_id is null`] : []),
    ...(shape.excludeDirect ? [sql`posts.visibility <> 'direct'`] : []),
    ...(shape.isTagged ? [hasTag(sql`${given('tag')}::text`)] : []),
    visibleTo(viewer ?? sql`null::bigint`, 'posts', author),
  ];
  return sql`
    select posts.id as position, ${seenBy(viewer)} from (
      select posts.id, posts.boost_of_id from posts
      where ${sql.join(conditions, sql` and `)} and ${bounds} ${order}
    ) posts ${order}`;
});

/** The posts and boosts of an account that the viewer may see. One prepared statement. */
export async function accountPosts(
  ctx: AppContext,
  filter: AccountPostsFilter,
  viewerId: string | null,
  page: Stretch,
): Promise<PlacedPost[]> {
  if (filter.pinned === true) return pinnedPosts(ctx, filter, viewerId, page);
  const shape = {
    way: wayOf(page),
    isSignedIn: viewerId !== null,
    onlyMedia: filter.onlyMedia === true,
    excludeReplies: filter.excludeReplies === true,
    excludeBoosts: filter.excludeBoosts === true,
    excludeDirect: filter.excludeDirect === true,
    isTagged: filter.tag !== undefined,
  };
  const values = { ...boundsOf(page), account: filter.accountId, viewer: viewerId, tag: filter.tag ?? '' };
  return newestFirst(await readAccountPosts(ctx.database, shape, values), page);
}

/** What an account pinned, the latest pin first, as far as the viewer may see it. */
async function pinnedPosts(
  ctx: AppContext,
  { accountId, onlyMedia }: AccountPostsFilter,
  viewerId: string | null,
  page: Stretch,
): Promise<PlacedPost[]> {
  const { bounds, order } = takeStretch(sql.ref('pin.id'), page);
  return place(
    ctx,
    page,
    sql`
    select pin.id as position, ${seenColumns(viewerId)} from pins pin join posts on posts.id = pin.post_id
    where pin.account_id = ${accountId} and ${onlyMedia ? sql`posts.has_media` : sql`true`} and ${visiblePosts(viewerId)}
      and ${bounds} ${order}`,
  );
}

/** Public posts, without boosts, newest first: all that this server knows, or only its own. */
export async function publicPosts(
  ctx: AppContext,
  viewerId: string | null,
  page: Stretch,
  options: { local: boolean },
): Promise<string[]> {
  const { bounds, order } = takeStretch(sql.ref('posts.id'), page);
  const rows = await place<{ id: string }>(
    ctx,
    page,
    sql`
    select posts.id from posts where posts.visibility = 'public' and posts.boost_of_id is null
      and ${options.local ? sql`posts.local` : sql`true`} and ${visiblePosts(viewerId)} and ${bounds} ${order}`,
  );
  return rows.map(({ id }) => id);
}

/** Posts whose preview this is, the latest first. Says nothing of who may see them. */
export async function postsLinkingTo(
  ctx: AppContext,
  previewId: string,
  limit: number,
): Promise<Array<{ id: string; createdAt: Date }>> {
  const { rows } = await sql<{ id: string; createdAt: Date }>`
    select id, created_at as "createdAt" from posts where link_preview_id = ${previewId}
    order by id desc limit ${limit}`.execute(ctx.database.read);
  return rows;
}

/** The condition that the table `posts` has the hashtag with that key. */
function hasTag(key: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (select from post_tags pt join tags t on t.id = pt.tag_id where pt.post_id = posts.id and t.name = ${key})`;
}

function unblocked(viewerId: string | null, other: RawBuilder<unknown>): RawBuilder<boolean> {
  return viewerId === null ? sql<boolean>`true` : notBlocked(sql`${viewerId}::bigint`, other);
}

async function place<Row>(ctx: AppContext, page: Stretch, statement: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await sql<Row>`${statement}`.execute(ctx.database.read);
  return newestFirst(rows, page);
}
