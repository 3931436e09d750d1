// Taking away reactions whose account or whose emoji is gone.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { ReactionView } from '../queries.ts';
import { removeReaction } from './react.ts';

const batch = 200;

/** Takes back the reactions of a deleted account, with what they counted. Safe to run twice. */
export async function purgeReactionsOf(ctx: AppContext, { accountId }: Events['account.removed']): Promise<void> {
  await purge(ctx, sql`account_id = ${accountId}`);
}

/** Takes back all reactions with an emoji of ours that was deleted. Safe to run twice. */
export async function purgeReactionsWith(ctx: AppContext, { emojiId }: Events['emoji.removed']): Promise<void> {
  await purge(ctx, sql`emoji->'own' is not null and emoji->'own'->>'id' = ${emojiId}`);
}

async function purge(ctx: AppContext, which: RawBuilder<unknown>): Promise<void> {
  for (;;) {
    const { rows } = await sql<ReactionView>`
      select id, post_id as "postId", account_id as "accountId", name, emoji, uri from reactions
      where ${which} order by id limit ${batch}`.execute(ctx.database.read);
    for (const reaction of rows) await removeReaction(ctx, reaction, true);
    if (rows.length < batch) return;
  }
}
