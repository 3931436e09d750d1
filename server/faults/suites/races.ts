// The same activity at many doors at once or by many servers, and deletions that race with what they delete.
import { percentile } from '#server/bench/table.ts';
import { withLinkedSignature } from '#server/platform/fediverse/proofs/linked-signature.ts';
import { openStranger } from '#server/testing/stranger.ts';
import { until } from '#server/testing/until.ts';
import { finding, type Fault } from '../fault.ts';
import { inParallel, openScene } from '../scene.ts';

const unhandled = `select count(*) as value from inbox_activities where handled_at is null`;

export const manyTimes: Fault = {
  id: 'R5',
  title: 'one activity 100 times at once, by the shared inbox and by a personal one',
  async run(rig) {
    const scene = await openScene(rig);
    try {
      // A server that has just been started knows neither the key nor its own way yet.
      await inParallel(100, 20, async (place) => void (await scene.send(scene.create(`before-${place}`))));
      await until(async () => (await scene.value(unhandled)) === 0, 60_000);
      const known = `select posts_count as value from accounts where uri = '${scene.eve.uri}'`;
      const before = await scene.value(known);
      const activity = scene.create('again');
      const took: number[] = [];
      const statuses: number[] = [];
      await inParallel(100, 100, async (place) => {
        const began = performance.now();
        statuses.push(await scene.send(activity, place % 2 === 0 ? scene.inbox : `${scene.aliceUri}/inbox`));
        took.push(performance.now() - began);
      });
      await until(async () => (await scene.value(unhandled)) === 0, 60_000);
      const effects = (await scene.value(known)) - before;
      return [
        finding('effects', effects, { is: 1 }),
        finding('answers 202', statuses.filter((status) => status === 202).length, { is: 100 }),
        finding('answers 5xx', statuses.filter((status) => status >= 500 || status === 0).length, { is: 0 }),
        finding('p95', percentile(took, 0.95) / 1000, { atMost: 1 }, ' s'),
      ];
    } finally {
      await scene.close();
    }
  },
};

/** Each may bring 300 in a minute. */
const carrierServers = 10;

export const carriedByMany: Fault = {
  id: 'R34',
  title: 'one post with a signature of its author, brought 2,000 times by ten other servers',
  async run(rig) {
    const scene = await openScene(rig);
    const servers = await Promise.all(Array.from({ length: carrierServers }, () => openStranger()));
    try {
      const carriers = await Promise.all(servers.map((server) => server.person('carrier')));
      const create = scene.create('everywhere');
      const signed = await withLinkedSignature(create, scene.eve, new Date());
      const times = Math.round(2000 * Math.max(rig.scale, 0.1));
      const statuses: number[] = [];
      await inParallel(times, 100, async (place) => {
        const carrier = carriers[place % carrierServers];
        statuses.push((await carrier?.send(scene.inbox, signed).catch(() => 0)) ?? 0);
      });
      await until(async () => (await scene.value(unhandled)) === 0, 60_000);
      const object = create['object'] as { id: string };
      const effects = await scene.value('select count(*) as value from posts where uri = $1', [object.id]);
      const path = new URL(object.id).pathname;
      return [
        finding('effects', effects, { is: 1 }),
        finding('the origin is asked for it', scene.there.asked.filter((asked) => asked === path).length, {
          atMost: 1,
        }),
        finding('answers 202', statuses.filter((status) => status === 202).length, { is: times }),
      ];
    } finally {
      await scene.close();
      for (const server of servers) await server.close();
    }
  },
};

export const deletedWhileMade: Fault = {
  id: 'R7',
  title: 'a Delete that comes while its Create is being handled, 100 races',
  async run(rig) {
    const scene = await openScene(rig);
    try {
      await inParallel(Math.round(100 * Math.max(rig.scale, 0.2)), 5, async (place) => {
        const create = scene.create(`race-${place}`);
        const object = (create['object'] as { id: string }).id;
        const deletion = {
          '@context': create['@context'],
          id: `${object}/gone`,
          type: 'Delete',
          actor: scene.eve.uri,
          object,
        };
        await Promise.all([scene.send(create), scene.send(deletion)]);
      });
      await until(async () => (await scene.value(unhandled)) === 0, 60_000);
      const left = await scene.value(
        `select count(*) as value from posts where uri like '${scene.there.origin}%race-%'`,
      );
      return [finding('brought back to life', left, { is: 0 })];
    } finally {
      await scene.close();
    }
  },
};
