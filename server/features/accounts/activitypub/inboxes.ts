// Where other servers take what is for their accounts: the server's shared inbox, or else the account's own.
import { sql, type RawBuilder } from '#server/platform/database.ts';

/** A statement that selects the `inbox_url` of each remote account among `ids`. */
export function inboxesOfAccounts(ids: readonly string[]): RawBuilder<unknown> {
  return inboxesWhere(sql`a.id = any(${[...new Set(ids)]}::bigint[])`);
}

/** A statement that selects the `inbox_url` of each remote account `a` that fits a condition. */
export function inboxesWhere(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select coalesce(a.shared_inbox_url, a.inbox_url) as inbox_url from accounts a
    where a.domain is not null and a.deleted_at is null and a.suspended_at is null and ${condition}`;
}
