// Processes that are killed: workers in the middle of everything, and the one that takes posts.
import { openStranger } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { finding, type Fault, type Finding } from '../fault.ts';
import type { Rig } from '../rig.ts';
import { addFollowers, inParallel, insist, openScene, sleep, type FaultScene } from '../scene.ts';

export const workerKilled: Fault = {
  id: 'R1',
  title: 'kill -9 a random worker every 5 s, 5,000 activities in, 2,000 deliveries out',
  needsRedis: true,
  async run(rig) {
    const activities = Math.round(5000 * rig.scale);
    const posts = Math.round(200 * rig.scale);
    const scene = await openScene(rig, { redis: true, roles: ['web', 'worker', 'worker'] });
    const servers = await Promise.all(Array.from({ length: 10 }, () => openStranger()));
    try {
      await addFollowers(scene, servers);
      const handled = `select count(*) as value from inbox_activities where handled_at is not null`;
      const before = await scene.value(handled);
      const killer = startKiller(scene, [1, 2]);
      await Promise.all([
        inParallel(activities, 16, (place) => insist(() => scene.send(scene.create(String(place))), 202)),
        inParallel(posts, 2, async (place) => {
          const key = { 'idempotency-key': `r1-${place}` };
          await insist(
            async () => (await scene.ask('POST', '/api/v1/statuses', { status: `${place}` }, key)).status,
            200,
          );
        }),
      ]);
      const isDone = async (): Promise<boolean> =>
        (await scene.value(handled)) - before >= activities && (await owed(scene)) === 0;
      await until(isDone, 300_000).catch(() => {});
      const { kills, longestMs } = await killer.stop();
      await until(isDone, 120_000).catch(() => {});
      return [
        { promise: 'workers are killed', measured: `${kills} kills`, isMet: kills > 0 },
        ...(await effects(scene, activities)),
        ...arrivals(servers, posts),
        finding('recovery after each kill', longestMs / 1000, { atMost: 60 }, ' s'),
      ];
    } finally {
      await scene.close();
      await Promise.all(servers.map((server) => server.close()));
    }
  },
};

async function effects(scene: FaultScene, activities: number): Promise<Finding[]> {
  const posts = await scene.value(`select count(*) as value from posts where uri like '${scene.there.origin}%'`);
  const counted = await scene.value(`select posts_count as value from accounts where uri = '${scene.eve.uri}'`);
  return [finding('effects', posts, { is: activities }), finding('counted twice', counted - posts, { is: 0 })];
}

function arrivals(servers: ReadonlyArray<{ delivered: Array<{ activity: Record<string, unknown> }> }>, posts: number) {
  const perServer = servers.map(({ delivered }) =>
    delivered.map(({ activity }) => activity).filter(({ type }) => type === 'Create'),
  );
  const distinct = perServer.map((activities) => new Set(activities.map(({ id }) => id)).size);
  const arrived = distinct.reduce((sum, count) => sum + count, 0);
  const all = perServer.reduce((sum, { length }) => sum + length, 0);
  return [
    finding('deliveries that arrived', arrived, { is: posts * servers.length }),
    finding('repeats', arrived === 0 ? 100 : (100 * (all - arrived)) / arrived, { atMost: 1 }, ' %'),
  ];
}

const owed = (scene: FaultScene): Promise<number> =>
  scene.value(
    `select (select count(*) from deliveries where state = 'waiting') + (select count(*) from outbox_events where due_at <= now()) as value`,
  );

/** Kills one of these processes every five seconds and starts it again; watches how long the work stands still after it. */
function startKiller(scene: FaultScene, places: readonly number[]) {
  let isOver = false;
  let kills = 0;
  let longestMs = 0;
  const progress = `select coalesce(max(handled_at), 'epoch') as value from inbox_activities`;
  const pulse = `select extract(epoch from (${progress.replace(' as value', '')})) as value`;
  const run = async (): Promise<void> => {
    while (!isOver) {
      await sleep(5000);
      const node = scene.nodes[places[Math.floor(Math.random() * places.length)] ?? 0];
      if (isOver || node === undefined) return;
      const killed = Date.now();
      await node.kill();
      kills += 1;
      await node.start();
      await until(
        async () => (await scene.value(pulse)) * 1000 > killed || isOver || (await owed(scene)) === 0,
        90_000,
      ).catch(() => {});
      longestMs = Math.max(longestMs, Date.now() - killed);
    }
  };
  const running = run();
  return {
    async stop() {
      isOver = true;
      await running;
      return { kills, longestMs };
    },
  };
}

export const webKilled: Fault = {
  id: 'R2',
  title: 'kill -9 the server during 500 posts, whose client tries again with the same key',
  async run(rig) {
    const posts = Math.round(500 * rig.scale);
    const scene = await openScene(rig);
    const server = await openStranger();
    try {
      await addFollowers(scene, [server]);
      let isOver = false;
      let kills = 0;
      const killing = (async () => {
        while (!isOver) {
          await sleep(700 + Math.random() * 1500);
          await scene.nodes[0]?.kill();
          kills += 1;
          await scene.nodes[0]?.start();
        }
      })();
      await inParallel(posts, 4, async (place) => {
        const key = { 'idempotency-key': `r2-${place}` };
        await insist(
          async () => (await scene.ask('POST', '/api/v1/statuses', { status: `${place}` }, key)).status,
          200,
        );
      });
      isOver = true;
      await killing;
      await until(async () => (await owed(scene)) === 0, 120_000).catch(() => {});
      const stored = await scene.value(`select count(*) as value from posts where local`);
      const [arrived] = arrivals([server], posts);
      return [
        { promise: 'the server is killed', measured: `${kills} kills`, isMet: kills > 0 },
        finding('posts', stored, { is: posts }),
        ...(arrived === undefined ? [] : [arrived]),
      ];
    } finally {
      await scene.close();
      await server.close();
    }
  },
};

export const killedBeforeQueue: Fault = {
  id: 'R3',
  title: 'kill -9 between the commit and the queue: only the web process runs, then the worker starts',
  needsRedis: true,
  async run(rig: Rig) {
    const scene = await openScene(rig, { redis: true, roles: ['web', 'worker'] });
    const server = await openStranger();
    try {
      await addFollowers(scene, [server]);
      await scene.nodes[1]?.kill();
      const count = Math.round(20 * Math.max(rig.scale, 0.25));
      await inParallel(
        count,
        4,
        async (place) => void (await scene.ask('POST', '/api/v1/statuses', { status: `${place}` })),
      );
      await scene.nodes[0]?.kill();
      await Promise.all(scene.nodes.map((node) => node.start()));
      const started = Date.now();
      const creates = (): number => server.delivered.filter(({ activity }) => activity['type'] === 'Create').length;
      await until(() => creates() >= count, 90_000).catch(() => {});
      return [
        finding('deliveries', creates(), { is: count }),
        finding('delivered after the start', (Date.now() - started) / 1000, { atMost: 60 }, ' s'),
      ];
    } finally {
      await scene.close();
      await server.close();
    }
  },
};
