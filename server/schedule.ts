// What happens regularly: every minute, hour and night → verb. Each task is safe to run twice and works in small batches.
import type { AppContext } from '#server/context.ts';
import { sweepNightly } from '#server/features/admin/service/sweep-files.ts';
import { refreshLists } from '#server/features/domains/service/lists.ts';
import { followMode } from '#server/features/domains/service/mode.ts';
import { purgePreviews } from '#server/features/links/service/record.ts';
import { purgeAccess } from '#server/features/auth/service/purge.ts';
import { removeLeft } from '#server/features/graph/activitypub/leave.ts';
import { claimDigests } from '#server/features/digests/service/wish.ts';
import { purgeArchives } from '#server/features/exchange/service/archive.ts';
import { purgeImports } from '#server/features/exchange/service/run.ts';
import { purgeResumable } from '#server/features/media/service/resumable.ts';
import { tidyRemote } from '#server/features/media/service/remote-bound.ts';
import { purgeMutes } from '#server/features/graph/service/mute.ts';
import { purgeMedia } from '#server/features/media/service/purge.ts';
import { purgeRefreshes } from '#server/features/posts/service/backfill.ts';
import { purgeKeys } from '#server/features/posts/service/idempotency.ts';
import { purgeDelivered } from '#server/platform/fediverse/courier/upkeep.ts';
import { trimFeeds } from '#server/features/timelines/service/feeds.ts';

export interface Task {
  everyMs: number;
  run: (ctx: AppContext) => Promise<unknown>;
}

const minute = 60_000;
const hour = 60 * minute;

export const schedule: Record<string, Task> = {
  'forget previews that no post holds': { everyMs: hour, run: (ctx) => purgePreviews(ctx) },
  'trim home timelines': { everyMs: hour, run: (ctx) => trimFeeds(ctx) },
  'forget finished deliveries': { everyMs: hour, run: (ctx) => purgeDelivered(ctx) },
  'forget what no longer opens anything': { everyMs: hour, run: (ctx) => purgeAccess(ctx) },
  'remove accounts whose grace has ended': { everyMs: hour, run: (ctx) => removeLeft(ctx) },
  'forget ended mutes': { everyMs: hour, run: (ctx) => purgeMutes(ctx) },
  'tell people what they missed': { everyMs: hour, run: (ctx) => claimDigests(ctx) },
  'forget old imports': { everyMs: hour, run: (ctx) => purgeImports(ctx) },
  'delete uploads that no post shows': { everyMs: hour, run: (ctx) => purgeMedia(ctx) },
  'delete expired archives': { everyMs: hour, run: (ctx) => purgeArchives(ctx) },
  "keep the cache of other servers' files within its bound": { everyMs: hour, run: (ctx) => tidyRemote(ctx) },
  'forget uploads that were never finished': { everyMs: hour, run: (ctx) => purgeResumable(ctx) },
  'fetch lists of blocks': { everyMs: hour, run: (ctx) => refreshLists(ctx) },
  'judge accounts by the mode of federation': { everyMs: minute, run: (ctx) => followMode(ctx) },
  'look after files': { everyMs: 24 * hour, run: (ctx) => sweepNightly(ctx) },
  'forget searches for the rest of conversations': { everyMs: hour, run: (ctx) => purgeRefreshes(ctx) },
  'forget idempotency keys': { everyMs: hour, run: (ctx) => purgeKeys(ctx) },
};

/** Looks each half minute which tasks are due and runs those that no other process has claimed. Returns how to stop. */
export function startSchedule(ctx: AppContext, tasks = schedule): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const look = (): void => {
    running = running.then(() => runDue(ctx, tasks));
  };
  const timer = setInterval(look, minute / 2);
  look();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Runs every due task once, in the order of the table. A task that fails is logged and tried again when it is next due. */
export async function runDue(ctx: AppContext, tasks = schedule): Promise<void> {
  for (const [name, task] of Object.entries(tasks)) {
    try {
      if (await claim(ctx, name, task.everyMs)) await task.run(ctx);
    } catch (error) {
      ctx.log.error({ err: error, task: name }, 'a regular task failed');
    }
  }
}

/**
 * True for the one process that may run the task in this period. A run that lies further ahead than that was written by a clock that
 * went wrong.
 */
async function claim(ctx: AppContext, task: string, everyMs: number): Promise<boolean> {
  const now = ctx.clock();
  const rows = await ctx.database.prepared<{ task: string }>(
    'schedule_claim',
    `insert into schedule_runs (task, ran_at) values ($1, $2)
     on conflict (task) do update set ran_at = excluded.ran_at where schedule_runs.ran_at <= $3 or schedule_runs.ran_at > $4
     returning task`,
    [task, now, new Date(now.getTime() - everyMs), new Date(now.getTime() + everyMs)],
  );
  return rows.length === 1;
}
