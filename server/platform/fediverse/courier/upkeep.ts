// Looking after deliveries from outside of the courier: how many there are, trying them again, giving up and forgetting.
import { sql } from 'kysely';
import type { Database } from '#server/platform/database.ts';
import { deliveriesChannel } from '../outgoing.ts';

interface Context {
  database: Database;
  clock: () => Date;
}

/** What could not be delivered for so long is given up. */
export const giveUpAfterMs = 5 * 24 * 60 * 60 * 1000;

/** How many deliveries are owed now, and how many were given up. */
export async function deliveryDepth(ctx: Pick<Context, 'database'>): Promise<{ waiting: number; failed: number }> {
  const { rows } = await sql<{ waiting: number; failed: number }>`select
    (select count(*)::int from deliveries where state = 'waiting') as waiting,
    (select count(*)::int from deliveries where state = 'failed') as failed`.execute(ctx.database.read);
  return rows[0] ?? { waiting: 0, failed: 0 };
}

/** Delivers again what was given up, or what waits for its next try: one by its id, or all. Returns how many. */
export async function retryDelivery(ctx: Context, id?: string): Promise<number> {
  const now = ctx.clock();
  const chosen = id === undefined ? sql`true` : sql`id = ${id}::bigint`;
  const { rows } = await sql`
    with again as (
      update deliveries set state = 'waiting', attempts = 0, due_at = ${now}, leased_until = null, finished_at = null
      where ${chosen} and (state = 'failed' or (state = 'waiting' and due_at > ${now})) returning id, host
    ), opened as (
      update remote_hosts set closed_until = null where host in (select host from again) and closed_until is not null
    )
    select id, pg_notify(${deliveriesChannel}, '') from again`.execute(ctx.database.read);
  return rows.length;
}

const keepFinishedMs = 7 * 24 * 60 * 60 * 1000;
const keepHandledMs = 30 * 24 * 60 * 60 * 1000;
const purgeBatch = 1000;

/**
 * Deletes what has been finished for a week (sent) or a month (received), in batches. Returns how many rows. Gives up before
 * what was owed for too long to hosts that are asked with something else.
 */
export async function purgeDelivered(ctx: Context): Promise<number> {
  const now = ctx.clock().getTime();
  const sentBefore = new Date(now - keepFinishedMs);
  const receivedBefore = new Date(now - keepHandledMs);
  const sent = sql`delete from outgoing_activities where id in (
    select o.id from outgoing_activities o where o.created_at < ${sentBefore}
      and not exists (select from deliveries d where d.activity_id = o.id and (d.state = 'waiting' or d.finished_at >= ${sentBefore}))
    order by o.created_at limit ${purgeBatch}) returning id`;
  const received = sql`delete from inbox_activities where id in (
    select id from inbox_activities where received_at < ${receivedBefore} and handled_at is not null order by received_at limit ${purgeBatch}) returning id`;
  await expire(ctx);
  let total = 0;
  for (const statement of [sent, received]) {
    for (let batch = purgeBatch; batch === purgeBatch;) {
      batch = (await statement.execute(ctx.database.read)).rows.length;
      total += batch;
    }
  }
  return total;
}

async function expire({ database, clock }: Context): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - giveUpAfterMs);
  const statement = sql`update deliveries set state = 'failed', last_error = 'expired', finished_at = ${now} where id in (
    select d.id from outgoing_activities o join deliveries d on d.activity_id = o.id
    where o.created_at < ${before} and d.state = 'waiting' and (d.leased_until is null or d.leased_until < ${now})
    limit ${purgeBatch}) returning id`;
  while ((await statement.execute(database.read)).rows.length === purgeBatch);
}
