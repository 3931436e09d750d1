// Writing down what became of deliveries, many at a time, and what that says about hosts.
import type { Database } from '#server/platform/database.ts';
import {
  closedAfterFailures,
  closedAfterMs,
  dormantProbeAfterMs,
  firstProbeAfterMs,
  parkedAfterMs,
  parkedMs,
  probeAfterMs,
  probeShare,
} from '../hosts.ts';
import { dormantAfterFailures, dormantAfterMs } from '../outgoing.ts';
import type { Outcome } from './outcome.ts';

/** A delivery that came to an end, or to a pause. */
export interface Result {
  id: string;
  host: string;
  isProven: boolean;
  isQuestion: boolean;
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

// What was never tried is parked; what was has a schedule of its own.
const failedHostsText = `
with failed as (
  insert into remote_hosts as h (host, failures, failures_since)
  select host, 1, $2::timestamptz from unnest($1::text[]) as host order by host
  on conflict (host) do update set failures = h.failures + 1, failures_since = coalesce(h.failures_since, $2::timestamptz),
    closed_until = case
      when h.failures + 1 >= $3 and h.failures_since < $4::timestamptz then $2::timestamptz + interval '1 millisecond' * $5::float8
      when h.failures + 1 >= $7 or h.failures_since < $8::timestamptz then $2::timestamptz
        + least(interval '1 millisecond' * $6::float8, greatest(interval '1 millisecond' * $9::float8, ($2::timestamptz - h.failures_since) * $10::float8)) end
  returning host
)
update deliveries d set due_at = $11 from failed f where d.host = f.host and d.state = 'waiting' and d.attempts = 0 and d.due_at <= $2`;

// A host that answers for the first time, or again. What was parked for it goes at once; a delivery that failed while its host
// answered others keeps its own schedule.
const recoveredHostsText = `
with recovered as (
  insert into remote_hosts (host, last_seen_at) select host, $2::timestamptz from unnest($1::text[]) as host order by host
  on conflict (host) do update set failures = 0, failures_since = null, closed_until = null, last_seen_at = excluded.last_seen_at
)
update deliveries d set due_at = $2 where d.host = any($1::text[]) and d.state = 'waiting' and d.due_at > $3`;

// It answers, and wants to be left alone by all until then.
const pauseText = `
with paused as (
  insert into remote_hosts (host, closed_until) values ($1, $2)
  on conflict (host) do update set failures = 0, failures_since = null, closed_until = excluded.closed_until
)
update deliveries set due_at = $3 where host = $1 and state = 'waiting' and attempts = 0 and due_at < $2`;

const learntText = `
insert into remote_hosts as h (host, signature_scheme) select * from unnest($1::text[], $2::text[])
on conflict (host) do update set signature_scheme = excluded.signature_scheme`;

/** Writes results and what they tell of hosts. */
export async function record(database: Database, results: readonly Result[], now: Date): Promise<void> {
  // What a host takes, and whether it is well, is known before anybody sees that the delivery has ended.
  const learnt = new Map(
    results.flatMap(({ host, learnt: scheme }) => (scheme === null ? [] : [[host, scheme] as const])),
  );
  if (learnt.size > 0)
    await database.prepared('courier_learnt', learntText, [[...learnt.keys()], [...learnt.values()]]);
  await recordHosts(database, results, now);
  await database.planned(resultsText, [
    results.map(({ id }) => id),
    results.map(({ outcome }) => outcome.state),
    results.map(({ isTry }) => (isTry ? 1 : 0)),
    results.map(({ outcome }) => outcome.dueAt),
    results.map(({ outcome }) => outcome.status),
    results.map(({ outcome }) => outcome.error),
    now,
  ]);
}

async function recordHosts(database: Database, results: readonly Result[], now: Date): Promise<void> {
  const hosts = (chosen: (result: Result) => boolean): string[] => [
    ...new Set(results.filter(chosen).map(({ host }) => host)),
  ];
  const later = (ms: number): Date => new Date(now.getTime() + ms);
  const failed = hosts(({ outcome }) => outcome.isHostFault);
  if (failed.length > 0)
    await database.planned(failedHostsText, [
      failed,
      now,
      dormantAfterFailures,
      later(-dormantAfterMs),
      dormantProbeAfterMs,
      probeAfterMs,
      closedAfterFailures,
      later(-closedAfterMs),
      firstProbeAfterMs,
      probeShare,
      later(parkedMs),
    ]);
  const recovered = hosts(isRecovery);
  if (recovered.length > 0) await database.planned(recoveredHostsText, [recovered, now, later(parkedAfterMs)]);
  for (const { host, outcome } of results) {
    if (outcome.pauseUntil === null) continue;
    await database.planned(pauseText, [host, outcome.pauseUntil, later(parkedMs)]);
  }
}

/** Lets go what waits for a host that is well: written while that came back, it could not know. */
export async function unparkOpen(database: Database, now: Date): Promise<void> {
  await database.planned(
    `update deliveries d set due_at = $1 where state = 'waiting' and due_at > $2
     and not exists (select from remote_hosts h where h.host = d.host and (h.failures > 0 or h.closed_until is not null))`,
    [now, new Date(now.getTime() + parkedAfterMs)],
  );
}

/** Whatever a host that was asked answers, it is there. One that we never heard of has to take something first. */
function isRecovery({ isProven, isQuestion, outcome }: Result): boolean {
  if (isProven || outcome.isHostFault || outcome.pauseUntil !== null) return false;
  return outcome.state === 'delivered' || (isQuestion && outcome.status !== null);
}
