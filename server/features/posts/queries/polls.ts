// Reading what somebody chose in a poll.
import type { Kysely } from 'kysely';
import { sql } from '#server/platform/database.ts';
import type { Tables } from '#server/schema.ts';

/** The places of the options that an account chose; null when it did not vote. */
export async function ownVotes(read: Kysely<Tables>, accountId: string, postId: string): Promise<number[] | null> {
  const { rows } = await sql<{ choice: number }>`
    select choice from poll_votes where account_id = ${accountId} and post_id = ${postId} order by choice`.execute(
    read,
  );
  return rows.length === 0 ? null : rows.map(({ choice }) => choice);
}
