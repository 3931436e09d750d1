// Reading posts by what names them. Who may see them is a condition of the statement; plain loads are for code that
// has asked already. Lists are in queries/lists.ts, threads in queries/thread.ts, former versions in queries/history.ts.
import type { Selectable } from 'kysely';
import { isId } from '#server/features/accounts/queries.ts';
import type { EmojiReference, ReactionCount } from '#server/features/emojis/entities.ts';
import type { InteractionRules, QuotePolicy, ReplyPolicy } from './entities.ts';
import type { QuoteAnswer } from './entities/quotes.ts';
import { cardColumn, type CardView } from '#server/features/links/queries.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import type { AppContext } from '#server/context.ts';
import { mediaOfPost, type MediaView } from '#server/features/media/queries.ts';
import { together } from '#server/platform/together.ts';
import { sql } from '#server/platform/database.ts';
import type { Tables } from '#server/schema.ts';
import { visiblePosts } from './policy.ts';
import type { PollView } from './policy/poll.ts';

/** Somebody that a post speaks to. A silent mention is not shown: an edit took the name out of the text. */
export interface MentionView {
  accountId: string;
  username: string;
  domain: string | null;
  uri: string;
  url: string | null;
  silent: boolean;
}

/** A community of another server. */
export interface GroupView {
  id: string;
  username: string;
  domain: string | null;
  uri: string;
  url: string | null;
}

export interface QuoteView {
  id: string | null;
  accountId: string | null;
  uri: string | null;
  state: QuoteAnswer;
  /** Where the author of what is quoted says that they agree, when that is another server. */
  authorizationUri: string | null;
  /** The author is of this server. */
  local: boolean | null;
}

export interface PostView {
  id: string;
  accountId: string;
  uri: string;
  url: string | null;
  local: boolean;
  visibility: Visibility;
  /** What the author typed; null for posts from elsewhere. */
  source: string | null;
  /** Safe to show. */
  html: string;
  summary: string;
  sensitive: boolean;
  language: string | null;
  emojis: EmojiReference[];
  inReplyToId: string | null;
  inReplyToAccountId: string | null;
  inReplyToUri: string | null;
  conversationId: string;
  /** The address of the first post of the conversation, when that is ours. */
  ownRootUri: string | null;
  /** The group in which it was written. */
  group: GroupView | null;
  boostOfId: string | null;
  appId: string | null;
  quotePolicy: QuotePolicy;
  /** Who may ask to quote it. */
  quoteAsking: QuotePolicy;
  replyPolicy: ReplyPolicy;
  /** What its author restricts; null when that is nothing. Of posts of other servers. */
  interactionRules: InteractionRules | null;
  /** Whose leave it waits for, as an answer or boost; see `JudgedPost`. */
  awaitsId: string | null;
  /** Where the author of what it answers or boosts agrees, or is said to while it waits. */
  approvedBy: string | null;
  /** That is in the words of older software. */
  approvedFormerly: boolean;
  quotesCount: number;
  reactions: ReactionCount[];
  /** The larger of what we know and what its origin counts; so with the next two. */
  likesCount: number;
  boostsCount: number;
  repliesCount: number;
  /** Its origin has told us how it counts. */
  isCountedByOrigin: boolean;
  createdAt: Date;
  editedAt: Date | null;
  poll: PollView | null;
  /** What it quotes: the post, its author and address; `id` is null when that was deleted. */
  quote: QuoteView | null;
  /** What it shows, in the author's order; nothing of its own for a boost. */
  media: MediaView[];
  mentions: MentionView[];
  /** `name` is the folded form, `display` how it was first written here. */
  tags: Array<{ id: string; name: string; display: string }>;
  app: { name: string; website: string | null } | null;
  /** What is shown of the first link in its text. */
  card: CardView | null;
}

/** A poll as JSON brings it: its end is a text. */
type PollRow = Omit<PollView, 'expiresAt'> & { expiresAt: string | null };
type PostRow = Selectable<Tables['posts']> &
  Pick<PostView, 'mentions' | 'tags' | 'app' | 'media' | 'card' | 'ownRootUri' | 'group'> & {
    poll: PollRow | null;
    quote: QuoteView | null;
  };

/** The posts with these ids in the order asked, in one statement; ids of no post are left out. */
export async function loadPosts(ctx: AppContext, ids: readonly string[]): Promise<PostView[]> {
  const wanted = [...new Set(ids.filter(isId))];
  if (wanted.length === 0) return [];
  const rows = await selectPosts(ctx)
    .where(sql<boolean>`posts.id = any(${wanted}::bigint[])`)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, postView(row)]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

/** The post with that id, or null. Posts that are asked for at the same moment are read by one statement. */
export const findPost = together(async (ctx: AppContext, ids: string[]) => {
  const posts = await loadPosts(ctx, ids);
  return new Map(posts.map((post) => [post.id, post]));
});

/** The post with that ActivityPub id, or null. */
export async function findPostByUri(ctx: AppContext, uri: string): Promise<PostView | null> {
  const row = await selectPosts(ctx).where('posts.uri', '=', uri).executeTakeFirst();
  return row ? postView(row) : null;
}

/** The post with that id when the viewer (null: anybody) may see it, else null: both absences look the same. */
export async function findVisiblePost(ctx: AppContext, viewerId: string | null, id: string): Promise<PostView | null> {
  if (!isId(id)) return null;
  const row = await selectPosts(ctx).where('posts.id', '=', id).where(visiblePosts(viewerId)).executeTakeFirst();
  return row ? postView(row) : null;
}

/**
 * As `findVisiblePost`, but a boost that the viewer may see stands for the post that it boosts: that is what one likes,
 * answers and boosts.
 */
export async function findVisibleSubject(
  ctx: AppContext,
  viewerId: string | null,
  id: string,
): Promise<PostView | null> {
  if (!isId(id)) return null;
  const row = await selectPosts(ctx)
    .where(
      sql<boolean>`posts.id = (select coalesce(named.boost_of_id, named.id) from posts named
        where named.id = ${id} and (named.boost_of_id is null or ${visiblePosts(viewerId, 'named')}))`,
    )
    .where(visiblePosts(viewerId))
    .executeTakeFirst();
  return row ? postView(row) : null;
}

/** The boost of a post by an account, or null. */
export async function findBoost(ctx: AppContext, accountId: string, postId: string): Promise<PostView | null> {
  if (!isId(postId)) return null;
  const row = await selectPosts(ctx)
    .where('posts.boost_of_id', '=', postId)
    .where('posts.account_id', '=', accountId)
    .executeTakeFirst();
  return row ? postView(row) : null;
}

/** True when a post with that address was deleted: it never comes back. */
export async function isTombstone(ctx: AppContext, uri: string): Promise<boolean> {
  const row = await ctx.database.read.selectFrom('tombstones').select('uri').where('uri', '=', uri).executeTakeFirst();
  return row !== undefined;
}

function selectPosts(ctx: AppContext) {
  return ctx.database.read
    .selectFrom('posts')
    .selectAll('posts')
    .select([
      sql<string | null>`(select root.uri from posts root where root.id = posts.conversation_id and root.local)`.as(
        'ownRootUri',
      ),
      sql<GroupView | null>`(select json_build_object('id', g.id::text, 'username', g.username, 'domain', g.domain,
          'uri', g.uri, 'url', g.url) from accounts g where g.id = posts.group_id and g.deleted_at is null)`.as(
        'group',
      ),
      mediaOfPost(sql.ref('posts.id')).as('media'),
      sql<MentionView[]>`coalesce((
        select json_agg(json_build_object('accountId', a.id::text, 'username', a.username, 'domain', a.domain,
          'uri', a.uri, 'url', a.url, 'silent', m.silent) order by a.id)
        from mentions m join accounts a on a.id = m.account_id where m.post_id = posts.id), '[]')`.as('mentions'),
      sql<PostView['tags']>`coalesce((
        select json_agg(json_build_object('id', t.id::text, 'name', t.name, 'display', t.display) order by t.id)
        from post_tags pt join tags t on t.id = pt.tag_id where pt.post_id = posts.id), '[]')`.as('tags'),
      sql<PostView['app']>`(select json_build_object('name', o.name, 'website', o.website)
        from oauth_apps o where o.id = posts.app_id)`.as('app'),
      sql<PollRow | null>`(select json_build_object('options', poll.options, 'counts', poll.counts, 'multiple', poll.multiple,
          'hideTotals', poll.hide_totals, 'expiresAt', poll.expires_at, 'votersCount', poll.voters_count)
        from polls poll where poll.post_id = posts.id)`.as('poll'),
      cardColumn(sql.ref('posts.link_preview_id')).as('card'),
      sql<QuoteView | null>`(select json_build_object('id', q.quoted_id::text, 'accountId', quoted.account_id::text,
          'uri', coalesce(quoted.uri, q.quoted_uri), 'state', q.state, 'authorizationUri', q.authorization_uri, 'local', quoted.local)
        from quotes q left join posts quoted on quoted.id = q.quoted_id
        where q.post_id = posts.id and (q.state = 'accepted' or not q.unasked))`.as('quote'),
    ]);
}

function postView(row: PostRow): PostView {
  return {
    id: row.id,
    accountId: row.account_id,
    uri: row.uri,
    url: row.url,
    local: row.local,
    visibility: row.visibility,
    source: row.source,
    html: row.html,
    summary: row.summary,
    sensitive: row.sensitive,
    language: row.language,
    emojis: row.emojis,
    inReplyToId: row.in_reply_to_id,
    inReplyToAccountId: row.in_reply_to_account_id,
    inReplyToUri: row.in_reply_to_uri,
    conversationId: row.conversation_id,
    ownRootUri: row.ownRootUri,
    group: row.group,
    boostOfId: row.boost_of_id,
    appId: row.app_id,
    quotePolicy: row.quote_policy,
    quoteAsking: row.quote_asking,
    replyPolicy: row.reply_policy,
    interactionRules: row.interaction_rules,
    awaitsId: row.awaits_id,
    approvedBy: row.approved_by,
    approvedFormerly: row.approved_formerly,
    quotesCount: row.quotes_count,
    quote: row.quote,
    media: row.media,
    reactions: row.reactions,
    likesCount: Math.max(row.likes_count, row.origin_likes ?? 0),
    boostsCount: Math.max(row.boosts_count, row.origin_boosts ?? 0),
    repliesCount: Math.max(row.replies_count, row.origin_replies ?? 0),
    isCountedByOrigin: (row.origin_likes ?? row.origin_boosts ?? row.origin_replies) !== null,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    poll: row.poll && { ...row.poll, expiresAt: row.poll.expiresAt === null ? null : new Date(row.poll.expiresAt) },
    mentions: row.mentions,
    tags: row.tags,
    app: row.app,
    card: row.card,
  };
}
