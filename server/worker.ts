// The worker role: relays events, runs their subscribers, delivers to other servers, keeps the clock's appointments.
import { availableParallelism } from 'node:os';
import type { AppContext } from '#server/context.ts';
import type { EventName } from '#server/events.ts';
import { tellFollowers } from '#server/features/graph/activitypub/synchronization.ts';
import { crowdAtGate } from '#server/federation/crowd.ts';
import { startCourier } from '#server/platform/fediverse/courier.ts';
import type { Job, Lane } from '#server/platform/queue/queue.ts';
import { lanes } from '#server/platform/queue/queue.ts';
import { startRelay, type Routing } from '#server/platform/relay.ts';
import { finishJobs } from '#server/platform/relay/finish.ts';
import { startSchedule } from '#server/schedule.ts';
import { subscribers } from '#server/subscribers.ts';

/** How many events of a lane run at once when they come, and how many jobs of it that the queue tries again or later. */
const direct = { interactive: 32, inbox: 64 };
const queued: Record<Lane, number> = { interactive: 4, inbox: 4, slow: 4, fetches: 8, media: availableParallelism() };

export interface Worker {
  stop(): Promise<void>;
}

/** The lanes of all subscribers, as the relay needs them. */
export const routing: Routing = new Map(
  Object.entries(subscribers).map(([name, byName]) => [
    name,
    new Map(
      Object.entries(byName).map(([subscriber, entry]): [string, Lane] => [
        subscriber,
        typeof entry === 'function' ? 'interactive' : entry.lane,
      ]),
    ),
  ]),
);

/** Starts everything that works in the background. */
export async function startWorker(ctx: AppContext): Promise<Worker> {
  const { database, queue, log, clock } = ctx;
  const run = (job: Job): Promise<void> => runJob(ctx, job);
  const inboxShare = crowdAtGate(ctx).share;
  const relay = await startRelay({ database, queue, routing, log, clock, run, concurrency: direct, inboxShare });
  ctx.onEvents.wake = relay.wake;
  for (const lane of lanes)
    queue.work(lane, queued[lane], async (job) => {
      await run(job);
      await finishJobs(database, [job]);
    });
  const courier = await startCourier({ ...ctx, tellFollowers: (...letter) => tellFollowers(ctx, ...letter) });
  const stopSchedule = startSchedule(ctx);
  return {
    async stop() {
      await stopSchedule();
      await relay.stop();
      await courier.stop();
    },
  };
}

/** Runs one subscriber for one event. A subscriber that a newer version dropped counts as done. */
async function runJob(ctx: AppContext, job: Job): Promise<void> {
  const entry = (subscribers[job.event as EventName] as Record<string, unknown> | undefined)?.[job.subscriber] as
    | ((ctx: AppContext, payload: unknown, job: { cause: string; eventId: string }) => Promise<void>)
    | { run: (ctx: AppContext, payload: unknown, job: { cause: string; eventId: string }) => Promise<void> }
    | undefined;
  const end = ctx.metrics.jobs.startTimer({ subscriber: `${job.event}/${job.subscriber}` });
  try {
    const run = typeof entry === 'function' ? entry : entry?.run;
    await run?.(ctx, job.payload, { cause: job.id, eventId: job.eventId });
    end({ outcome: 'done' });
  } catch (error) {
    end({ outcome: 'failed' });
    throw error;
  }
}
