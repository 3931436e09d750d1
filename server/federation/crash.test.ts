// Killing the server at any moment loses nothing: what was answered with 200 reaches the other server, once.
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import { stores } from '#server/testing/context.ts';
import { openPeer, type Peer } from '#server/testing/peer.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { prepareServer, type ServerProcess } from '#server/testing/process.ts';
import { until } from '#server/testing/until.ts';

const minutes = 60_000;

describe.each(stores())('a server with its queue on $store, killed again and again', ({ redis }) => {
  // The queue on Redis shares all but the queue with the other, where the full number is done.
  const kills = redis ? 10 : 50;
  let server: ServerProcess;
  let peer: Peer;
  let alice: Person;

  beforeAll(async () => {
    [server, peer] = await Promise.all([prepareServer({ redis }), openPeer()]);
    const { config, secrets } = loadConfig({ env: server.env });
    const ctx = await openContext({ config, secrets, log: pino({ level: 'silent' }), databaseUrl: server.databaseUrl });
    alice = await signUp({ ctx, origin: server.origin }, 'alice');
    await ctx.close();
    await server.start();
    const { body } = await alice.api(
      'GET',
      `/api/v1/accounts/search?q=${encodeURIComponent(peer.handle('tally'))}&resolve=true`,
    );
    expect(body).toHaveLength(1);
    await server.stop();
  }, 2 * minutes);
  afterAll(async () => {
    await Promise.all([server?.remove(), peer?.stop()]);
  });

  it(
    `delivers every post exactly once after ${kills} kills between accepting and delivering`,
    { timeout: 8 * minutes },
    async () => {
      const uris: string[] = [];
      for (let round = 0; round < kills; round += 1) {
        await server.start();
        const posts = Array.from({ length: 3 }, (_, place) => write(`${round}-${place}`));
        const ended = Promise.allSettled(posts);
        // One is waited for, the others may be under way or answered; then, at once or a little later, the power goes.
        uris.push(await (posts[0] ?? write(`${round}-0`)));
        await new Promise((resolve) => setTimeout(resolve, (round % 10) * 15));
        await server.kill();
        await ended;
      }
      await server.start();
      // A client that got no answer asks again with the same key.
      for (let round = 0; round < kills; round += 1)
        for (let place = 1; place < 3; place += 1) uris.push(await write(`${round}-${place}`));
      expect(new Set(uris).size).toBe(kills * 3);

      await until(async () => (await peer.told()).size === uris.length, 2 * minutes).catch(async (error: unknown) => {
        throw new Error(`${String(error)}
${(await peer.told()).size} of ${uris.length}
${server.said().slice(-20_000)}
${peer.log().slice(-2000)}`);
      });
      const told = await peer.told();
      expect(new Set(told.keys())).toEqual(new Set(uris));
      expect([...told.values()].filter((times) => times !== 1)).toEqual([]);
      // It tells its resident first, and notes what it received then.
      const received = async (): Promise<number> =>
        (await peer.received('tally')).filter((id) => id.includes('/ap/activities/create/')).length;
      await until(async () => (await received()) >= uris.length);
      expect(await received()).toBe(uris.length);
    },
  );

  /** Writes a post; resolves to its address when it was accepted. */
  async function write(key: string): Promise<string> {
    // For one reader only: to sort a public post the other server would first ask ours who follows its author, and drops the post when ours is dead.
    const status = `@${peer.handle('tally')} post ${key}`;
    const { status: code, body } = await alice.api(
      'POST',
      '/api/v1/statuses',
      { status, visibility: 'direct' },
      { 'idempotency-key': key },
    );
    if (code !== 200) throw new Error(`${code} ${JSON.stringify(body)}`);
    return body.uri;
  }
});
