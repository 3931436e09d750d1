// The polls of other servers: their counts are their origin's, whatever we counted ourselves.
import { sql, type Transaction } from '#server/platform/database.ts';
import type { PollView } from '../policy/poll.ts';
import { asksOther, writePoll } from './poll.ts';

/** Takes over counts and end of a poll that asks what ours asks; false when it asks something else, or nothing has changed. */
export async function recordCounts(tx: Transaction, postId: string, poll: PollView | null): Promise<boolean> {
  if (poll === null || (await isPollChanged(tx, postId, poll))) return false;
  const counts = JSON.stringify(poll.counts);
  const { rows } = await sql`update polls set counts = ${counts}::jsonb, expires_at = ${poll.expiresAt},
      voters_count = ${poll.votersCount}
    where post_id = ${postId}
      and (counts, expires_at, voters_count) is distinct from (${counts}::jsonb, ${poll.expiresAt}::timestamptz, ${poll.votersCount}::int)
    returning post_id`.execute(tx.sql);
  return rows.length > 0;
}

/** True when the post now asks something else, asks for the first time, or no longer. */
export async function isPollChanged(tx: Transaction, postId: string, poll: PollView | null): Promise<boolean> {
  const present = await tx.sql
    .selectFrom('polls')
    .select(['options', 'multiple'])
    .where('post_id', '=', postId)
    .executeTakeFirst();
  if (poll === null || !present) return poll !== null || present !== undefined;
  return asksOther(present, poll);
}

/** Puts another poll, or none, in the place of the one that was there; its votes go with it. */
export async function exchangePoll(tx: Transaction, postId: string, poll: PollView | null): Promise<void> {
  await tx.sql.deleteFrom('polls').where('post_id', '=', postId).execute();
  if (poll !== null) await writePoll(tx, postId, poll);
}
