// What everybody may read of a conversation, as addresses: for other servers that look for the rest of it.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** A post that stands in a collection. */
export interface Listed {
  id: string;
  uri: string;
}

/** Public and unlisted posts that answer a post, oldest first, behind `after`. One statement. */
export function openAnswers(ctx: AppContext, postId: string, after: string, limit: number): Promise<Listed[]> {
  return listed(ctx, sql<boolean>`p.in_reply_to_id = ${postId}`, after, limit);
}

/** Public and unlisted posts of a conversation, oldest first, behind `after`. One statement. */
export function openConversation(
  ctx: AppContext,
  conversationId: string,
  after: string,
  limit: number,
): Promise<Listed[]> {
  return listed(ctx, sql<boolean>`p.conversation_id = ${conversationId} and p.boost_of_id is null`, after, limit);
}

async function listed(ctx: AppContext, which: RawBuilder<boolean>, after: string, limit: number): Promise<Listed[]> {
  const { rows } = await sql<Listed>`
    select p.id, p.uri from posts p join accounts a on a.id = p.account_id and ${activeAccounts('a')}
    where ${which} and p.id > ${after} and p.visibility in ('public', 'unlisted')
    order by p.id limit ${limit}`.execute(ctx.database.read);
  return rows;
}
