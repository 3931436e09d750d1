// What everybody may read of a conversation, as addresses: for other servers that look for the rest of it, and for our own search.
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
    where ${which} and p.id > ${after} and p.visibility in ('public', 'unlisted') and p.awaits_id is null
    order by p.id limit ${limit}`.execute(ctx.database.read);
  return rows;
}

/** Addresses of the oldest posts of other servers in a conversation that everybody may read. */
export async function foreignPosts(ctx: AppContext, conversationId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ uri: string }>`
    select uri from posts where conversation_id = ${conversationId} and not local and visibility in ('public', 'unlisted')
      and boost_of_id is null order by id limit ${limit}`.execute(ctx.database.read);
  return rows.map(({ uri }) => uri);
}

/** Whether we have so many posts of an account. */
export async function hasPosts(ctx: AppContext, accountId: string, count: number): Promise<boolean> {
  const { rows } = await sql`select from posts where account_id = ${accountId} offset ${count - 1} limit 1`.execute(
    ctx.database.read,
  );
  return rows.length > 0;
}
