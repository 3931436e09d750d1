// How other servers are doing, for those who run this one: which answer, which do not and since when, and what waits for them.
import { sql } from 'kysely';
import type { Database } from '#server/platform/database.ts';
import { parkedAfterMs } from './hosts.ts';
import { deliveriesChannel, dormantAfterFailures, dormantAfterMs } from './outgoing.ts';

/**
 * `open`: it takes what we send · `failing`: the last tries failed · `closed`: it is asked now and then, at least
 * once in half an hour · `dormant`: it has failed for a week, is asked once a day and gets nothing new
 */
export const hostStates = ['open', 'failing', 'closed', 'dormant'] as const;
export type HostState = (typeof hostStates)[number];

/** One server, as we see it. */
export interface HostView {
  host: string;
  state: HostState;
  failingSince: Date | null;
  /** Failures in a row. */
  failures: number;
  /** Nothing is sent before. */
  closedUntil: Date | null;
  lastSeenAt: Date | null;
  /** Deliveries owed, and given up within the last week. */
  waiting: number;
  givenUp: number;
  /** When the next of those that wait is tried. */
  nextTryAt: Date | null;
  lastError: string | null;
  lastStatus: number | null;
}

interface Context {
  database: Database;
  clock: () => Date;
}

/** Which hosts: those in one state, or all whose last tries failed; a stretch of the list, after one of them. */
export interface HostWish {
  state?: HostState | null;
  isFailing?: boolean;
  after?: string;
  limit: number;
}

/** Hosts by name. */
export async function listHosts(
  ctx: Context,
  { state = null, isFailing = false, after = '', limit }: HostWish,
): Promise<HostView[]> {
  const now = ctx.clock();
  const dormantBefore = new Date(now.getTime() - dormantAfterMs);
  const parkedAfter = new Date(now.getTime() + parkedAfterMs);
  const { rows } = await sql<HostView>`
    with known as (
      select host from remote_hosts where host > ${after}
      union select host from deliveries where state = 'waiting' and host > ${after}
    ), judged as (
      select known.host, coalesce(h.failures, 0) as failures, h.failures_since, h.closed_until, h.last_seen_at,
        case when h.failures >= ${dormantAfterFailures} and h.failures_since < ${dormantBefore} then 'dormant'
          when h.closed_until > ${now} and h.failures > 0 then 'closed' when h.failures > 0 then 'failing' else 'open' end as state
      from known left join remote_hosts h on h.host = known.host
    ), page as (
      select * from judged where (${state}::text is null or state = ${state}) and (state <> 'open' or not ${isFailing}) order by host limit ${limit}
    )
    select page.host, page.state, page.failures_since as "failingSince", page.failures, page.closed_until as "closedUntil",
      page.last_seen_at as "lastSeenAt", owed.waiting, owed."givenUp", owed."nextTryAt", last.last_error as "lastError", last.last_status as "lastStatus"
    from page cross join lateral (
      select count(*) filter (where d.state = 'waiting')::int as waiting, count(*) filter (where d.state = 'failed')::int as "givenUp",
        case when count(*) filter (where d.state = 'waiting') > 0
          then coalesce(page.closed_until, least(min(d.due_at) filter (where d.state = 'waiting'), min(${now}::timestamptz) filter (where d.due_at > ${parkedAfter}))) end as "nextTryAt"
      from deliveries d where d.host = page.host and d.state in ('waiting', 'failed')
    ) owed left join lateral (
      select d.last_error, d.last_status from deliveries d where d.host = page.host and d.state in ('waiting', 'failed') and d.last_error is not null
      order by d.id desc limit 1
    ) last on true
    order by page.host`.execute(ctx.database.read);
  return rows;
}

/** Tries now whatever waits for a host or was given up, and asks the host again whatever it did before. Null for one that we do not know. */
export async function retryHost(ctx: Context, host: string): Promise<number | null> {
  const now = ctx.clock();
  const { rows } = await sql<{ known: boolean; deliveries: number }>`
    with again as (
      update deliveries set state = 'waiting', attempts = 0, due_at = ${now}, leased_until = null, finished_at = null
      where host = ${host} and (state = 'failed' or (state = 'waiting' and due_at > ${now})) returning id
    ), opened as (
      update remote_hosts set closed_until = null, failures = 0, failures_since = null where host = ${host} returning host
    ), woken as (select pg_notify(${deliveriesChannel}, '') where exists (select from again))
    select exists (select from opened) or exists (select from deliveries where host = ${host}) as known,
      (select count(*)::int from again) as deliveries, (select count(*) from woken) as woken`.execute(
    ctx.database.read,
  );
  const [row] = rows;
  return row?.known === true ? row.deliveries : null;
}
