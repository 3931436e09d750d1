// What the two BullMQ queues share: everything but the store behind them.
import type { ConnectionOptions, JobsOptions, Queue as BullQueue, Worker as BullWorker } from 'bullmq';
import type { Logger } from 'pino';
import { lanes, type DeadLetter, type Job, type Lane, type LaneDepth, type Queue } from './queue.ts';

type StoredJob = Omit<Job, 'id'>;

/** Makes BullMQ's classes on one store; given by an adapter. */
export interface BullStore {
  openQueue(name: string): BullQueue<StoredJob>;
  openWorker(
    name: string,
    run: (id: string, job: StoredJob) => Promise<void>,
    concurrency: number,
  ): BullWorker<StoredJob>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
export type { ConnectionOptions };

/** How often a job is tried: by default 10 times over about 10 minutes, then it is a dead letter until an admin has looked at it. */
export interface Patience {
  tries: number;
  /** Pause before the second try; it doubles with each further one. */
  pauseMs: number;
}

export interface QueueOptions {
  patience?: Patience;
  /** Hears of each job whose worker did not renew its lock: it ended, or stood still. */
  onLost?: (lane: Lane) => void;
}

const defaultPatience: Patience = { tries: 10, pauseMs: 1000 };

/** The queue port over one BullMQ store. */
export function bullQueue(
  store: BullStore,
  log: Logger,
  { patience = defaultPatience, onLost }: QueueOptions = {},
): Queue {
  const jobOptions: JobsOptions = {
    attempts: patience.tries,
    backoff: { type: 'exponential', delay: patience.pauseMs },
    removeOnComplete: true,
    removeOnFail: false,
  };
  const queues = new Map(lanes.map((lane) => [lane, quiet(store.openQueue(lane), log)]));
  const workers: BullWorker<StoredJob>[] = [];
  const queue = (lane: Lane): BullQueue<StoredJob> => {
    const found = queues.get(lane);
    if (!found) throw new Error(`no lane ${lane}`);
    return found;
  };
  return {
    async add(lane, jobs) {
      const bulk = jobs.map(({ id, ...stored }) => ({
        name: stored.subscriber,
        data: stored,
        opts: { ...jobOptions, jobId: id },
      }));
      if (bulk.length > 0) await queue(lane).addBulk(bulk);
    },
    work(lane, concurrency, run) {
      const worker = store.openWorker(lane, (id, job) => run({ id, ...job }), concurrency);
      workers.push(quiet(worker, log));
      worker.on('stalled', (id) => {
        onLost?.(lane);
        log.warn({ job: id, lane }, 'a worker ended or stood still; its job is run again');
      });
      worker.on('failed', (job, error) => {
        log.warn(
          { err: error, job: job?.id, subscriber: job?.data.subscriber, attempt: job?.attemptsMade },
          'a job failed',
        );
      });
    },
    depth: () => readDepth(queue),
    deadLetters: (limit) => readDeadLetters(queue, limit),
    retry: (id) => retry(queue, id),
    ping: () => store.ping(),
    async close(graceMs = 30_000) {
      const stopping = Promise.all(workers.map((worker) => worker.close()));
      const enough = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([stopping, enough]);
      await Promise.all([...queues.values()].map((open) => open.close()));
      await store.close();
    },
  };
}

/** Connection losses are retried by BullMQ; without a listener they would end the process. */
function quiet<Emitter extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
  emitter: Emitter,
  log: Logger,
): Emitter {
  emitter.on('error', (error) => log.warn({ err: error }, 'the queue lost its store for a moment'));
  return emitter;
}

async function readDepth(queue: (lane: Lane) => BullQueue<StoredJob>): Promise<Record<Lane, LaneDepth>> {
  const depths = await Promise.all(
    lanes.map(async (lane): Promise<[Lane, LaneDepth]> => {
      const counts = await queue(lane).getJobCounts('waiting', 'active', 'delayed', 'failed');
      return [
        lane,
        {
          waiting: counts['waiting'] ?? 0,
          active: counts['active'] ?? 0,
          delayed: counts['delayed'] ?? 0,
          failed: counts['failed'] ?? 0,
        },
      ];
    }),
  );
  return Object.fromEntries(depths) as Record<Lane, LaneDepth>;
}

async function readDeadLetters(queue: (lane: Lane) => BullQueue<StoredJob>, limit: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const lane of lanes) {
    for (const job of await queue(lane).getFailed(0, limit - 1)) {
      letters.push({
        lane,
        id: job.id ?? '',
        subscriber: job.data.subscriber,
        event: job.data.event,
        attempts: job.attemptsMade,
        error: job.failedReason,
        failedAt: job.finishedOn ? new Date(job.finishedOn) : null,
      });
    }
  }
  return letters;
}

async function retry(queue: (lane: Lane) => BullQueue<StoredJob>, id?: string): Promise<number> {
  let count = 0;
  for (const lane of lanes) {
    for (const job of await queue(lane).getFailed(0, -1)) {
      if (id !== undefined && job.id !== id) continue;
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      count += 1;
    }
  }
  return count;
}
