// What every verb between two accounts needs: one at a time for a pair, and counters that fit the rows.
import { sql, type Transaction } from '#server/platform/database.ts';
import { noDomainBlock, type Between } from '../policy.ts';

/** Waits for any other verb between these two accounts and holds the others off until the transaction ends. */
export async function lockPair(tx: Transaction, one: string, other: string): Promise<void> {
  const pair = [one, other].toSorted().join(':');
  await sql`select pg_advisory_xact_lock(hashtextextended(${`graph:${pair}`}, 0))`.execute(tx.sql);
}

/** What stands between `viewerId` and `otherId` now: blocks of the account, and of its server. */
export async function readBetween(tx: Transaction, viewerId: string, otherId: string): Promise<Between> {
  const { rows } = await sql<Between>`
    select exists (select from blocks where blocker_id = viewer.id and blocked_id = other.id)
        or not ${noDomainBlock(sql.ref('viewer.id'), sql.ref('other.id'))} as blocking,
      exists (select from blocks where blocker_id = other.id and blocked_id = viewer.id)
        or not ${noDomainBlock(sql.ref('other.id'), sql.ref('viewer.id'))} as "blockedBy"
    from (select ${viewerId}::bigint as id) viewer, (select ${otherId}::bigint as id) other`.execute(tx.sql);
  return rows[0] ?? { blocking: false, blockedBy: false };
}

/** Counts a follow that began (`1`) or ended (`-1`) with both accounts, in id order so that two verbs never wait for each other. */
export async function countFollow(
  tx: Transaction,
  follow: { followerId: string; followeeId: string },
  by: 1 | -1,
): Promise<void> {
  const both = [follow.followerId, follow.followeeId].toSorted((left, right) =>
    BigInt(left) < BigInt(right) ? -1 : 1,
  );
  for (const id of both) {
    const column = id === follow.followerId ? 'following_count' : 'followers_count';
    await tx.sql
      .updateTable('accounts')
      .set(column, sql<number>`greatest(0, ${sql.ref(column)} + ${by}::int)`)
      .where('id', '=', id)
      .execute();
  }
}

export interface RemovedFollow {
  uri: string | null;
  followerId: string;
  followeeId: string;
}

/** Takes a follow or request away, with showing them on one's profile, and corrects the counters; null when there was none. The pair must be locked. */
export async function removeFollow(
  tx: Transaction,
  pair: { followerId: string; followeeId: string },
): Promise<RemovedFollow | null> {
  const row = await tx.sql
    .deleteFrom('follows')
    .where('follower_id', '=', pair.followerId)
    .where('followee_id', '=', pair.followeeId)
    .returning(['uri', 'state'])
    .executeTakeFirst();
  if (!row) return null;
  await tx.sql
    .deleteFrom('endorsements')
    .where('account_id', '=', pair.followerId)
    .where('endorsed_id', '=', pair.followeeId)
    .execute();
  if (row.state === 'accepted') await countFollow(tx, pair, -1);
  return { uri: row.uri, ...pair };
}
