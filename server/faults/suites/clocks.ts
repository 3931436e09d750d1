// A clock that jumps two hours ahead and back, and one that goes over both changes of the hour in a year.
import { schedule } from '#server/schedule.ts';
import { until } from '#server/testing/until.ts';
import { finding, type Fault, type Finding } from '../fault.ts';
import { openHouse, readMetric, type House } from '../house.ts';
import type { Rig } from '../rig.ts';
import { inParallel, insist, openScene, sleep, type FaultScene } from '../scene.ts';

const hourMs = 3_600_000;
/** It is looked twice a minute which tasks are due: after so long it has been looked twice. */
const twoLooksMs = 65_000;
const zone = 'Europe/Berlin';

export const clockJumps: Fault = {
  id: 'R22',
  title: 'the clock jumps 2 h ahead, back, 2 h behind and back; another goes over both changes of the hour in a year',
  isQuiet: true,
  async run(rig) {
    const [jumps, changes] = await Promise.all([overJumps(rig), overChanges(rig)]);
    return [...jumps, ...changes];
  },
};

async function overJumps(rig: Rig): Promise<Finding[]> {
  const scene = await openScene(rig, { names: true });
  const count = Math.max(20, Math.round(200 * rig.scale));
  try {
    await watchTasks(scene);
    // A server that has just been started knows its own way the second time.
    await jobsOfWork(scene, 'first', count, 0);
    const usual = await jobsOfWork(scene, 'usual', count, 0);
    const afterJumps: number[] = [];
    const refused: boolean[] = [];
    for (const [place, movedMs] of [2 * hourMs, 0, -2 * hourMs, 0].entries()) {
      // The clock jumps while there is work: what is signed by the new one is refused until then, and sent again.
      const underWay = jobsOfWork(scene, `after${place}`, count, movedMs);
      await sleep(100);
      await scene.setClocks(movedMs);
      afterJumps.push(await underWay);
      for (const off of [-2 * hourMs, 2 * hourMs]) {
        const date = new Date(Date.now() + movedMs + off);
        refused.push((await scene.send(scene.create(`off${place}${off}`), undefined, date)) === 401);
      }
      await sleep(place === 0 ? twoLooksMs : 5000);
    }
    const stored = `select count(*) as value from posts where uri like '${scene.eve.uri}/notes/%'`;
    return [
      finding('activities that have their effect', await scene.value(stored), { is: 6 * count }),
      finding('signatures two hours off that are refused', refused.filter(Boolean).length, { is: refused.length }),
      finding(`jobs after a jump, of ${usual} usual ones`, Math.max(...afterJumps) / usual, { atMost: 2 }, ' times'),
      await tasksInPeriod('tasks twice in their period, with jumps', scene),
    ];
  } finally {
    await scene.close();
  }
}

/** Activities signed by that clock, each sent until it is taken, and some posts; tells how many jobs came of it. */
async function jobsOfWork(scene: FaultScene, name: string, count: number, movedMs: number): Promise<number> {
  const jobs = (): Promise<number> => readMetric(scene.address, 'rookery_job_seconds_count');
  const before = await jobs();
  await inParallel(count, 8, async (place) => {
    const activity = scene.create(`${name}-${place}`);
    await insist(() => scene.send(activity, undefined, new Date(Date.now() + movedMs)), 202);
    if (place % 10 === 0) await scene.ask('POST', '/api/v1/statuses', { status: `${name} ${place}` });
  });
  const left = `select (select count(*) from inbox_activities where handled_at is null)
    + (select count(*) from outbox_events where due_at <= to_timestamp($1)) as value`;
  await until(async () => (await scene.value(left, [(Date.now() + movedMs) / 1000])) === 0, 60_000).catch(() => {});
  return (await jobs()) - before;
}

/** From a little before each change until both looks after it. */
async function overChanges(rig: Rig): Promise<Finding[]> {
  const { house } = await openHouse(rig, ['alice'], { names: true, env: { TZ: zone } });
  try {
    await watchTasks(house);
    let passed = 0;
    for (const change of changesOfTheHour(Date.now())) {
      const before = hourIn(change - 1000);
      await house.setClocks(change - 20_000 - Date.now());
      await sleep(twoLooksMs);
      if (hourIn(change + 1000) !== (before + 1) % 24) passed += 1;
    }
    return [
      finding('changes of the hour', passed, { is: 2 }),
      await tasksInPeriod('tasks twice in their period, over the changes', house),
    ];
  } finally {
    await house.close();
  }
}

const hourIn = (at: number): number =>
  Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit' }).format(at));

/** The next two moments at which clocks there are set to another hour. */
function changesOfTheHour(from: number): number[] {
  const changes: number[] = [];
  for (let at = Math.ceil(from / hourMs) * hourMs + hourMs; changes.length < 2; at += hourMs)
    if (hourIn(at) !== (hourIn(at - hourMs) + 1) % 24) changes.push(at);
  return changes;
}

/** Keeps a line of each run of a task from now on. */
async function watchTasks(house: House): Promise<void> {
  await house.rows(`create table task_runs (place serial, task text, ran_at timestamptz);
    insert into task_runs (task, ran_at) select task, ran_at from schedule_runs;
    create function note_task() returns trigger language plpgsql as
      $$ begin insert into task_runs (task, ran_at) values (new.task, new.ran_at); return new; end $$;
    create trigger note_task after insert or update on schedule_runs for each row execute function note_task()`);
}

/** Runs of one task that are nearer to each other than its period, by the clock that each was run by. */
async function tasksInPeriod(promise: string, house: House): Promise<Finding> {
  const runs = await house.rows<{ task: string; ran_at: Date }>('select task, ran_at from task_runs order by place');
  const twice = [...Map.groupBy(runs, ({ task }) => task)].flatMap(([task, times]) =>
    times.slice(1).flatMap(({ ran_at: at }, place) => {
      const apart = Math.abs(at.getTime() - (times[place]?.ran_at.getTime() ?? 0));
      return apart < (schedule[task]?.everyMs ?? 0) ? [task] : [];
    }),
  );
  const found = finding(promise, twice.length, { is: 0 });
  return { ...found, measured: [`${twice.length} of ${runs.length} runs`, ...new Set(twice)].join('; ') };
}
