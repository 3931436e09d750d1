// Half of the servers that follow somebody are gone: what that costs the others.
import { percentile } from '#server/bench/table.ts';
import { until } from '#server/testing/until.ts';
import { followFrom, openCrowd, type Crowd } from '../crowd.ts';
import { finding, type Fault } from '../fault.ts';
import { openHouse, type House } from '../house.ts';
import { sleep } from '../scene.ts';

const postEveryMs = 3000;
const sampleMs = 200;
/** Connections that the courier keeps for deliveries: at work, and kept waiting. */
const places = 64 + 128;

export const manyDead: Fault = {
  id: 'R20',
  title:
    '500 servers that never answer beside 500 that do, a post every 3 s; ten minutes, seven of them by moving the clock',
  async run(rig) {
    const count = Math.max(60, Math.round(500 * rig.scale));
    const firstMs = Math.max(30_000, 120_000 * rig.scale);
    const lastMs = Math.max(20_000, 60_000 * rig.scale);
    const { house, people } = await openHouse(rig, ['alice'], { names: true });
    const crowd = await openCrowd();
    try {
      const names = Array.from({ length: count }, (_, place) => [`live${place}`, `dead${place}`]).flat();
      const inboxes = names.map((name) => `http://${name}.test:${crowd.port}/inbox`);
      await followFrom(house.databaseUrl, people.alice.accountId, inboxes);
      const author = startAuthor((text) => house.askAs(people.alice, 'POST', '/api/v1/statuses', { status: text }));
      await sleep(firstMs);
      await house.setClocks(7 * 60_000);
      const asked = crowd.asked();
      const held = await meanHeld(crowd, lastMs);
      const askedThen = crowd.asked() - asked;
      const written = await author.stop();
      await until(() => missing(crowd, written, count) === 0, 60_000).catch(() => {});
      const delays = delaysOf(crowd, written, count);
      rig.say(
        `   median delay ${Math.round(percentile(delays, 0.5))} ms; ${askedThen} tries at the dead in ${lastMs / 1000} s; ${await waiting(house)} deliveries wait for them`,
      );
      return [
        finding(`of ${written.size * count} deliveries to the living, missing`, missing(crowd, written, count), {
          is: 0,
        }),
        finding('delivery to the living, p95', percentile(delays, 0.95) / 1000, { atMost: 30 }, ' s'),
        finding('the dead hold, of the places for deliveries', (100 * held) / places, { atMost: 10 }, ' %'),
      ];
    } finally {
      await house.close();
      await crowd.close();
    }
  },
};

/** Writes a post every three seconds until it is stopped; then tells when each was taken. */
function startAuthor(write: (text: string) => Promise<{ status: number }>) {
  const written = new Map<string, number>();
  let isOver = false;
  const running = (async () => {
    for (let place = 0; !isOver; place += 1) {
      const text = `post ${place}`;
      const began = Date.now();
      if ((await write(text)).status === 200) written.set(text, began);
      await sleep(postEveryMs - (Date.now() - began));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await running;
      return written;
    },
  };
}

const missing = ({ arrivals }: Crowd, written: ReadonlyMap<string, number>, hosts: number): number =>
  [...written.keys()].reduce((sum, text) => sum + hosts - (arrivals.get(text)?.size ?? 0), 0);

/** From when each post was sent by its author until each living host had it; for those that never had it, for ever. */
function delaysOf(crowd: Crowd, written: ReadonlyMap<string, number>, hosts: number): number[] {
  return [...written].flatMap(([text, sent]) => {
    const came = [...(crowd.arrivals.get(text)?.values() ?? [])].map((at) => at - sent);
    return [...came, ...Array.from({ length: hosts - came.length }, () => Infinity)];
  });
}

async function meanHeld(crowd: Crowd, forMs: number): Promise<number> {
  const samples: number[] = [];
  for (const end = Date.now() + forMs; Date.now() < end; await sleep(sampleMs)) samples.push(crowd.held());
  return samples.reduce((sum, held) => sum + held, 0) / samples.length;
}

const waiting = (house: House): Promise<number> =>
  house.value(`select count(*) as value from deliveries where state = 'waiting' and host like 'dead%'`);
