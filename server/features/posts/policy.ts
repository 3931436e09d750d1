// Who may see, answer, boost, edit and delete a post. `maySee` and `visibleTo` say the same, once as code and once as
// SQL; policy.test.ts compares them on random graphs. Every door asks here: API, streaming, notifications, federation.
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { noDomainBlock } from '#server/features/graph/policy.ts';
import type { Visibility } from '#server/features/instance/entities.ts';
import type { ReplyPolicy } from './entities.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** What a post itself says about its readers. */
export interface JudgedPost {
  accountId: string;
  visibility: Visibility;
  /**
   * Whose leave it waits for, as an answer or a boost: until then only the two of them see it. Null: it waits for nobody. Its own author:
   * see `isRefused`.
   */
  awaitsId: string | null;
}

/** What stands between one viewer and one post. All are false for a viewer who is nobody. */
export interface PostFacts {
  /** The author is suspended, deleted or not open yet. */
  authorGone: boolean;
  /** Either of the two blocks the other, or the other's server. */
  blocked: boolean;
  /** The author accepted the viewer as a follower, by our own database. */
  follows: boolean;
  /** The post speaks to the viewer, or did before an edit. */
  mentioned: boolean;
}

/** The boosted post with its own facts: a boost is seen only by those who may see what it boosts. */
export interface JudgedBoost {
  post: JudgedPost;
  facts: PostFacts;
}

/** True when that viewer (null: anybody at all) may see the post. */
export function maySee(
  viewerId: string | null,
  post: JudgedPost,
  facts: PostFacts,
  boosted: JudgedBoost | null = null,
): boolean {
  if (facts.authorGone || facts.blocked) return false;
  if (post.awaitsId !== null && viewerId !== post.accountId && viewerId !== post.awaitsId) return false;
  if (boosted !== null && !maySee(viewerId, boosted.post, boosted.facts)) return false;
  if (post.visibility === 'public' || post.visibility === 'unlisted') return true;
  if (viewerId === null) return false;
  if (viewerId === post.accountId || facts.mentioned) return true;
  return post.visibility === 'followers' && facts.follows;
}

/**
 * SQL twin of `maySee`: a condition on the table or alias `post` of posts. `viewer` is an expression of type bigint, null for
 * nobody: a bound value, a parameter of a prepared statement, or a column such as the owner of a notification. Where all posts are
 * of one `author` who is known beforehand, what stands between the two is asked once and not for each post.
 */
export function visibleTo(
  viewer: RawBuilder<unknown>,
  post = 'posts',
  author: RawBuilder<unknown> = sql.ref(`${post}.account_id`),
  unblocked: Between = notBlocked,
): RawBuilder<boolean> {
  const boostOf = sql.ref(`${post}.boost_of_id`);
  const boostedBy = sql.ref('boosted.account_id');
  return sql<boolean>`(${onePostVisibleTo(viewer, post, author, unblocked)} and (${boostOf} is null or exists (
    select from posts boosted where boosted.id = ${boostOf} and ${onePostVisibleTo(viewer, 'boosted', boostedBy, unblocked)})))`;
}

/**
 * The same on pages of hundreds of posts. The reader must be a value of the statement: whom they block, and who blocks them, is
 * read once for the page and not asked for each post.
 */
export function visibleToReader(reader: RawBuilder<unknown>, post = 'posts'): RawBuilder<boolean> {
  return visibleTo(reader, post, undefined, notAmongBlocked);
}

/** `visibleTo` for a viewer whose id is known. */
export function visiblePosts(viewerId: string | null, post = 'posts'): RawBuilder<boolean> {
  return visibleTo(sql`${viewerId}::bigint`, post);
}

/**
 * `offset 0` keeps PostgreSQL from reading all mentions and follows of the viewer into a hash, which it would do for a page of
 * posts: those who have very many would wait for it on every page.
 */
function onePostVisibleTo(
  viewer: RawBuilder<unknown>,
  post: string,
  author: RawBuilder<unknown> = sql.ref(`${post}.account_id`),
  unblocked: Between = notBlocked,
): RawBuilder<boolean> {
  const visibility = sql.ref(`${post}.visibility`);
  const id = sql.ref(`${post}.id`);
  const awaits = sql.ref(`${post}.awaits_id`);
  return sql<boolean>`((${awaits} is null or ${viewer} in (${author}, ${awaits}))
    and exists (select from accounts author where author.id = ${author} and ${activeAccounts('author')})
    and ${unblocked(viewer, author)}
    and (${visibility} in ('public', 'unlisted') or ${author} = ${viewer}
      or exists (select from mentions m where m.post_id = ${id} and m.account_id = ${viewer} offset 0)
      or (${visibility} = 'followers' and exists (
        select from follows f where f.follower_id = ${viewer} and f.followee_id = ${author} and f.state = 'accepted' offset 0))))`;
}

/** A condition on two accounts, expressions of type bigint. */
type Between = (one: RawBuilder<unknown>, other: RawBuilder<unknown>) => RawBuilder<boolean>;

/** No block between the two, in either direction, of account or server. Both are expressions of type bigint. */
export function notBlocked(one: RawBuilder<unknown>, other: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(not exists (select from blocks b where b.blocker_id = ${one} and b.blocked_id = ${other})
    and not exists (select from blocks b where b.blocker_id = ${other} and b.blocked_id = ${one})
    and ${noDomainBlock(one, other)} and ${noDomainBlock(other, one)})`;
}

/** `notBlocked` for one reader and many others. Hardly anybody blocks a server, and only remote accounts live on one. */
function notAmongBlocked(reader: RawBuilder<unknown>, other: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${other} not in (
      select blocked_id from blocks where blocker_id = ${reader} union all select blocker_id from blocks where blocked_id = ${reader})
    and (not exists (select from domain_blocks d where d.account_id = ${reader}) or ${noDomainBlock(reader, other)})
    and ((select home.domain from accounts home where home.id = ${reader}) is null or ${noDomainBlock(other, reader)}))`;
}

/** The viewer does not mute `other` at the moment `now`. All are expressions: two of type bigint, one timestamptz. */
export function notMuted(
  viewer: RawBuilder<unknown>,
  other: RawBuilder<unknown>,
  now: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from mutes m where m.muter_id = ${viewer} and m.muted_id = ${other}
    and (m.expires_at is null or m.expires_at > ${now}))`;
}

/**
 * True when that account may answer the post: it sees it, and the author takes its answers. Authors always may. What waits for
 * somebody's leave is answered by nobody: the answers would wait with it.
 */
export function mayReply(
  accountId: string,
  post: JudgedPost & { replyPolicy: ReplyPolicy },
  facts: PostFacts,
): boolean {
  if (post.awaitsId !== null || !maySee(accountId, post, facts)) return false;
  if (accountId === post.accountId || post.replyPolicy === 'everyone' || facts.mentioned)
    return post.replyPolicy !== 'nobody' || accountId === post.accountId;
  return post.replyPolicy === 'followers' && facts.follows;
}

/** SQL twin of `mayReply`, as `visibleTo`. */
export function repliableBy(account: RawBuilder<unknown>, post = 'posts'): RawBuilder<boolean> {
  const author = sql.ref(`${post}.account_id`);
  const replyPolicy = sql.ref(`${post}.reply_policy`);
  return sql<boolean>`(${sql.ref(`${post}.awaits_id`)} is null and ${onePostVisibleTo(account, post)} and (${author} = ${account} or ${replyPolicy} = 'everyone'
    or (${replyPolicy} in ('followers', 'mentioned')
      and exists (select from mentions m where m.post_id = ${sql.ref(`${post}.id`)} and m.account_id = ${account}))
    or (${replyPolicy} = 'followers' and exists (
      select from follows f where f.follower_id = ${account} and f.followee_id = ${author} and f.state = 'accepted'))))`;
}

/**
 * The visibility that a boost gets, or null when the post may not be boosted: anybody's public and unlisted posts, and
 * one's own followers-only posts for the same followers. Direct posts and those that wait for somebody's leave never. Whether it
 * may be seen is asked before.
 */
export function boostVisibility(boosterId: string, post: JudgedPost, wanted: Visibility): Visibility | null {
  if (wanted === 'direct' || post.visibility === 'direct' || post.awaitsId !== null) return null;
  if (post.visibility === 'followers') return post.accountId === boosterId ? 'followers' : null;
  return wanted;
}

/** True for an answer that the author of the other post does not want: it waits for nobody any more, and stays with whoever wrote it. */
export function isRefused(post: Pick<JudgedPost, 'accountId' | 'awaitsId'>): boolean {
  return post.awaitsId === post.accountId;
}

/** Only its author edits a post, and a boost has nothing to edit. */
export function mayEdit(accountId: string, post: { accountId: string; boostOfId: string | null }): boolean {
  return post.accountId === accountId && post.boostOfId === null;
}

/** Only its author deletes a post; what moderators remove is their feature's own verb. */
export function mayDelete(accountId: string, post: { accountId: string }): boolean {
  return post.accountId === accountId;
}

/** One's own posts can be pinned to one's profile: no boosts, nothing that was said to a few, and nothing that waits for somebody's leave. */
export function mayPin(accountId: string, post: JudgedPost & { boostOfId: string | null }): boolean {
  const isShown = post.boostOfId === null && post.awaitsId === null;
  return post.accountId === accountId && isShown && post.visibility !== 'direct';
}

/** The viewer did not mute the conversation. Both are expressions of type bigint. */
export function conversationHeard(viewer: RawBuilder<unknown>, conversation: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from muted_conversations c
    where c.account_id = ${viewer} and c.conversation_id = ${conversation})`;
}

/** Replies and posts that everybody may see are counted in public; the others would tell that they exist. */
export function isCounted(visibility: Visibility): boolean {
  return visibility === 'public' || visibility === 'unlisted';
}
