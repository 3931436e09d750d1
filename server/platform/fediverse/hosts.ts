// What we remember of other servers: whether they answer, and which signature they take.
import { LRUCache } from 'lru-cache';
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#server/schema.ts';

/**
 * After so many failures in a row, or when it has failed for so long, a host is left alone for a while, then asked once: the
 * longer it has been away the longer, from a minute to half an hour.
 */
export const closedAfterFailures = 5;
export const closedAfterMs = 40 * 1000;
export const firstProbeAfterMs = 60 * 1000;
export const probeAfterMs = 30 * 60 * 1000;
/** The pause is so much of the time that it has been away: who comes back after ten minutes is heard of within one and a half. */
export const probeShare = 1 / 8;
export const dormantProbeAfterMs = 24 * 60 * 60 * 1000;

/** What waits for a host that is asked one by one is due at no time of its own: it goes when the host answers. */
export const parkedMs = 30 * 24 * 60 * 60 * 1000;
/** What is due later than this is parked; no try is put off for as long. */
export const parkedAfterMs = 7 * 24 * 60 * 60 * 1000;

const hourMs = 60 * 60 * 1000;

const seen = new WeakMap<object, LRUCache<string, true>>();

/**
 * A server has just proven that it is there: what is owed to it need not wait for the next probe. Asks the database at
 * most once a minute for each host, and writes at most once an hour unless the host was failing. A pause that it asked for
 * stays.
 */
export async function noteAlive(database: Kysely<Tables>, host: string, now: Date): Promise<void> {
  const recent = seen.get(database) ?? new LRUCache<string, true>({ max: 10_000, ttl: 60_000 });
  seen.set(database, recent);
  if (recent.has(host)) return;
  recent.set(host, true);
  await sql`
    with failing as (
      select host from remote_hosts where host = ${host} and failures > 0
    ), alive as (
      insert into remote_hosts as h (host, last_seen_at) values (${host}, ${now})
      on conflict (host) do update set failures = 0, failures_since = null, last_seen_at = excluded.last_seen_at,
        closed_until = case when h.failures = 0 then h.closed_until end
      where h.failures > 0 or h.last_seen_at is null or h.last_seen_at < ${new Date(now.getTime() - hourMs)}
    )
    update deliveries set due_at = ${now} where host in (select host from failing) and state = 'waiting'`.execute(
    database,
  );
}
