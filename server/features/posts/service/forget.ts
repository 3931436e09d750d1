// Rendered fragments of posts and accounts, and forgetting them. Verbs forget at once what they changed, so that the next
// answer is right; subscribers.ts forgets it again by event, which also reaches what a crash left behind.
import type { AppContext } from '#server/context.ts';
import type { ForgottenPost } from '#server/events.ts';
import type { PostView } from '../queries.ts';

/** Where the viewer-independent text of a post is kept. */
export const postFragment = (id: string): string => `post:${id}`;
/** Where the words of a post are kept for filters. */
export const wordsFragment = (id: string): string => `words:${id}`;
/** Where the text of an account is kept. */
export const accountFragment = (id: string): string => `account:${id}`;

/** Where the ActivityPub documents of a post and of an account are kept. */
export const noteFragment = (id: string): string => `note:${id}`;
export const actorFragment = (id: string): string => `actor:${id}`;

/** What others need to know to forget a post; of a boost, but for the address of what it boosts. */
export function forgottenPost(post: PostView): ForgottenPost {
  return {
    postId: post.id,
    uri: post.uri,
    accountId: post.accountId,
    local: post.local,
    visibility: post.visibility,
    inReplyToId: post.inReplyToId,
    inReplyToAccountId: post.inReplyToAccountId,
    boostOfId: post.boostOfId,
    boostOfUri: null,
    mentionedIds: post.mentions.map(({ accountId }) => accountId),
    groupId: post.group?.id ?? null,
    awaitsId: post.awaitsId,
    tags: post.tags.map(({ name }) => name),
  };
}

/** Drops the rendered texts of these posts and accounts here and in every other process; null ids are passed over. */
export async function forget(
  ctx: AppContext,
  changed: { posts?: ReadonlyArray<string | null>; accounts?: ReadonlyArray<string | null> },
): Promise<void> {
  const posts = (changed.posts ?? [])
    .filter((id) => id !== null)
    .flatMap((id) => [postFragment(id), wordsFragment(id), noteFragment(id)]);
  const accounts = (changed.accounts ?? [])
    .filter((id) => id !== null)
    .flatMap((id) => [accountFragment(id), actorFragment(id)]);
  await ctx.fragments.drop([...posts, ...accounts]);
}
