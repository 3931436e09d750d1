// What happens to home timelines when others act, and who is told at once.
import type { AppContext } from '#server/context.ts';
import type { Events, ForgottenPost } from '#server/events.ts';
import { findAccount } from '#server/features/accounts/queries.ts';
import { findPost, type PostView } from '#server/features/posts/queries.ts';
import { postsLinkingTo } from '#server/features/posts/queries/lists.ts';
import { forget, forgottenPost } from '#server/features/posts/service/forget.ts';
import {
  addToFeeds,
  addToOtherFeeds,
  backfillFeed,
  feedOwners,
  removeAccount,
  removeFeed,
  removeFromFeeds,
  removeServer,
  withdrawFromFeeds,
  type Arriving,
} from './service/feeds.ts';
import { addToFirstFeeds, dueToOthers } from './service/in-turn.ts';
import { removeExclusive } from './service/exclusive.ts';
import { backfillFromTag, removeTagged } from './service/tags.ts';

/** A public post, as the streams that carry it know it. */
interface OpenPost {
  local: boolean;
  hasMedia: boolean;
  tags: string[];
}

/** On the bus as `post`: whose home timelines got it, and what it is to the public ones; null when it is not for them. */
export interface PostNews {
  event: 'update' | 'edit';
  postId: string;
  accountId: string;
  ownerIds: string[];
  open: OpenPost | null;
  /** Lists have been told, with the first of the home timelines. */
  isRest?: boolean;
}

/** On the bus as `deleted`: where the post may have been seen. Its author may keep it (`isKept`). */
export type DeletedNews = Omit<PostNews, 'event'> & { isKept?: boolean };

/** A post that was found later than this is put into timelines, but it does not jump onto open pages. */
const liveMs = 6 * 60 * 60 * 1000;

/** Of posts with one link, so many are rendered anew when more is known of it, and so many told; kept texts of others end by themselves. */
const mostLinking = 1000;
const mostTold = 100;

/** Fans a post out to home timelines and tells open pages of it; where many follow, the others are due a moment later. */
export async function addPost(ctx: AppContext, { postId }: Events['post.created']): Promise<void> {
  const arriving = await findArriving(ctx, postId);
  if (arriving === null) return;
  const { ownerIds, areAll } = await addToFirstFeeds(ctx, arriving);
  if (isLive(ctx, arriving.post)) await tellPages(ctx, 'update', arriving.post, ownerIds);
  if (!areAll) await ctx.database.write((tx) => tx.emit('post.crowded', { postId }, dueToOthers(ctx)));
}

/** Brings a post to the home timelines of all others, and tells those of their pages that were opened meanwhile. */
export async function addToOthers(ctx: AppContext, { postId }: Events['post.crowded']): Promise<void> {
  const arriving = await findArriving(ctx, postId);
  if (arriving === null) return;
  const ownerIds = await addToOtherFeeds(ctx, arriving);
  if (isLive(ctx, arriving.post)) await tellRest(ctx, arriving.post, ownerIds);
}

async function findArriving(ctx: AppContext, postId: string): Promise<Arriving | null> {
  const post = await findPost(ctx, postId);
  if (post === null) return null;
  const boosted = post.boostOfId === null ? null : await findPost(ctx, post.boostOfId);
  return { post, boostedAuthorId: boosted?.accountId ?? null };
}

/** Whether a post is news that may come onto open pages. */
function isLive(ctx: AppContext, { createdAt }: PostView): boolean {
  return ctx.clock().getTime() - createdAt.getTime() <= liveMs;
}

/** While nobody knew whom it answers, an answer was for nobody's home; now it may be. The public timelines had it. */
export async function addLinked(ctx: AppContext, { postId }: Events['post.linked']): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post === null) return;
  const ownerIds = await addToFeeds(ctx, post, null);
  if (ownerIds.length === 0 || !isLive(ctx, post)) return;
  await ctx.bus.publish('post', { ...(await newsOf(ctx, 'update', post, ownerIds)), open: null });
}

/** A post that was allowed is new to all but its author, whose open pages have it already. */
export async function showApproved(ctx: AppContext, event: Events['post.approved']): Promise<void> {
  await addPost(ctx, event);
  await tellAuthor(ctx, event);
}

/** Tells the author's open pages alone that a post says something else. */
async function tellAuthor(ctx: AppContext, post: { postId: string; accountId: string }): Promise<void> {
  const { postId, accountId } = post;
  const news: PostNews = { event: 'edit', postId, accountId, ownerIds: [accountId], open: null };
  await ctx.bus.publish('post', news);
}

/** An answer that was shown and turns out to need somebody's leave leaves home timelines and open pages. */
export async function withdrawAnswer(ctx: AppContext, { postId, wasShown }: Events['reply.unproven']): Promise<void> {
  const post = wasShown === true ? await findPost(ctx, postId) : null;
  if (post !== null && post.awaitsId !== null) await withdraw(ctx, forgottenPost({ ...post, awaitsId: null }));
}

/** An answer of ours that was refused leaves the home timelines and open pages of others; its author's show that it was. */
export async function withdrawRefused(ctx: AppContext, post: Events['reply.refused']): Promise<void> {
  // While it waited nobody else had it.
  if (post.awaitsId == null) await withdraw(ctx, post);
  await tellAuthor(ctx, post);
}

async function withdraw(ctx: AppContext, post: ForgottenPost): Promise<void> {
  await tellGone(ctx, post, await withdrawFromFeeds(ctx, post.postId), { isKept: true });
}

/** Tells open pages that a post says something else, or that the counts of its poll are others. */
export async function refreshPost(ctx: AppContext, { postId }: Pick<Events['post.edited'], 'postId'>): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post !== null) await tellPages(ctx, 'edit', post, await feedOwners(ctx, postId));
}

/** Tells open pages of reactions to a post that may still be on them. */
export async function refreshReacted(
  ctx: AppContext,
  { postId }: Pick<Events['post.reacted'], 'postId'>,
): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post === null || !isLive(ctx, post)) return;
  await tellPages(ctx, 'edit', post, await feedOwners(ctx, postId));
}

/** Posts with a link of which more is known now: the latest are told to open pages, as many as may still be open there. */
export async function refreshLinking(ctx: AppContext, { previewId }: Events['link.previewed']): Promise<void> {
  const posts = await postsLinkingTo(ctx, previewId, mostLinking);
  await forget(ctx, { posts: posts.map(({ id }) => id) });
  const since = ctx.clock().getTime() - liveMs;
  for (const { id } of posts.filter(({ createdAt }) => createdAt.getTime() > since).slice(0, mostTold))
    await refreshPost(ctx, { postId: id });
}

/** Takes a deleted post, and boosts of it, out of home timelines and open pages. */
export async function removePost(ctx: AppContext, post: Events['post.deleted']): Promise<void> {
  await tellGone(ctx, post, await removeFromFeeds(ctx, post.postId), { isKept: false });
}

async function tellGone(
  ctx: AppContext,
  post: ForgottenPost,
  ownerIds: readonly string[],
  { isKept }: { isKept: boolean },
): Promise<void> {
  const news: DeletedNews = {
    postId: post.postId,
    accountId: post.accountId,
    ownerIds: [...new Set([...ownerIds, ...post.mentionedIds])],
    open: isForAll(post) ? { local: post.local, hasMedia: true, tags: post.tags } : null,
    ...(isKept ? { isKept } : {}),
  };
  await ctx.bus.publish('deleted', news);
}

/** Gives a new follower something to read. */
export async function backfill(ctx: AppContext, { followerId, followeeId }: Events['follow.accepted']): Promise<void> {
  await backfillFeed(ctx, { followerId, followeeId });
}

/** Whoever is no longer followed leaves the home timeline; what others boost of them stays. */
export async function removeFollowee(
  ctx: AppContext,
  { followerId, followeeId }: { followerId: string; followeeId: string },
): Promise<void> {
  if (await follows(ctx, followerId, followeeId)) return;
  await removeAccount(ctx, followerId, followeeId, { shown: false });
}

/** Two people of whom one blocks the other see nothing of each other. */
export async function removeBlocked(ctx: AppContext, { blockerId, blockedId }: Events['block.created']): Promise<void> {
  await removeAccount(ctx, blockerId, blockedId, { shown: true });
  await removeAccount(ctx, blockedId, blockerId, { shown: true });
}

/** The home timeline of an account that was deleted goes with it. */
export async function removeOwner(ctx: AppContext, { accountId }: Events['account.removed']): Promise<void> {
  await removeFeed(ctx, accountId);
}

/** Whoever lives on a server that the owner blocks leaves the home timeline, with answers to them and boosts of them. */
export async function removeDomain(ctx: AppContext, event: Events['domain.blocked']): Promise<void> {
  await removeServer(ctx, event.accountId, event.domain);
}

/** Whoever is muted leaves the home timeline, with answers to them and boosts of them. */
export async function removeMuted(ctx: AppContext, { muterId, mutedId }: Events['mute.created']): Promise<void> {
  await removeAccount(ctx, muterId, mutedId, { shown: true });
}

/** A hashtag that somebody begins to follow brings its latest posts home. */
export async function backfillTag(ctx: AppContext, event: Events['tag.followed']): Promise<void> {
  await backfillFromTag(ctx, event);
}

/** What only that hashtag brought leaves home. */
export async function removeTag(ctx: AppContext, { accountId, tagId }: Events['tag.unfollowed']): Promise<void> {
  await removeTagged(ctx, accountId, tagId);
}

/** What exclusive lists show leaves home, and who left them comes back. */
export async function mendHome(ctx: AppContext, { ownerId, freedIds }: Events['list.changed']): Promise<void> {
  await removeExclusive(ctx, ownerId);
  for (const followeeId of freedIds) await backfillFeed(ctx, { followerId: ownerId, followeeId });
}

async function tellPages(ctx: AppContext, event: 'update' | 'edit', post: PostView, ownerIds: string[]): Promise<void> {
  // What waits is its author's alone; lists are told, too.
  if (post.awaitsId !== null && ownerIds.length === 0) return;
  await ctx.bus.publish('post', await newsOf(ctx, event, post, ownerIds));
}

/** Tells the home timelines that a post reached later than the others; all else has been told. */
async function tellRest(ctx: AppContext, { id, accountId }: PostView, ownerIds: string[]): Promise<void> {
  if (ownerIds.length === 0) return;
  const news: PostNews = { event: 'update', postId: id, accountId, ownerIds, open: null, isRest: true };
  await ctx.bus.publish('post', news);
}

async function newsOf(
  ctx: AppContext,
  event: 'update' | 'edit',
  post: PostView,
  ownerIds: string[],
): Promise<PostNews> {
  const isOpen = isForAll(post) && !(await isLimited(ctx, post));
  return {
    event,
    postId: post.id,
    accountId: post.accountId,
    ownerIds,
    open: isOpen
      ? { local: post.local, hasMedia: post.media.length > 0, tags: post.tags.map(({ name }) => name) }
      : null,
  };
}

/** What everybody may see, now: no boost, and nothing that waits for somebody's leave. */
function isForAll(post: { visibility: string; boostOfId: string | null; awaitsId?: string | null }): boolean {
  return post.visibility === 'public' && post.boostOfId === null && post.awaitsId == null;
}

/** Posts of limited servers are for those who look for them. The author knows: a server has more names than its posts show. */
async function isLimited(ctx: AppContext, post: PostView): Promise<boolean> {
  if (post.local || !ctx.domains.hasLimits()) return false;
  const author = await findAccount(ctx, post.accountId);
  return author !== null && author.limitedAt !== null;
}

async function follows(ctx: AppContext, followerId: string, followeeId: string): Promise<boolean> {
  const row = await ctx.database.read
    .selectFrom('follows')
    .select('id')
    .where('follower_id', '=', followerId)
    .where('followee_id', '=', followeeId)
    .where('state', '=', 'accepted')
    .executeTakeFirst();
  return row !== undefined;
}
