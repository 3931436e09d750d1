// Noting that subscribers have done their part; the last one takes the event away.
import type { Logger } from 'pino';
import type { Database } from '../database.ts';

/** One subscriber that has finished with one event. */
export interface Done {
  eventId: string;
  subscriber: string;
}

// Rows are taken in the order of their ids, so that two of these never wait for each other in a circle.
const finishText = `
with done as (
  select event_id, array_agg(subscriber) as subscribers from unnest($1::bigint[], $2::text[]) as d (event_id, subscriber) group by event_id
), held as (
  select e.id, e.pending, d.subscribers from outbox_events e join done d on d.event_id = e.id order by e.id for update of e
), gone as (
  delete from outbox_events e using held h where e.id = h.id and h.pending <@ h.subscribers
)
update outbox_events e set pending = array(select unnest(h.pending) except select unnest(h.subscribers))
from held h where e.id = h.id and not h.pending <@ h.subscribers`;

/** Takes subscribers off their events, and events away that have none left: one statement for any number. */
export async function finishJobs(database: Database, done: readonly Done[]): Promise<void> {
  await database.planned(finishText, [done.map(({ eventId }) => eventId), done.map(({ subscriber }) => subscriber)]);
}

export interface Finisher {
  /** Notes it with others, some milliseconds later. */
  add(done: readonly Done[]): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

const flushMs = 10;
const flushAt = 100;

/** Gathers what is done and writes it together. What cannot be written is run again by the sweep. */
export function createFinisher(database: Database, log: Logger): Finisher {
  let gathered: Done[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const done = gathered;
    gathered = [];
    if (done.length > 0)
      writing = writing
        .then(() => finishJobs(database, done))
        .catch((error: unknown) =>
          log.warn({ err: error, jobs: done.length }, 'finished jobs could not be noted; they will run again'),
        );
    return writing;
  };
  return {
    add(done) {
      gathered.push(...done);
      if (gathered.length >= flushAt) void flush();
      else timer ??= setTimeout(() => void flush(), flushMs);
    },
    flush,
  };
}
