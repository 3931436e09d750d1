// The queue port: retryable jobs in lanes. Adapters: PostgreSQL and Redis, both by BullMQ.

/**
 * Lanes keep slow work from holding up what people wait for.
 * `interactive`: feed entries, notifications, activities to send; `inbox`: activities that came in; `slow`: mail and long lists; `fetches`: visits to pages of strangers, which may take their time; `media`: films and sounds, which keep a core busy for minutes.
 */
export const lanes = ['interactive', 'inbox', 'slow', 'fetches', 'media'] as const;
export type Lane = (typeof lanes)[number];

/** One piece of work for one subscriber of one event. */
export interface Job {
  /** The same id is never queued twice at once. Never a bare number: BullMQ counts its own jobs so. */
  id: string;
  subscriber: string;
  event: string;
  eventId: string;
  payload: Record<string, unknown>;
}

/** A job that used up its tries; an admin may run it again. */
export interface DeadLetter {
  lane: Lane;
  id: string;
  subscriber: string;
  event: string;
  attempts: number;
  error: string;
  failedAt: Date | null;
}

export interface LaneDepth {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

export interface Queue {
  /** Adds jobs; an id that is already queued is left alone. Resolves when they are stored. */
  add(lane: Lane, jobs: Job[]): Promise<void>;
  /** Runs jobs of a lane with at most `concurrency` at a time. A throw is retried with growing delay, then becomes a dead letter. */
  work(lane: Lane, concurrency: number, run: (job: Job) => Promise<void>): void;
  depth(): Promise<Record<Lane, LaneDepth>>;
  /** Newest first, at most `limit` a lane. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
  /** Runs dead letters again: one by its id, or all. Returns how many. */
  retry(id?: string): Promise<number>;
  /** Resolves when the backing store answers and takes more. @throws when it does not */
  ping(): Promise<void>;
  /** Stops taking jobs, waits for the running ones (at most `graceMs`), closes connections. */
  close(graceMs?: number): Promise<void>;
}
