// A worker whose event loop stands still for so long that others take it for dead, and that then goes on.
import { openFarEnd, type FarEnd } from '#server/testing/far-end.ts';
import { openStranger, type StrangeServer } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { finding, type Fault, type Finding } from '../fault.ts';
import { readMetric } from '../house.ts';
import { addFollowers, inParallel, insist, openScene, sleep, type FaultScene } from '../scene.ts';

const blockMs = 40_000;

export const workerBlocked: Fault = {
  id: 'R25',
  title: 'a worker stands still for 40 s in the middle of activities, deliveries and visits to pages; another is there',
  isQuiet: true,
  async run(rig) {
    const scene = await openScene(rig, { redis: true, roles: ['web', 'worker', 'worker'], names: true });
    const [fan, pages] = await Promise.all([openStranger(), openFarEnd()]);
    const [, first, second] = scene.nodes;
    try {
      await addFollowers(scene, [fan]);
      // All that is under way is the first worker's.
      second?.signal('SIGSTOP');
      const links = 8;
      // Pages come when the worker stands still: their visits are under way then.
      const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
      for (let place = 0; place < links; place += 1)
        await scene.ask('POST', '/api/v1/statuses', { status: `look ${slowPage(pages, place, stopped)}` });
      await until(() => pages.asked.length >= links, 60_000);
      const load = startLoad(scene);
      await sleep(500);
      first?.block(blockMs);
      setTimeout(stop, 500);
      const began = Date.now();
      second?.signal('SIGCONT');
      await sleep(blockMs + 1000);
      // At once: what it says later pushes it out of what is kept.
      const isLogged = await until(() => first?.said().includes('this process stood still') ?? false, 20_000).then(
        () => true,
        () => false,
      );
      const { activities, posts } = await load.stop();
      await until(() => isSettled(scene, links), 90_000).catch(() => {});
      const settledMs = Date.now() - began - blockMs;
      // What the worker had in hand ends a second time now.
      await sleep(12_000);
      return [
        ...(await effects(scene, activities, posts, fan)),
        ...(await visits(scene, pages, links)),
        finding('all is done after it goes on', settledMs / 1000, { atMost: 60 }, ' s'),
        ...(await alerts(scene, isLogged)),
      ];
    } finally {
      await scene.close();
      await Promise.all([fan.close(), pages.close()]);
    }
  },
};

/** A page that comes late and has a title, which becomes a card. */
function slowPage(pages: FarEnd, place: number, after: Promise<void>): string {
  // Each of a site of its own: one site is asked for two things at once at most.
  const address = pages.show(`/page${place}`, (_request, response) => {
    void after.then(() => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><html><head><title>Page ${place}</title></head><body></body></html>`);
    });
  });
  return address.replace('localhost', `site${place}.test`);
}

/** Twenty activities a second and a post every second, until it is stopped. */
function startLoad(scene: FaultScene) {
  let isOver = false;
  let activities = 0;
  let posts = 0;
  const running = (async () => {
    while (!isOver) {
      const second = activities / 20;
      await Promise.all([
        inParallel(20, 4, (place) => insist(() => scene.send(scene.create(`load-${second}-${place}`)), 202)),
        insist(async () => (await scene.ask('POST', '/api/v1/statuses', { status: `at ${second}` })).status, 200),
        sleep(1000),
      ]);
      activities += 20;
      posts += 1;
    }
  })();
  return {
    async stop() {
      isOver = true;
      await running;
      return { activities, posts };
    },
  };
}

async function isSettled(scene: FaultScene, links: number): Promise<boolean> {
  const left = `select (select count(*) from inbox_activities where handled_at is null)
    + (select count(*) from outbox_events where due_at <= now()) + (select count(*) from deliveries where state = 'waiting')
    + ${links} - (select count(*) from link_previews where state = 'ready') as value`;
  return (await scene.value(left)) === 0;
}

async function effects(scene: FaultScene, activities: number, posts: number, fan: StrangeServer): Promise<Finding[]> {
  const stored = await scene.value(`select count(*) as value from posts where uri like '${scene.eve.uri}/notes/%'`);
  const counted = await scene.value(`select posts_count as value from accounts where uri = '${scene.eve.uri}'`);
  const creates = fan.delivered.filter(({ activity }) => activity['type'] === 'Create');
  const texts = new Set(creates.map(({ activity }) => (activity['object'] as { content: string }).content));
  const arrived = Array.from({ length: posts }, (_, place) => `<p>at ${place}</p>`).filter((text) => texts.has(text));
  return [
    finding('effects of activities', stored, { is: activities }),
    finding('counted twice', counted - stored, { is: 0 }),
    finding('posts that reached the follower', arrived.length, { is: posts }),
  ];
}

/** Each page was visited again by the other worker, and the late end of the first visit took nothing away. */
async function visits(scene: FaultScene, pages: FarEnd, links: number): Promise<Finding[]> {
  const again = Array.from(
    { length: links },
    (_, place) => pages.asked.filter((path) => path === `/page${place}`).length,
  );
  const cards = await scene.rows<{ title: string }>(
    `select title from link_previews where state = 'ready' order by id`,
  );
  const rightly = cards.filter(({ title }) => /^Page \d$/u.test(title)).length;
  return [
    {
      promise: 'jobs whose lock was lost are run again',
      measured: `${again.filter((count) => count === 2).length} of ${links}`,
      isMet: again.every((count) => count === 2),
    },
    finding('cards', rightly, { is: links }),
  ];
}

/** What those who run the server may see of it. */
async function alerts({ nodes: [, first, second] }: FaultScene, isLogged: boolean): Promise<Finding[]> {
  if (first === undefined || second === undefined) return [];
  const stalls = await readMetric(first.address, 'rookery_stalls_total');
  const lost = await readMetric(second.address, 'rookery_jobs_lost_total');
  return [
    {
      promise: 'it tells that it stood still, in the log and in /metrics',
      measured: `${isLogged ? 'a line' : 'no line'}, ${stalls} counted`,
      isMet: isLogged && stalls > 0,
    },
    { promise: 'the other tells of jobs it took over', measured: `${lost} counted`, isMet: lost > 0 },
  ];
}
