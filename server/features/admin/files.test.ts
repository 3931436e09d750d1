// The nightly check: files and rows that lost each other, and a store that fails now and then.
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeUpload } from '#server/features/media/service/take.ts';
import { sql } from '#server/platform/database.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { startWorker } from '#server/worker.ts';
import { inspectFiles } from './service/inspect-files.ts';
import { readKeySet } from './service/key-set.ts';
import { moveFiles } from './service/move-files.ts';
import { sweepFiles, sweepNightly } from './service/sweep-files.ts';

let server: TestServer;
let alice: Person;
let now = new Date();
const day = 24 * 60 * 60_000;

beforeEach(async () => {
  now = new Date();
  server = await openTestServer({ idle: true, clock: () => now });
  alice = await signUp(server, 'alice');
});
afterEach(() => server.close());

/** Uploads a picture; resolves to its id. */
async function upload(): Promise<string> {
  const path = join(server.ctx.config.dataDir, 'picture.jpg');
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 };
  await sharp({ create: { width: 60, height: 40, channels: 3, background: '#888', noise } })
    .jpeg()
    .toFile(path);
  const { signal } = new AbortController();
  return takeUpload(server.ctx, { accountId: alice.accountId, path, description: '', focus: { x: 0, y: 0 }, signal });
}

const pathOf = (key: string): string => join(server.ctx.config.dataDir, 'media', key);

/** A file that no row names, of that age. */
async function strand(key: string, ageMs: number): Promise<void> {
  await mkdir(dirname(pathOf(key)), { recursive: true });
  await writeFile(pathOf(key), 'left behind');
  const at = new Date(now.getTime() - ageMs);
  await utimes(pathOf(key), at, at);
}

async function keysOf(id: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select f->>'key' as key from media_attachments m,
    jsonb_array_elements(m.files) f where m.id = ${id}`.execute(server.ctx.database.read);
  return rows.map(({ key }) => key);
}

async function allKeys(): Promise<string[]> {
  const keys = [];
  for await (const { key } of server.ctx.files.list('')) keys.push(key);
  return keys.toSorted();
}

it('what nobody names goes after a day; what is on its way, and what is nobody of ours, stays', async () => {
  const id = await upload();
  await strand('media/1/old.webp', day + 60_000);
  await strand('uploads/1/old', day + 60_000);
  await strand('accounts/1/avatar-old.webp', day + 60_000);
  await strand('cache/ab/old.webp', day + 60_000);
  await strand('archives/old.zip', day + 60_000);
  await strand('media/2/new.webp', day - 60_000);
  await strand('else/old.webp', 10 * day);
  const swept = await sweepFiles(server.ctx);
  expect(swept).toMatchObject({ deleted: 5, forgotten: 0, left: 0, refusal: null });
  expect(await allKeys()).toEqual([...(await keysOf(id)), 'media/2/new.webp', 'else/old.webp'].toSorted());
  expect(await sweepFiles(server.ctx)).toMatchObject({ deleted: 0, found: { others: { files: 1 } } });
});

it('an upload whose file is lost is forgotten while no post shows it; of those that posts show it is said', async () => {
  const [lost, shown, whole] = [await upload(), await upload(), await upload()];
  const posted = await alice.api('POST', '/api/v1/statuses', { status: 'Look', media_ids: [shown] });
  expect(posted.body.media_attachments).toMatchObject([{ id: shown }]);
  for (const id of [lost, shown]) await rm(pathOf((await keysOf(id))[0] ?? ''));
  expect(await sweepFiles(server.ctx)).toMatchObject({ forgotten: 0, left: 2 });
  now = new Date(now.getTime() + 2 * 60 * 60_000);
  expect(await sweepFiles(server.ctx, { isDry: true })).toMatchObject({ forgotten: 1, left: 1 });
  expect(await sweepFiles(server.ctx)).toMatchObject({ forgotten: 1, left: 1, found: { missing: 2 } });
  const worker = await startWorker(server.ctx);
  await server.settle();
  await worker.stop();
  expect(await keysOf(lost)).toEqual([]);
  expect(await allKeys()).toEqual([...(await keysOf(shown)).slice(1), ...(await keysOf(whole))].toSorted());
  const seen: string[] = [];
  await inspectFiles(server.ctx, { onMissing: async ({ id, owner }) => seen.push(`${owner} ${id}`) });
  expect(seen).toEqual([`pictures, films and sounds ${shown}`]);
});

it('the files of a film are one folder, found by its playlist', async () => {
  const id = await upload();
  const work = join(server.ctx.config.dataDir, 'hls');
  await mkdir(work);
  for (const name of ['index.m3u8', 'a.m4s']) await writeFile(join(work, name), name);
  await server.ctx.files.putFolder('media/7/x/hls/', work);
  await sql`update media_attachments set files = files || '[{"role": "hls", "key": "media/7/x/hls/"}]' where id = ${id}`.execute(
    server.ctx.database.read,
  );
  now = new Date(now.getTime() + 2 * day);
  expect(await sweepFiles(server.ctx)).toMatchObject({ deleted: 0, found: { missing: 0 } });
  await rm(pathOf('media/7/x/hls'), { recursive: true });
  expect(await sweepFiles(server.ctx, { isDry: true })).toMatchObject({ found: { missing: 1 } });
});

it('when half of everything would go, nothing does: the database or the disk is not the right one', async () => {
  for (let index = 0; index < 101; index += 1) await strand(`media/${index}/x.webp`, 2 * day);
  const swept = await sweepFiles(server.ctx);
  expect(swept).toMatchObject({ deleted: 0, refusal: expect.stringContaining('101 of 101 files belong to no row') });
  await sweepNightly(server.ctx);
  expect(await allKeys()).toHaveLength(101);
  expect(await sweepFiles(server.ctx, { force: true })).toMatchObject({ deleted: 101, refusal: null });
  expect(await allKeys()).toEqual([]);
});

it('a store that fails now and then leaves neither rows without files nor, after the night, files without rows', async () => {
  const { ctx } = server;
  const { putFile, deleteFolder, delete: remove } = ctx.files;
  let asked = 0;
  const ill = <Args extends unknown[]>(verb: (...args: Args) => Promise<void>) => {
    return async (...args: Args): Promise<void> => {
      asked += 1;
      if (asked % 4 === 3) throw new Error('500 from the store');
      await verb(...args);
    };
  };
  ctx.files = { ...ctx.files, putFile: ill(putFile), deleteFolder: ill(deleteFolder), delete: ill(remove) };
  const ended = [];
  for (let index = 0; index < 12; index += 1) ended.push(...(await Promise.allSettled([upload()])));
  const stored = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect([stored.length > 0, stored.length < 12]).toEqual([true, true]);
  ctx.files = { ...ctx.files, putFile, deleteFolder, delete: remove };
  now = new Date(Date.now() + day + 60_000);
  await sweepNightly(ctx);
  const after = await inspectFiles(ctx);
  expect([after.orphans.files, after.missing]).toEqual([0, 0]);
  expect(await allKeys()).toEqual((await Promise.all(stored.map(keysOf))).flat().toSorted());
});

it('a file that went while all were moved is no failure, one that cannot be read is', async () => {
  const ids = [await upload(), await upload()];
  const [[going = ''], [broken = '']] = await Promise.all([keysOf(ids[0] ?? ''), keysOf(ids[1] ?? '')]);
  const { files } = server.ctx;
  const kept = new Map<string, number>();
  const to = {
    ...files,
    head: async (key: string) => (kept.has(key) ? { bytes: kept.get(key) ?? 0, contentType: '' } : null),
    putFile: async (key: string) => {
      const stored = await files.head(key);
      kept.set(key, key === broken ? 0 : (stored?.bytes ?? 0));
    },
  };
  const from = {
    ...files,
    async read(key: string) {
      if (key === going) await files.delete(key);
      return files.read(key);
    },
  };
  const moved = await moveFiles(server.ctx, { from, to, isDry: false, deleteSource: true });
  expect(moved).toMatchObject({
    failures: 1,
    failed: [{ key: broken, reason: expect.stringMatching(/^0 bytes have/) }],
    deleted: 0,
  });
  expect(kept.has(going)).toBe(false);
});

it('keys are known by eight bytes each, folders by what is in them', async () => {
  const names = Array.from({ length: 5000 }, (_, index) => ({ key: `media/${index}/original.webp` }));
  async function* pages() {
    yield names.slice(0, 3000);
    yield [...names.slice(3000), { key: 'media/x/hls/' }];
  }
  const set = await readKeySet(pages());
  expect(set.size).toBe(5001);
  expect(set.meet('media/4999/original.webp')).toBe(true);
  expect([set.isMet('media/4999/original.webp'), set.isMet('media/4998/original.webp')]).toEqual([true, false]);
  expect([set.meet('media/5000/original.webp'), set.meet('media/x/other'), set.meet('media/x/hls/720/a.m4s')]).toEqual([
    false,
    false,
    true,
  ]);
  expect(set.isMet('media/x/hls/')).toBe(true);
});
