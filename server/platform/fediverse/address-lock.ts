// One lock for each address of another server: what is made, changed and taken back under it happens in an order, whichever comes first.
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#server/schema.ts';

/** Waits for whoever works on what has this address, and holds the others off until the transaction ends. */
export async function lockAddress(transaction: Kysely<Tables>, uri: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`post:${uri}`}, 0))`.execute(transaction);
}

/** The same for many; in one order, so that two never wait for each other in a circle. */
export async function lockAddresses(transaction: Kysely<Tables>, uris: readonly string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended('post:' || uri, 0) as key from unnest(${uris}::text[]) as u (uri) order by key
    ) k`.execute(transaction);
}
