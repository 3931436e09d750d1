// Taking events from the outbox: those that are due, and those whose subscribers should have finished long ago.
import type { Database } from '../database.ts';
import type { Lane } from '../queue/queue.ts';

/** Which subscribers an event has, and in which lane each runs. */
export type Routing = ReadonlyMap<string, ReadonlyMap<string, Lane>>;

export interface ClaimedEvent {
  id: string;
  name: string;
  payload: Record<string, unknown>;
  /** Subscribers that have not finished. */
  pending: string[];
}

// Taken first and written then: as a condition of the update they might be looked for once for each row of the table.
const claimText = `
with due as (
  select id from outbox_events where dispatched_at is null and lane = $3 and due_at <= $1
  order by due_at, id limit $4 for update skip locked
)
update outbox_events e set dispatched_at = $1,
  pending = array(select jsonb_array_elements_text(coalesce($2::jsonb -> e.name, '[]'::jsonb)))
from due where e.id = due.id
returning e.id::text as id, e.name, e.payload, e.pending`;

/** Takes events that are due, the first first. What nobody subscribes to is deleted. */
export async function claimDue(
  database: Database,
  routing: Routing,
  lane: Lane,
  now: Date,
  most: number,
): Promise<ClaimedEvent[]> {
  const events = await database.planned<ClaimedEvent>(claimText, [now, subscribersOf(routing), lane, most]);
  const unheard = events.filter(({ pending }) => pending.length === 0).map(({ id }) => id);
  if (unheard.length > 0) await database.planned('delete from outbox_events where id = any($1::bigint[])', [unheard]);
  return inOrder(events);
}

const sweepText = `
with forgotten as (
  select id from outbox_events where dispatched_at < $2
  order by dispatched_at limit $3 for update skip locked
)
update outbox_events e set dispatched_at = $1 from forgotten where e.id = forgotten.id
returning e.id::text as id, e.name, e.payload, e.pending`;

/** Takes events that were dispatched before `before` and are still there. */
export async function claimForgotten(
  database: Database,
  before: Date,
  now: Date,
  most: number,
): Promise<ClaimedEvent[]> {
  return inOrder(await database.planned<ClaimedEvent>(sweepText, [now, before, most]));
}

/** Says that these are still being worked on. */
export async function keepClaimed(database: Database, ids: readonly string[], now: Date): Promise<void> {
  await database.planned('update outbox_events set dispatched_at = $2 where id = any($1::bigint[])', [ids, now]);
}

/** Gives back what was taken and not begun. */
export async function giveBack(database: Database, ids: readonly string[]): Promise<void> {
  await database.planned('update outbox_events set dispatched_at = null, pending = null where id = any($1::bigint[])', [
    ids,
  ]);
}

const texts = new WeakMap<Routing, string>();

/** The names of subscribers by event, as JSON. */
function subscribersOf(routing: Routing): string {
  const known = texts.get(routing);
  if (known !== undefined) return known;
  const text = JSON.stringify(Object.fromEntries([...routing].map(([name, byName]) => [name, [...byName.keys()]])));
  texts.set(routing, text);
  return text;
}

function inOrder(events: ClaimedEvent[]): ClaimedEvent[] {
  return events.toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
}
