// What everybody may read, for pages and feeds.
import type { AppContext } from '#server/context.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { findAccount, findAccountByHandle, loadAccounts, type AccountView } from '#server/features/accounts/queries.ts';
import { findVisiblePost, loadPosts, type PostView } from '#server/features/posts/queries.ts';
import { accountPosts } from '#server/features/posts/queries/lists.ts';
import { tagPage } from '#server/features/timelines/queries.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import { isUsername } from '#server/platform/text.ts';

const feedLength = 20;

/** The person of that name here, when anybody may see them. */
export async function findOpenPerson(ctx: AppContext, username: string): Promise<AccountView | null> {
  const account = isUsername(username) ? await findAccountByHandle(ctx, username) : null;
  return account !== null && account.domain === null && account.kind !== 'application' && isActive(account)
    ? account
    : null;
}

/** A post of ours that everybody may read, with its author. */
export async function findOpenPost(
  ctx: AppContext,
  id: string,
): Promise<{ post: PostView; author: AccountView } | null> {
  const post = await findVisiblePost(ctx, null, id);
  if (post === null || !post.local || post.boostOfId !== null) return null;
  const author = await findAccount(ctx, post.accountId);
  return author === null || !isActive(author) ? null : { post, author };
}

/** The last posts of a person that are no answers and no boosts. */
export async function lastPosts(ctx: AppContext, accountId: string): Promise<PostView[]> {
  const filter = { accountId, excludeReplies: true, excludeBoosts: true };
  const rows = await accountPosts(ctx, filter, null, firstStretch(feedLength));
  return loadPosts(
    ctx,
    rows.map(({ id }) => id),
  );
}

/** The last public posts of this server with a hashtag, by its key, each with its author. */
export async function lastTagged(
  ctx: AppContext,
  tag: string,
): Promise<Array<{ post: PostView; author: AccountView }>> {
  const filter = { origin: 'local' as const, any: [tag], all: [], none: [] };
  const rows = await tagPage(ctx, filter, null, firstStretch(feedLength));
  const posts = await loadPosts(
    ctx,
    rows.map(({ id }) => id),
  );
  const authors = await loadAccounts(
    ctx,
    posts.map(({ accountId }) => accountId),
  );
  return posts.flatMap((post) => {
    const author = authors.find(({ id }) => id === post.accountId);
    return author === undefined || !isActive(author) ? [] : [{ post, author }];
  });
}
