// What happens to talks when posts are written, edited and deleted; open pages hear of news by the bus.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { findPost } from '#server/features/posts/queries.ts';
import { addToTalks, moveTalks, replaceLast } from './service/keep.ts';

/** A direct post comes to the head of the talks of its people, once it waits for nobody's leave. */
export async function addPost(ctx: AppContext, { postId }: Events['post.created']): Promise<void> {
  const post = await findPost(ctx, postId);
  if (post?.visibility !== 'direct' || post.awaitsId !== null) return;
  for (const { id, accountId } of await addToTalks(ctx, postId))
    await ctx.bus.publish('talk', { accountId, talkId: id });
}

/** Talks whose conversations turned out to be one are one. */
export async function mergeTalks(ctx: AppContext, merged: Events['conversation.merged']): Promise<void> {
  for (const { id, accountId } of await moveTalks(ctx, merged))
    await ctx.bus.publish('talk', { accountId, talkId: id });
}

/** An edit may speak to more people: theirs is another circle. */
export async function movePost(ctx: AppContext, event: Events['post.edited']): Promise<void> {
  await replaceLast(ctx, event.postId);
  await addPost(ctx, event);
}

/** A deleted post leaves its talks. */
export async function removePost(ctx: AppContext, { postId }: Events['post.deleted']): Promise<void> {
  await replaceLast(ctx, postId);
}
