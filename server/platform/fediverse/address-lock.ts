// One lock for each address of another server: what is made, changed and taken back under it happens in an order, whichever comes first.
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#server/schema.ts';

/** Waits for whoever works on what has this address, and holds the others off until the transaction ends. */
export async function lockAddress(transaction: Kysely<Tables>, uri: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`post:${uri}`}, 0))`.execute(transaction);
}

/**
 * The same for many; in one order, so that two never wait for each other in a circle. `read` are addresses of what is
 * only looked for: many may look at one time, and none while it is made, so that nobody overlooks what is just coming.
 */
export async function lockAddresses(
  transaction: Kysely<Tables>,
  uris: readonly string[],
  read: readonly string[] = [],
): Promise<void> {
  await sql`select case when mine then pg_advisory_xact_lock(key) else pg_advisory_xact_lock_shared(key) end from (
      select hashtextextended('post:' || uri, 0) as key, bool_or(mine) as mine from (
        select unnest(${uris}::text[]) as uri, true as mine
        union all select unnest(${read}::text[]), false
      ) u group by key order by key
    ) k`.execute(transaction);
}
