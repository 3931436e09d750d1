// Wanting no more news of a conversation, and wanting it again. Nobody else is told.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { findVisibleSubject, type PostView } from '../queries.ts';
import { holdPost } from './record.ts';

/** Whose news of which post's conversation. */
interface ConversationMute {
  accountId: string;
  postId: string;
}

/** Mutes the conversation that a post belongs to. @throws {NotFound} when the account may not see the post */
export async function muteConversation(ctx: AppContext, mute: ConversationMute): Promise<void> {
  const { id } = await findSeen(ctx, mute);
  await ctx.database.write(async (tx) => {
    const { conversationId } = await holdPost(tx, id);
    await sql`insert into muted_conversations (account_id, conversation_id, created_at)
      values (${mute.accountId}, ${conversationId}, ${ctx.clock()}) on conflict do nothing`.execute(tx.sql);
  });
}

/** Hears of the conversation again. @throws {NotFound} when the account may not see the post */
export async function unmuteConversation(ctx: AppContext, mute: ConversationMute): Promise<void> {
  const { id } = await findSeen(ctx, mute);
  await ctx.database.write(async (tx) => {
    const { conversationId } = await holdPost(tx, id);
    await sql`delete from muted_conversations
      where account_id = ${mute.accountId} and conversation_id = ${conversationId}`.execute(tx.sql);
  });
}

async function findSeen(ctx: AppContext, mute: ConversationMute): Promise<PostView> {
  const post = await findVisibleSubject(ctx, mute.accountId, mute.postId);
  if (post === null) throw new NotFound('Record not found');
  return post;
}
