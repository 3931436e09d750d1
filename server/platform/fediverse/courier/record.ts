// Writing down what became of deliveries, many at a time, and what that says about hosts.
import type { Database } from '#server/platform/database.ts';
import { closedAfterFailures, dormantProbeAfterMs, probeAfterMs } from '../hosts.ts';
import { dormantAfterFailures, dormantAfterMs } from '../outgoing.ts';
import type { Outcome } from './outcome.ts';

/** A delivery that came to an end, or to a pause. */
export interface Result {
  id: string;
  host: string;
  isProven: boolean;
  outcome: Outcome;
  /** The other signature than we thought was taken. */
  learnt: 'cavage' | 'rfc9421' | null;
  /** False when the try does not count. */
  isTry: boolean;
}

const resultsText = `
update deliveries d set state = r.state, attempts = d.attempts + r.tries, due_at = coalesce(r.due_at, d.due_at), leased_until = null,
  last_status = coalesce(r.status, d.last_status), last_error = r.error, finished_at = case when r.state <> 'waiting' then $7::timestamptz end
from unnest($1::bigint[], $2::text[], $3::int[], $4::timestamptz[], $5::int[], $6::text[]) as r (id, state, tries, due_at, status, error)
where d.id = r.id and d.state = 'waiting'`;

const failedHostsText = `
with failed as (
  insert into remote_hosts as h (host, failures, failures_since)
  select host, 1, $2::timestamptz from unnest($1::text[]) as host order by host
  on conflict (host) do update set failures = h.failures + 1, failures_since = coalesce(h.failures_since, $2::timestamptz),
    closed_until = case when h.failures + 1 >= $7 then $2::timestamptz + interval '1 millisecond' *
      case when h.failures + 1 >= $3 and h.failures_since < $4::timestamptz then $5::float8 else $6::float8 end end
  returning host, closed_until
)
update deliveries d set due_at = f.closed_until from failed f where d.host = f.host and d.state = 'waiting' and d.due_at < f.closed_until`;

// A host that answers for the first time, or again. What waits for a host that was closed goes at once; a delivery that
// failed while its host answered others keeps its own schedule.
const recoveredHostsText = `
with closed as (
  select host from remote_hosts where host = any($1::text[]) and closed_until is not null
), recovered as (
  insert into remote_hosts (host, last_seen_at) select host, $2::timestamptz from unnest($1::text[]) as host order by host
  on conflict (host) do update set failures = 0, failures_since = null, closed_until = null, last_seen_at = excluded.last_seen_at
)
update deliveries d set due_at = $2 from closed c where d.host = c.host and d.state = 'waiting' and d.due_at > $2`;

const learntText = `
insert into remote_hosts as h (host, signature_scheme) select * from unnest($1::text[], $2::text[])
on conflict (host) do update set signature_scheme = excluded.signature_scheme`;

/** Writes results and what they tell of hosts. */
export async function record(database: Database, results: readonly Result[], now: Date): Promise<void> {
  // What a host takes is known before anybody sees that the delivery has ended.
  const learnt = new Map(
    results.flatMap(({ host, learnt: scheme }) => (scheme === null ? [] : [[host, scheme] as const])),
  );
  if (learnt.size > 0)
    await database.prepared('courier_learnt', learntText, [[...learnt.keys()], [...learnt.values()]]);
  await database.prepared('courier_results', resultsText, [
    results.map(({ id }) => id),
    results.map(({ outcome }) => outcome.state),
    results.map(({ isTry }) => (isTry ? 1 : 0)),
    results.map(({ outcome }) => outcome.dueAt),
    results.map(({ outcome }) => outcome.status),
    results.map(({ outcome }) => outcome.error),
    now,
  ]);
  await recordHosts(database, results, now);
}

async function recordHosts(database: Database, results: readonly Result[], now: Date): Promise<void> {
  const hosts = (chosen: (result: Result) => boolean): string[] => [
    ...new Set(results.filter(chosen).map(({ host }) => host)),
  ];
  const failed = hosts(({ outcome }) => outcome.isHostFault);
  if (failed.length > 0) {
    const dormantBefore = new Date(now.getTime() - dormantAfterMs);
    await database.prepared('courier_failed_hosts', failedHostsText, [
      failed,
      now,
      dormantAfterFailures,
      dormantBefore,
      dormantProbeAfterMs,
      probeAfterMs,
      closedAfterFailures,
    ]);
  }
  const recovered = hosts(({ outcome, isProven }) => !isProven && outcome.state === 'delivered');
  if (recovered.length > 0) await database.prepared('courier_recovered_hosts', recoveredHostsText, [recovered, now]);
  for (const { host, outcome } of results) {
    if (outcome.pauseUntil === null) continue;
    await database.prepared(
      'courier_pause',
      `update deliveries set due_at = $2 where host = $1 and state = 'waiting' and due_at < $2`,
      [host, outcome.pauseUntil],
    );
  }
}
