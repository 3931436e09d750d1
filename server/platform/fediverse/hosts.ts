// What we remember of other servers: whether they answer, and which signature they take.
import { LRUCache } from 'lru-cache';
import { sql, type Kysely } from 'kysely';
import type { Tables } from '#server/schema.ts';

/** After so many failures in a row a host is left alone for half an hour, then asked once. */
export const closedAfterFailures = 5;
export const probeAfterMs = 30 * 60 * 1000;
export const dormantProbeAfterMs = 24 * 60 * 60 * 1000;

const hourMs = 60 * 60 * 1000;

const seen = new WeakMap<object, LRUCache<string, true>>();

/**
 * A server has just proven that it is there: what is owed to it need not wait for the next probe. Asks the database at
 * most once a minute for each host, and writes at most once an hour unless the host was closed.
 */
export async function noteAlive(database: Kysely<Tables>, host: string, now: Date): Promise<void> {
  const recent = seen.get(database) ?? new LRUCache<string, true>({ max: 10_000, ttl: 60_000 });
  seen.set(database, recent);
  if (recent.has(host)) return;
  recent.set(host, true);
  await sql`
    with closed as (
      select host from remote_hosts where host = ${host} and closed_until is not null
    ), alive as (
      insert into remote_hosts as h (host, last_seen_at) values (${host}, ${now})
      on conflict (host) do update set failures = 0, failures_since = null, closed_until = null, last_seen_at = excluded.last_seen_at
      where h.closed_until is not null or h.last_seen_at is null or h.last_seen_at < ${new Date(now.getTime() - hourMs)}
    )
    update deliveries set due_at = ${now} where host in (select host from closed) and state = 'waiting'`.execute(
    database,
  );
}
