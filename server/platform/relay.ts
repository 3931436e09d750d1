// The relay: takes events from the outbox and runs each subscriber as a job. Short work is tried at once, in this process;
// what fails, and work that may wait, goes to the queue, which tries again. An event's row stays until every subscriber has
// finished, so neither a killed process nor a queue that forgets everything (a flushed Redis) loses any.
import type { Logger } from 'pino';
import type { Database } from './database.ts';
import { outboxChannel } from './outbox.ts';
import type { Job, Lane, Queue } from './queue/queue.ts';
import { claimDue, claimForgotten, giveBack, keepClaimed, type ClaimedEvent, type Routing } from './relay/claim.ts';
import { createFinisher, type Finisher } from './relay/finish.ts';
import { createTurns, type Turns } from './turns.ts';

export type { Routing } from './relay/claim.ts';

export interface Relay {
  /** Looks at the outbox now instead of at the next poll. */
  wake(): void;
  /** Takes nothing new, waits for what is running, gives back what is not. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  database: Database;
  queue: Queue;
  routing: Routing;
  log: Logger;
  clock: () => Date;
  /** Runs one job here and now; a throw hands it to the queue. */
  run: (job: Job) => Promise<void>;
  /** How many events of a lane run at once. */
  concurrency: Record<DirectLane, number>;
  /** How much of the inbox's concurrency may be used now, from 1 to 0: then nothing new of it is taken. Always 1 when left out. */
  inboxShare?: () => number;
  /** How often due events are looked for when nothing wakes the relay; also the accuracy of scheduled work. Default 1000 ms. */
  pollMs?: number;
  /** An event that nobody works on and that is still there is offered to the queue after this. Default 20,000 ms. */
  sweepMs?: number;
  /** How long `stop` waits for what is under way. Default 20,000 ms. */
  stopMs?: number;
}

// Others' news waits while there is our own people's to bring: it is taken second.
const directLanes = ['interactive', 'inbox'] as const;
type DirectLane = (typeof directLanes)[number];
const isDirect = (lane: Lane): boolean => directLanes.some((direct) => direct === lane);

/** So many times its concurrency a lane has in hand, so that nobody waits for the database between two events. */
const inHandFactor = 8;
const sweepBatch = 200;

interface Room {
  most: number;
  inHand: number;
  turns: Turns;
}

interface Round extends RelayOptions {
  isStopping: boolean;
  rooms: Record<DirectLane, Room>;
  /** When each event in hand was taken, or last said to be in hand; ms. */
  held: Map<string, number>;
  /** Taken and not begun when the relay stopped. */
  left: string[];
  finisher: Finisher;
  wake: () => void;
}

/** Starts the relay; several may run at once, in any number of processes. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { log, database, pollMs = 1000, sweepMs = 20_000 } = options;
  let wanted = false;
  let draining: Promise<void> | null = null;
  const room = (lane: DirectLane): Room => {
    const concurrency = options.concurrency[lane];
    const bound = (): number => Math.max(1, Math.ceil(concurrency * shareOf(options, lane)));
    return { most: concurrency * inHandFactor, inHand: 0, turns: createTurns(bound) };
  };
  const round: Round = {
    ...options,
    isStopping: false,
    rooms: { interactive: room('interactive'), inbox: room('inbox') },
    held: new Map(),
    left: [],
    finisher: createFinisher(database, log),
    wake: () => wake(),
  };
  const drain = async (): Promise<void> => {
    do {
      wanted = false;
      while (!round.isStopping && (await takeDue(round)));
    } while (wanted && !round.isStopping);
  };
  function wake(): void {
    wanted = true;
    if (draining !== null || round.isStopping) return;
    draining = drain()
      .catch((error: unknown) => log.warn({ err: error }, 'the relay could not read the outbox; it tries again'))
      .finally(() => {
        draining = null;
      });
  }
  const sweep = (): void => {
    void tidy(round, sweepMs).catch((error: unknown) =>
      log.warn({ err: error }, 'the relay could not sweep the outbox; it tries again'),
    );
  };
  const unlisten = await database.listen(outboxChannel, wake);
  const poll = setInterval(wake, pollMs);
  const sweeper = setInterval(sweep, Math.min(sweepMs / 4, 5000));
  wake();
  return {
    wake,
    async stop() {
      round.isStopping = true;
      clearInterval(poll);
      await unlisten();
      await draining;
      // What is under way may end; what waits for a slow server is left to the sweep of whoever runs next.
      const patience = Date.now() + (options.stopMs ?? 20_000);
      while (round.held.size > 0 && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 5));
      clearInterval(sweeper);
      await round.finisher.flush();
      if (round.left.length > 0) await giveBack(database, round.left);
    },
  };
}

function shareOf({ inboxShare = () => 1 }: RelayOptions, lane: DirectLane): number {
  return lane === 'inbox' ? inboxShare() : 1;
}

/** Fills the rooms once; true when there may be more to take at once. Inbox events wait while others fill their room. */
async function takeDue(round: Round): Promise<boolean> {
  for (const lane of directLanes) {
    const room = round.rooms[lane];
    const free = room.most - room.inHand;
    // A room is filled in large helpings, not place by place.
    if (free < room.most / 4 || shareOf(round, lane) === 0) return false;
    const events = await claimDue(round.database, round.routing, lane, round.clock(), free);
    await begin(round, lane, events);
    if (events.length === free) return true;
  }
  return false;
}

/** Hands work that may wait to the queue and starts the rest. Does not wait for the end of it. */
async function begin(round: Round, lane: DirectLane, events: ClaimedEvent[]): Promise<void> {
  const heard = events
    .filter(({ pending }) => pending.length > 0)
    .map((event) => ({ id: event.id, jobs: jobsOf(round.routing, event) }));
  for (const { id } of heard) round.held.set(id, Date.now());
  round.rooms[lane].inHand += heard.length;
  await offer(
    round,
    heard.flatMap(({ jobs }) => jobs.filter((job) => !isDirect(job.lane))),
  );
  for (const { id, jobs } of heard) void runEvent(round, lane, id, jobs);
}

interface RoutedJob extends Job {
  lane: Lane;
}

async function runEvent(round: Round, lane: DirectLane, eventId: string, jobs: RoutedJob[]): Promise<void> {
  const direct = jobs.filter((job) => isDirect(job.lane));
  if (direct.length > 0)
    await round.rooms[lane].turns(async () => {
      if (round.isStopping) round.left.push(eventId);
      else await Promise.all(direct.map((job) => runNow(round, job)));
    });
  release(round, lane, eventId);
}

/** Never throws: what fails is the queue's. */
async function runNow(round: Round, job: RoutedJob): Promise<void> {
  try {
    await round.run(job);
    round.finisher.add([job]);
  } catch (error) {
    round.log.warn({ err: error, job: job.id, subscriber: job.subscriber }, 'a job failed; the queue tries again');
    await offer(round, [job]);
  }
}

function release(round: Round, lane: DirectLane, eventId: string): void {
  const room = round.rooms[lane];
  round.held.delete(eventId);
  room.inHand -= 1;
  if (room.inHand === 0) void round.finisher.flush();
  if (room.inHand === Math.floor(room.most / 2) || room.inHand === 0) round.wake();
}

/** Keeps what is in hand, and offers to the queue what should have finished long ago; it ignores what it still has. */
async function tidy(round: Round, sweepMs: number): Promise<void> {
  const { database, clock, held } = round;
  const now = clock();
  const old = [...held].filter(([, since]) => Date.now() - since > sweepMs / 4).map(([id]) => id);
  if (old.length > 0) {
    await keepClaimed(database, old, now);
    for (const id of old) if (held.has(id)) held.set(id, Date.now());
  }
  const forgotten = (await claimForgotten(database, new Date(now.getTime() - sweepMs), now, sweepBatch)).filter(
    ({ id }) => !held.has(id),
  );
  await offer(
    round,
    forgotten.flatMap((event) => jobsOf(round.routing, event)),
  );
  // Subscribers of a former version, which nobody will run any more.
  const dropped = forgotten.flatMap(({ id, name, pending }) =>
    pending
      .filter((subscriber) => !round.routing.get(name)?.has(subscriber))
      .map((subscriber) => ({ eventId: id, subscriber })),
  );
  round.finisher.add(dropped);
}

/** Gives jobs to the queue. Never throws: what it does not take stays in the outbox, and the sweep offers it again. */
async function offer({ queue, log }: RelayOptions, jobs: RoutedJob[]): Promise<void> {
  try {
    for (const [lane, routed] of Map.groupBy(jobs, (job) => job.lane))
      await queue.add(
        lane,
        routed.map(({ lane: _, ...job }) => job),
      );
  } catch (error) {
    log.warn({ err: error, jobs: jobs.length }, 'the queue did not take jobs; they are offered again');
  }
}

/** One job for each subscriber that has not finished and that this version has. */
function jobsOf(routing: Routing, event: ClaimedEvent): RoutedJob[] {
  return event.pending.flatMap((subscriber) => {
    const lane = routing.get(event.name)?.get(subscriber);
    if (lane === undefined) return [];
    const { id, name, payload } = event;
    return [{ id: `${id}-${subscriber}`, subscriber, event: name, eventId: id, payload, lane }];
  });
}
