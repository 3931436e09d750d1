// What we owe other servers: an activity is written once, with one delivery for each inbox, in the caller's transaction
// or in a statement of its own. The courier takes it from there.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from '#server/schema.ts';
import { parkedMs } from './hosts.ts';
import { audienceOf, type Json } from './json.ts';

/** The NOTIFY channel that wakes couriers in other processes. */
export const deliveriesChannel = 'rookery_deliveries';

/** A host that has failed for this long, this often, gets nothing new until it shows a sign of life. */
export const dormantAfterMs = 7 * 24 * 60 * 60 * 1000;
export const dormantAfterFailures = 20;

export interface Outgoing {
  /** What makes it: the job's cause. The same cause makes it once. */
  cause: string;
  activity: Json;
  senderId: string;
  /** Activities with the same key reach a host in the order in which they were written. */
  orderingKey: string;
  /** A statement that selects `inbox_url`; each is delivered to once. */
  inboxes: RawBuilder<unknown>;
}

/**
 * Writes an activity and its deliveries; nothing when nobody is to get it, or when its cause has made it before. What is for a host
 * that failed lately waits until that answers. One statement.
 */
export async function writeOutgoing(transaction: Kysely<Tables>, outgoing: Outgoing, now: Date): Promise<void> {
  const { cause, activity, senderId, orderingKey, inboxes } = outgoing;
  const dormantBefore = new Date(now.getTime() - dormantAfterMs);
  const parkedUntil = new Date(now.getTime() + parkedMs);
  await sql`
    with inboxes as (
      select distinct found.inbox_url, lower(substring(found.inbox_url from '^https?://([^/?#]+)')) as host
      from (${inboxes}) found where found.inbox_url is not null
    ), awake as (
      select inboxes.*, coalesce(h.failures > 0 or h.closed_until is not null, false) as is_asked
      from inboxes left join remote_hosts h on h.host = inboxes.host
      where inboxes.host is not null and not coalesce(h.failures >= ${dormantAfterFailures} and h.failures_since < ${dormantBefore}, false)
    ), written as (
      insert into outgoing_activities (cause, activity_uri, sender_id, ordering_key, body, followers_url, created_at)
      select ${cause}, ${String(activity['id'])}, ${senderId}::bigint, ${orderingKey}, ${JSON.stringify(activity)}, ${followersOf(activity)}, ${now}
      where exists (select from awake)
      on conflict (cause) do nothing
      returning id
    ), owed as (
      insert into deliveries (activity_id, inbox_url, host, ordering_key, due_at)
      select written.id, awake.inbox_url, awake.host, ${orderingKey}, case when awake.is_asked then ${parkedUntil} else ${now}::timestamptz end
      from written cross join awake
      returning id
    )
    select pg_notify(${deliveriesChannel}, '') where exists (select from owed)`.execute(transaction);
}

/** The followers collection of its actor, when an activity is addressed to it. */
function followersOf(activity: Json): string | null {
  const { to, cc } = audienceOf(activity);
  const followers = `${String(activity['actor'])}/followers`;
  return to.includes(followers) || cc.includes(followers) ? followers : null;
}
