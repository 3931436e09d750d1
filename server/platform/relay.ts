// The relay: takes events from the outbox and makes one job for each subscriber. An event's row stays until every
// subscriber has finished, so a queue that forgets everything (a flushed Redis) is refilled from here.
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from './database.ts';
import { outboxChannel } from './outbox.ts';
import type { Job, Lane, Queue } from './queue/queue.ts';

/** Which subscribers an event has, and in which lane each runs. */
export type Routing = ReadonlyMap<string, ReadonlyMap<string, Lane>>;

export interface Relay {
  /** Looks at the outbox now instead of at the next poll. */
  wake(): void;
  stop(): Promise<void>;
}

export interface RelayOptions {
  database: Database;
  queue: Queue;
  routing: Routing;
  log: Logger;
  clock: () => Date;
  /** How often due events are looked for when nothing wakes the relay; also the accuracy of scheduled work. Default 1000 ms. */
  pollMs?: number;
  /** A dispatched event whose jobs have not all finished is offered to the queue again after this. Default 20,000 ms. */
  sweepMs?: number;
}

interface ClaimedEvent {
  id: string;
  name: string;
  payload: Record<string, unknown>;
  pending: string[];
}

const batchSize = 200;

/** Starts the relay; several may run at once, in any number of processes. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { log, pollMs = 1000, sweepMs = 20_000 } = options;
  let stopped = false;
  let wanted = false;
  let running: Promise<void> = Promise.resolve();
  let busy = false;

  const drain = async (): Promise<void> => {
    busy = true;
    try {
      do {
        wanted = false;
        while (!stopped && (await dispatchDue(options)) === batchSize);
      } while (wanted && !stopped);
    } catch (error) {
      log.warn({ err: error }, 'the relay could not read the outbox; it tries again');
    } finally {
      busy = false;
    }
  };
  const wake = (): void => {
    wanted = true;
    if (!busy && !stopped) running = drain();
  };
  const sweep = (): void => {
    dispatchForgotten(options, sweepMs).catch((error: unknown) =>
      log.warn({ err: error }, 'the relay could not sweep the outbox; it tries again'),
    );
  };
  const unlisten = await options.database.listen(outboxChannel, wake);
  const poll = setInterval(wake, pollMs);
  const sweeper = setInterval(sweep, Math.min(sweepMs, 5000));
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(poll);
      clearInterval(sweeper);
      await unlisten();
      await running;
    },
  };
}

/** Claims what is due, then queues it. A crash between the two is mended by the sweep. Returns how many events were claimed. */
async function dispatchDue(options: RelayOptions): Promise<number> {
  const { database, routing, clock } = options;
  const subscribers = JSON.stringify(
    Object.fromEntries([...routing].map(([name, lanes]) => [name, [...lanes.keys()]])),
  );
  const now = clock();
  const { rows } = await sql<ClaimedEvent>`
    update outbox_events set
      dispatched_at = ${now},
      pending = array(select jsonb_array_elements_text(coalesce(${subscribers}::jsonb -> outbox_events.name, '[]'::jsonb)))
    where id in (
      select id from outbox_events where dispatched_at is null and due_at <= ${now}
      order by due_at, id limit ${batchSize} for update skip locked
    )
    returning id, name, payload, pending
  `.execute(database.read);
  const unheard = rows.filter((event) => event.pending.length === 0).map((event) => event.id);
  if (unheard.length > 0)
    await sql`delete from outbox_events where id = any(${unheard}::bigint[])`.execute(database.read);
  await enqueue(options, rows);
  return rows.length;
}

/** Offers jobs again that should have finished long ago; the queue ignores those that it still has. */
async function dispatchForgotten(options: RelayOptions, sweepMs: number): Promise<void> {
  const now = options.clock();
  const before = new Date(now.getTime() - sweepMs);
  const { rows } = await sql<ClaimedEvent>`
    update outbox_events set dispatched_at = ${now}
    where id in (
      select id from outbox_events where dispatched_at < ${before}
      order by dispatched_at limit ${batchSize} for update skip locked
    )
    returning id, name, payload, pending
  `.execute(options.database.read);
  await enqueue(options, rows);
}

async function enqueue(options: RelayOptions, events: ClaimedEvent[]): Promise<void> {
  const byLane = new Map<Lane, Job[]>();
  for (const event of events) {
    for (const subscriber of event.pending) {
      const lane = options.routing.get(event.name)?.get(subscriber);
      if (!lane) continue;
      const jobs = byLane.get(lane) ?? [];
      jobs.push({
        id: `${event.id}-${subscriber}`,
        subscriber,
        event: event.name,
        eventId: event.id,
        payload: event.payload,
      });
      byLane.set(lane, jobs);
    }
  }
  for (const [lane, jobs] of byLane) await options.queue.add(lane, jobs);
}

/** Notes that a subscriber has done its part; the last one takes the event away. */
export async function finishJob(database: Database, eventId: string, subscriber: string): Promise<void> {
  const last = await database.prepared(
    'outbox_finish_last',
    'delete from outbox_events where id = $1 and pending = array[$2]::text[] returning id',
    [eventId, subscriber],
  );
  if (last.length > 0) return;
  const left = await database.prepared<{ count: number }>(
    'outbox_finish',
    'update outbox_events set pending = array_remove(pending, $2) where id = $1 returning cardinality(pending) as count',
    [eventId, subscriber],
  );
  if (left[0]?.count === 0)
    await database.prepared('outbox_finish_empty', `delete from outbox_events where id = $1 and pending = '{}'`, [
      eventId,
    ]);
}
