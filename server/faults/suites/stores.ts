// The stores under a server go away and come back: Redis flushed, stopped and full, PostgreSQL restarted, killed and frozen.
import { residentMb } from '#server/bench/processes.ts';
import { openStranger, type StrangeServer } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { finding, share, type Fault, type Finding } from '../fault.ts';
import type { Rig } from '../rig.ts';
import { addFollowers, openScene, sleep, type FaultScene } from '../scene.ts';

/** What clients and another server saw while something was done to a store. */
interface Seen {
  reads: number[];
  writes: number[];
  /** Of refused writes, how many said when to come back. */
  retryAfter: number;
  inbox: number[];
  /** Texts that were acknowledged, and ids of activities that were. */
  written: string[];
  taken: string[];
  /** The longest time in which no write was taken. */
  windowMs: number;
  slowestMs: number;
}

/** Reads, writes and knocks ten times a second each until it is stopped. */
function startLoad(scene: FaultScene) {
  const seen: Seen = {
    reads: [],
    writes: [],
    retryAfter: 0,
    inbox: [],
    written: [],
    taken: [],
    windowMs: 0,
    slowestMs: 0,
  };
  let isOver = false;
  let lastGood = Date.now();
  const timed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const began = Date.now();
    const result = await work();
    seen.slowestMs = Math.max(seen.slowestMs, Date.now() - began);
    return result;
  };
  const repeat = async (work: (place: number) => Promise<void>): Promise<void> => {
    const running: Promise<void>[] = [];
    for (let place = 0; !isOver; place += 1) {
      running.push(work(place));
      await sleep(100);
    }
    await Promise.all(running);
  };
  const lanes = Promise.all([
    repeat(async () => void seen.reads.push((await timed(() => scene.ask('GET', '/api/v1/timelines/home'))).status)),
    repeat(async (place) => {
      const text = `write-${place}`;
      const { status, headers } = await timed(() => scene.ask('POST', '/api/v1/statuses', { status: text }));
      seen.writes.push(status);
      if (status === 503 && headers.has('retry-after')) seen.retryAfter += 1;
      if (status !== 200) return;
      seen.written.push(text);
      seen.windowMs = Math.max(seen.windowMs, Date.now() - lastGood);
      lastGood = Date.now();
    }),
    repeat(async (place) => {
      const activity = scene.create(`load-${place}`);
      const status = await timed(() => scene.send(activity));
      seen.inbox.push(status);
      if (status === 202) seen.taken.push(String(activity['id']));
    }),
  ]);
  return {
    seen,
    async stop(): Promise<Seen> {
      isOver = true;
      await lanes;
      // Where none is taken any more, there is no next one to end it.
      seen.windowMs = Math.max(seen.windowMs, Date.now() - lastGood);
      return seen;
    },
  };
}

/** What was acknowledged is there, has its effect, and has reached the server of a follower. */
async function nothingLost(scene: FaultScene, seen: Seen, fan: StrangeServer): Promise<Finding[]> {
  const texts = (): Set<string> =>
    new Set(fan.delivered.map(({ activity }) => String((activity['object'] as { content?: string })?.content)));
  const missing = (): number => seen.written.filter((text) => !texts().has(`<p>${text}</p>`)).length;
  const effects = (): Promise<number> =>
    scene.value(`select count(*) as value from inbox_activities where activity_uri = any($1) and outcome = 'done'`, [
      seen.taken,
    ]);
  await until(async () => missing() === 0 && (await effects()) === seen.taken.length, 90_000).catch(() => {});
  const stored = await scene.value(`select count(*) as value from posts where local and boost_of_id is null`);
  return [
    finding(`posts of ${seen.written.length} that are lost`, Math.max(0, seen.written.length - stored), { is: 0 }),
    finding('deliveries of them that are lost', missing(), { is: 0 }),
    finding(`activities of ${seen.taken.length} that are lost`, seen.taken.length - (await effects()), { is: 0 }),
  ];
}

const good = (statuses: readonly number[]): number =>
  statuses.filter((status) => status === 200 || status === 202).length;
const honest = (statuses: readonly number[]): number =>
  good(statuses) + statuses.filter((status) => status === 503).length;

async function underLoad(
  rig: Rig,
  redis: boolean,
  harm: (scene: FaultScene) => Promise<void>,
  judge: (seen: Seen, scene: FaultScene) => Finding[] | Promise<Finding[]>,
): Promise<Finding[]> {
  const scene = await openScene(rig, { redis });
  const fan = await openStranger();
  try {
    await addFollowers(scene, [fan]);
    const load = startLoad(scene);
    await sleep(3000);
    await harm(scene);
    await sleep(5000);
    const seen = await load.stop();
    const failures = [...seen.reads, ...seen.writes, ...seen.inbox].filter((status) => status !== 503 && status >= 500);
    if (failures.length > 0)
      rig.say(`   ${failures.length} answers 5xx; the server said last:\n${scene.nodes[0]?.said().slice(-1500)}`);
    const isUp = (await scene.ask('GET', '/livez')).status === 200;
    if (!isUp) rig.say(`   the server ended; it said last:\n${scene.nodes[0]?.said().slice(-3000)}`);
    return [
      finding('processes that ended', isUp ? 0 : 1, { is: 0 }),
      ...(await judge(seen, scene)),
      ...(await nothingLost(scene, seen, fan)),
    ];
  } finally {
    await scene.close();
    await fan.close();
  }
}

const seconds = (rig: Rig, full: number): number => Math.max(5000, full * 1000 * rig.scale);

export const redisFlushed: Fault = {
  id: 'R8',
  title: 'Redis FLUSHALL three times under load',
  needsRedis: true,
  run: (rig) =>
    underLoad(
      rig,
      true,
      async () => {
        for (let time = 0; time < 3; time += 1) {
          await rig.redis?.command('FLUSHALL');
          await sleep(2000);
        }
      },
      (seen) => [
        share(
          'reads and writes that are well',
          good([...seen.reads, ...seen.writes]),
          seen.reads.length + seen.writes.length,
          99,
        ),
      ],
    ),
};

export const redisStopped: Fault = {
  id: 'R9',
  title: 'Redis stopped for 60 s, then started',
  needsRedis: true,
  run: (rig) =>
    underLoad(
      rig,
      true,
      async () => {
        await rig.redis?.stop();
        await sleep(seconds(rig, 60));
        await rig.redis?.start();
      },
      (seen) => [
        share('reads that are well', good(seen.reads), seen.reads.length, 99),
        share('writes that are well, or 503', honest(seen.writes), seen.writes.length, 99),
        finding('503 without Retry-After', seen.writes.filter((status) => status === 503).length - seen.retryAfter, {
          is: 0,
        }),
      ],
    ),
};

export const redisFull: Fault = {
  id: 'R10',
  title: 'Redis is full and takes nothing more for 20 s',
  needsRedis: true,
  run(rig) {
    let told = '';
    return underLoad(
      rig,
      true,
      async (scene) => {
        await rig.redis?.command('CONFIG SET maxmemory 1');
        await sleep(seconds(rig, 20));
        told = JSON.stringify((await scene.ask('GET', '/readyz')).body);
        await rig.redis?.command('CONFIG SET maxmemory 0');
      },
      async (seen, scene) => [
        share('inbox answers 202 (stored) or 503', honest(seen.inbox), seen.inbox.length, 99),
        finding('times that /readyz does not tell', told.includes('takes nothing more') ? 0 : 1, { is: 0 }),
        finding('times that it still does afterwards', (await scene.ask('GET', '/readyz')).status === 200 ? 0 : 1, {
          is: 0,
        }),
      ],
    );
  },
};

const writesWithin =
  (atMost: number) =>
  (seen: Seen): Finding[] => [finding('longest time without a write', seen.windowMs / 1000, { atMost }, ' s')];

export const postgresRestarted: Fault = {
  id: 'R11',
  title: 'PostgreSQL restarted five times under load',
  run: (rig) =>
    underLoad(
      rig,
      false,
      async () => {
        for (let time = 0; time < Math.ceil(5 * rig.scale); time += 1) {
          await rig.postgres.end('SIGINT');
          await sleep(8000);
        }
      },
      writesWithin(10),
    ),
};

export const postgresKilled: Fault = {
  id: 'R12',
  title: 'kill -9 of PostgreSQL, which recovers from its crash',
  run: (rig) =>
    underLoad(
      rig,
      false,
      async () => {
        await rig.postgres.end('SIGKILL');
        await sleep(10_000);
      },
      writesWithin(60),
    ),
};

export const postgresFrozen: Fault = {
  id: 'R13',
  title: 'PostgreSQL frozen for 30 s',
  run: async (rig) => {
    let before = 0;
    let after = 0;
    let thawed = 0;
    let recoveredMs = 0;
    return underLoad(
      rig,
      false,
      async (scene) => {
        const memory = async (): Promise<number> => (await residentMb(scene.nodes[0]?.pid() ?? 0)) ?? 0;
        before = await memory();
        const thaw = await rig.postgres.freeze();
        try {
          await sleep(seconds(rig, 30));
          after = await memory();
        } finally {
          thaw();
          thawed = Date.now();
        }
        await until(async () => (await scene.ask('GET', '/api/v1/timelines/home')).status === 200, 60_000).catch(
          () => {},
        );
        recoveredMs = Date.now() - thawed;
      },
      (seen) => [
        finding('slowest answer', seen.slowestMs / 1000, { atMost: 10.5 }, ' s'),
        share(
          'answers that are well, or 503',
          honest([...seen.reads, ...seen.writes, ...seen.inbox]),
          seen.reads.length + seen.writes.length + seen.inbox.length,
          99,
        ),
        finding('memory grew by', Math.max(0, after - before), { atMost: 200 }, ' MB'),
        finding('recovery', recoveredMs / 1000, { atMost: 10 }, ' s'),
      ],
    );
  },
};
