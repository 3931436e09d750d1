// Writing to the outbox. The relay turns what is written here into jobs.
import { sql, type Kysely } from 'kysely';
import type { EventName, Events } from '#server/events.ts';
import type { Tables } from '#server/schema.ts';

/** The NOTIFY channel that wakes relays in other processes. */
export const outboxChannel = 'rookery_outbox';

/** An event that is written with its change. */
export interface Happened<Name extends EventName = EventName> {
  name: Name;
  payload: Events[Name];
  /** The earliest moment at which subscribers run. */
  dueAt: Date;
}

/** Inserts events, in their order, in the caller's transaction and wakes the relays at its commit. */
export async function writeEvents(transaction: Kysely<Tables>, events: readonly Happened[], now: Date): Promise<void> {
  await sql`
    with event as (
      insert into outbox_events (name, payload, lane, due_at, created_at)
      select name, payload, 'interactive', due_at, ${now}
      from unnest(${events.map(({ name }) => name)}::text[], ${events.map(({ payload }) => JSON.stringify(payload))}::jsonb[],
        ${events.map(({ dueAt }) => dueAt)}::timestamptz[]) with ordinality as e (name, payload, due_at, place)
      order by place
    )
    select pg_notify(${outboxChannel}, '')
  `.execute(transaction);
}

/** How many events have subscribers that are not done yet. */
export async function outboxDepth(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ events: number }>`select count(*)::int as events from outbox_events`.execute(database);
  return rows[0]?.events ?? 0;
}
