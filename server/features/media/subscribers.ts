// What media do when things happen: files go after the rows that named them.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';

/** Deletes the files of rows that are gone. */
export async function dropFiles(ctx: AppContext, { keys }: Events['media.removed']): Promise<void> {
  for (const key of keys) await ctx.files.delete(key);
}
