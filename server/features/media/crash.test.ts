// Uploads when things go wrong around them: the server ends in the middle of a film, or the disk is full.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { openContext } from '#server/context.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { photo, upload } from '#server/testing/pictures.ts';
import { prepareServer, type ServerProcess } from '#server/testing/process.ts';
import { hasFfmpeg, openWorkshop, picture, type Workshop } from '#server/testing/recordings.ts';
import { until } from '#server/testing/until.ts';

const minute = 60_000;

async function personOf(server: ServerProcess): Promise<Person> {
  const { config, secrets } = loadConfig({ env: server.env });
  const ctx = await openContext({ config, secrets, log: pino({ level: 'silent' }), databaseUrl: server.databaseUrl });
  const person = await signUp({ ctx, origin: server.origin }, 'alice');
  await ctx.close();
  return person;
}

const filesOf = async (server: ServerProcess, folder: string): Promise<string[]> => {
  const entries = await readdir(join(server.env['DATA_DIR'] ?? '', folder), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

describe.runIf(hasFfmpeg)('a server that ends in the middle of a film', () => {
  let server: ServerProcess;
  let shop: Workshop;
  let alice: Person;
  let film: Buffer;

  beforeAll(async () => {
    [server, shop] = [await prepareServer(), await openWorkshop()];
    alice = await personOf(server);
    const codec = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '2M'];
    film = await readFile(await shop.write('film.webm', [...picture('640x480', 8, 30), ...codec]));
  }, 2 * minute);
  afterAll(async () => {
    await server?.remove();
    await shop?.close();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['killed', () => server.kill()],
    ['told to end', async () => expect(await server.stop()).toBe(0)],
  ])('%s: the film is made by the next one', { timeout: 5 * minute }, async (_how, end) => {
    await server.start();
    const { status, body } = await upload(alice, film);
    expect(status).toBe(202);
    const look = () => alice.api('GET', `/api/v1/media/${body.id}`);
    // The work has begun when there is a place for it.
    await until(async () => (await filesOf(server, 'work')).some((name) => name.endsWith('.mp4')), minute);
    expect((await look()).status).toBe(206);
    await end();
    await server.start();
    await until(async () => (await look()).status === 200, 3 * minute).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${server.said()}`);
    });
    const ready = await look();
    expect(ready.body.meta.original).toMatchObject({ width: 640, height: 480, duration: expect.closeTo(8, 0) });
    expect((await fetch(ready.body.url)).status).toBe(200);
    await server.stop();
    expect(await filesOf(server, 'media/uploads')).toEqual([]);
  });
});

describe('a server whose disk is full', () => {
  let server: ServerProcess;
  let alice: Person;

  beforeAll(async () => {
    server = await prepareServer({ fileBlocks: 1024, env: { NODE_COMPILE_CACHE: '' } });
    alice = await personOf(server);
    await server.start();
  }, 2 * minute);
  afterAll(() => server?.remove());

  it('says so, keeps nothing, and takes what fits and what needs no room', { timeout: minute }, async () => {
    const large = await photo(2400, 1800);
    expect(large.length).toBeGreaterThan(600_000);
    const { status, body } = await upload(alice, large);
    expect([status, body.error]).toEqual([507, expect.stringMatching(/no room left for files, so nothing was saved/)]);
    expect(await filesOf(server, 'work')).toEqual([]);
    expect(await filesOf(server, 'media')).toEqual([]);
    expect((await alice.api('POST', '/api/v1/statuses', { status: 'still here' })).status).toBe(200);
    expect((await upload(alice, await photo(64, 48))).status).toBe(200);
  });
});
