// Taking a deleted emoji of ours out of profiles.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { sql } from '#server/platform/database.ts';

const batch = 500;

/** Names, biographies and fields of ours that show a deleted emoji show its shortcode from now on, here and elsewhere. Safe to run twice. */
export async function dropEmojiFromAccounts(ctx: AppContext, { emojiId }: Events['emoji.removed']): Promise<void> {
  const shown = JSON.stringify([{ own: { id: emojiId } }]);
  for (;;) {
    const count = await ctx.database.write(async (tx) => {
      const { rows } = await sql<{ id: string }>`
        update accounts set emojis = coalesce((select jsonb_agg(e) from jsonb_array_elements(emojis) e
          where e->'own'->>'id' is distinct from ${emojiId}), '[]'), updated_at = ${ctx.clock()}
        where id in (select id from accounts where domain is null and emojis <> '[]' and emojis @> ${shown}::jsonb
          order by id limit ${batch} for update)
        returning id`.execute(tx.sql);
      for (const { id } of rows) await tx.emit('account.updated', { accountId: id });
      return rows.length;
    });
    if (count < batch) return;
  }
}
