// One conversation becomes part of another when the post between them comes. Whoever writes into one of them at that moment must
// not be left behind.
import { sql, type Transaction } from '#server/platform/database.ts';

/**
 * Makes all of the conversations `from` part of `into`; who muted one of them has muted the whole. Whoever answers a post holds it
 * (`for key share`) until their answer is written: they are waited for, and what they wrote is found by the next look.
 */
export async function mergeConversations(
  tx: Transaction,
  merge: { from: readonly string[]; into: string; at: Date },
): Promise<void> {
  const { into, at } = merge;
  const from = [...new Set(merge.from)].filter((id) => id !== into);
  if (from.length === 0) return;
  let hasDirect = false;
  for (let isFound = true; isFound;) {
    const { rows } = await sql<{ direct: boolean }>`
      with held as materialized (
        select id from posts where conversation_id = any(${from}::bigint[]) order by id for update
      ), moved as (
        update posts p set conversation_id = ${into} from held where p.id = held.id returning p.visibility = 'direct' as direct
      )
      select bool_or(direct) as direct from moved having count(*) > 0`.execute(tx.sql);
    isFound = rows.length > 0;
    hasDirect ||= rows[0]?.direct === true;
  }
  // After that: who mutes a conversation holds the post by which they do.
  await sql`insert into muted_conversations (account_id, conversation_id, created_at)
    select distinct account_id, ${into}::bigint, ${at}::timestamptz
    from muted_conversations where conversation_id = any(${from}::bigint[]) on conflict do nothing`.execute(tx.sql);
  if (hasDirect) await tx.emit('conversation.merged', { from, into });
}
