// Taking a deleted emoji of ours out of posts.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { sql } from '#server/platform/database.ts';
import { forget } from './forget.ts';

const batch = 500;

/** Posts of ours, and their former versions, that show a deleted emoji show its shortcode from now on. Safe to run twice. */
export async function dropEmojiFromPosts(ctx: AppContext, { emojiId }: Events['emoji.removed']): Promise<void> {
  const shown = JSON.stringify([{ own: { id: emojiId } }]);
  const others = sql`coalesce((select jsonb_agg(e) from jsonb_array_elements(emojis) e
    where e->'own'->>'id' is distinct from ${emojiId}), '[]')`;
  for (;;) {
    const { rows } = await sql<{ id: string }>`
      with held as (
        select id from posts where local and emojis <> '[]' and emojis @> ${shown}::jsonb order by id limit ${batch} for update
      ), former as (
        update post_versions set emojis = ${others} where post_id in (select id from held)
      )
      update posts set emojis = ${others} where id in (select id from held) returning id`.execute(ctx.database.read);
    await forget(ctx, { posts: rows.map(({ id }) => id) });
    if (rows.length < batch) return;
  }
}
