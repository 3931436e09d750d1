// Where the followers of an account take what is for them.
import { inboxesWhere } from '#server/features/accounts/activitypub/inboxes.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** A statement that selects the `inbox_url` of each remote follower. */
export function inboxesOfFollowers(accountId: string): RawBuilder<unknown> {
  return inboxesWhere(
    sql`a.id in (select follower_id from follows where followee_id = ${accountId} and follower_is_remote and state = 'accepted')`,
  );
}
