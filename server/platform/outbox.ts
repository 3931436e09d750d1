// Writing to the outbox. The relay turns what is written here into jobs.
import { sql, type Kysely } from 'kysely';
import type { EventName, Events } from '#server/events.ts';
import type { Tables } from '#server/schema.ts';

/** The NOTIFY channel that wakes relays in other processes. */
export const outboxChannel = 'rookery_outbox';

/**
 * Inserts one event in the caller's transaction and wakes the relays at its commit.
 * `dueAt` (default: now) is the earliest moment at which subscribers run.
 */
export async function writeEvent<Name extends EventName>(
  transaction: Kysely<Tables>,
  name: Name,
  payload: Events[Name],
  now: Date,
  dueAt: Date = now,
): Promise<void> {
  await sql`
    with event as (
      insert into outbox_events (name, payload, lane, due_at, created_at)
      values (${name}, ${JSON.stringify(payload)}::jsonb, 'interactive', ${dueAt}, ${now})
    )
    select pg_notify(${outboxChannel}, '')
  `.execute(transaction);
}

/** How many events have subscribers that are not done yet. */
export async function outboxDepth(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ events: number }>`select count(*)::int as events from outbox_events`.execute(database);
  return rows[0]?.events ?? 0;
}
