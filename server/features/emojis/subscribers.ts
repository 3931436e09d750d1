// What follows when the staff changes our emoji.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { emojisFragment } from './queries.ts';

/** Every process reads the list anew. The verb does so as well, but the command line is on no bus. */
export async function forgetEmojis(ctx: AppContext): Promise<void> {
  await ctx.fragments.drop([emojisFragment]);
}

/** The pictures of a deleted emoji go. */
export async function dropPictures(ctx: AppContext, { keys }: Events['emoji.removed']): Promise<void> {
  for (const key of keys) await ctx.files.delete(key);
}
