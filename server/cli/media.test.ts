// bin/rookery media … beside a running server: what files take, whether all are there, what goes, and moving them to a bucket.
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFilesOn } from '#server/context.ts';
import { takeUpload } from '#server/features/media/service/take.ts';
import { sql } from '#server/platform/database.ts';
import { openBucket, type TestBucket } from '#server/testing/bucket.ts';
import { signUp, type Person } from '#server/testing/people.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { rookery } from './test-program.ts';

let server: TestServer;
let alice: Person;
let settings: Record<string, string>;
const ids: string[] = [];

beforeAll(async () => {
  server = await openTestServer();
  alice = await signUp(server, 'alice');
  for (let index = 0; index < 3; index += 1) ids.push(await upload());
  settings = { DATABASE_URL: server.databaseUrl, DATA_DIR: server.ctx.config.dataDir, ORIGIN: server.origin };
});
afterAll(() => server.close());

async function upload(): Promise<string> {
  const path = join(server.ctx.config.dataDir, 'picture.jpg');
  await sharp({ create: { width: 60, height: 40, channels: 3, background: '#888' } })
    .jpeg()
    .toFile(path);
  const { signal } = new AbortController();
  return takeUpload(server.ctx, { accountId: alice.accountId, path, description: '', focus: { x: 0, y: 0 }, signal });
}

const pathOf = (key: string): string => join(server.ctx.config.dataDir, 'media', key);

async function strand(key: string, days: number): Promise<void> {
  await mkdir(dirname(pathOf(key)), { recursive: true });
  await writeFile(pathOf(key), 'left behind');
  const at = new Date(Date.now() - days * 86_400_000);
  await utimes(pathOf(key), at, at);
}

async function originalOf(id: string): Promise<string> {
  const { rows } = await sql<{
    key: string;
  }>`select f->>'key' as key from media_attachments m, jsonb_array_elements(m.files) f
    where m.id = ${id} and f->>'role' = 'original'`.execute(server.ctx.database.read);
  return rows[0]?.key ?? '';
}

it('usage says what is where, who uses most, and how much room is left', async () => {
  const { code, json } = await rookery(settings, ['media', 'usage', '--json']);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    place: 'disk',
    freeBytes: expect.any(Number),
    kinds: [{ kind: 'image', files: 3, bytes: expect.any(Number) }],
    accounts: [{ username: 'alice', files: 3 }],
    remote: { files: 0, bytes: 0 },
    orphans: { files: 0, bytes: 0 },
  });
  const stored = Object.fromEntries(json.stored.map((one: { name: string; files: number }) => [one.name, one.files]));
  expect(stored['pictures, films and sounds']).toBeGreaterThanOrEqual(3);
  const shown = await rookery(settings, ['media', 'usage', '--quick']);
  expect(shown.stdout).toMatch(
    /^Files are kept in DATA_DIR\/media\.\nRoom left where DATA_DIR is: .*B\.\n\nUPLOADED HERE/,
  );
  expect(shown.stdout).toMatch(/\nalice +3 +[\d.]+ k?B\n/);
});

it('verify says what is missing and what to do about it, and fails', async () => {
  const fine = await rookery(settings, ['media', 'verify']);
  expect([fine.code, fine.stdout]).toEqual([0, expect.stringMatching(/^All \d+ files that rows name are there\.\n/)]);
  const id = await upload();
  const key = await originalOf(id);
  await rm(pathOf(key));
  const broken = await rookery(settings, ['media', 'verify']);
  expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining(`${id}  ${key}`)]);
  expect(broken.stdout).toContain('Copy them back from a backup');
  const { code, json } = await rookery(settings, ['media', 'verify', '--json']);
  expect([code, json]).toMatchObject([
    1,
    { ok: false, missing: 1, files: [{ id, key, owner: 'pictures, films and sounds' }] },
  ]);
  await sql`delete from media_attachments where id = ${id}`.execute(server.ctx.database.read);
});

it('prune says first, then deletes: uploads after their day, files without rows', async () => {
  const late = await upload();
  await sql`update media_attachments set expires_at = now() - interval '1 hour' where id = ${late}`.execute(
    server.ctx.database.read,
  );
  await strand('media/9/left.webp', 2);
  await strand('media/9/fresh.webp', 0);
  const dry = await rookery(settings, ['media', 'prune', '--dry-run', '--remote', '0', '--json']);
  expect(dry.json).toMatchObject({ dryRun: true, unattached: 1, remote: 0, orphans: 1, orphanBytes: 11, lost: 0 });
  expect(await readdir(pathOf('media/9'))).toHaveLength(2);
  const pruned = await rookery(settings, ['media', 'prune', '--json']);
  expect(pruned.json).toMatchObject({ dryRun: false, unattached: 1, orphans: 1 });
  expect(await readdir(pathOf('media/9'))).toEqual(['fresh.webp']);
  await server.settle();
  expect(await readdir(pathOf(`media`))).not.toContain(late);
  expect((await rookery(settings, ['media', 'prune', '--remote', 'x'])).code).toBe(2);
});

describe('move', () => {
  let folder: string;
  let bucket: TestBucket;
  let withBucket: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-move-'));
    bucket = await openBucket();
    withBucket = { ...settings, ...bucket.env };
  });
  afterAll(async () => {
    await bucket.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function listBoth(): Promise<{ disk: string[]; s3: string[] }> {
    const { config } = server.ctx;
    const s3Config = { ...config, s3Bucket: 'rookery', s3Endpoint: withBucket['S3_ENDPOINT'] };
    const secrets = { ...server.ctx.secrets, s3AccessKey: 'S3RVER', s3SecretKey: 'S3RVER' };
    const [disk, s3] = await Promise.all([openFilesOn('disk', config, secrets), openFilesOn('s3', s3Config, secrets)]);
    const keys = async (files: typeof disk): Promise<string[]> => {
      const found = [];
      for await (const { key, bytes } of files.list('')) found.push(`${key} ${bytes}`);
      return found.toSorted();
    };
    return { disk: await keys(disk), s3: await keys(s3) };
  }

  it('says what is missing when there is no bucket, and what it would do when there is', async () => {
    const none = await rookery(settings, ['media', 'move', '--to', 's3']);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no bucket: give S3_BUCKET')]);
    expect((await rookery(settings, ['media', 'move'])).code).toBe(2);
    const dry = await rookery(withBucket, ['media', 'move', '--to', 's3', '--dry-run']);
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringMatching(/^(\d+) of \1 files \(.*\) would be copied to the bucket/),
    ]);
    expect((await listBoth()).s3).toEqual([]);
  });

  it('copies everything while the server goes on, goes on where it stopped, and moves back', async () => {
    const archive = join(folder, 'archive.zip');
    await writeFile(archive, 'all of it');
    await server.ctx.files.putPrivate('archives/x.zip', archive, 'application/zip');
    const first = await rookery(withBucket, ['media', 'move', '--to', 's3', '--json']);
    expect(first.json).toMatchObject({ failures: 0, deleted: 0, settings: expect.stringContaining('Set S3_BUCKET') });
    const { disk, s3 } = await listBoth();
    expect(s3).toEqual(disk);
    expect(first.json.copied).toBe(disk.length);
    // The server goes on meanwhile.
    await upload();
    const second = await rookery(withBucket, ['media', 'move', '--to', 's3']);
    expect(second.stdout).toMatch(/^[12] of \d+ files .* copied to the bucket; all \d+ are there/);
    expect(second.stdout).toContain('Nothing is switched yet:');

    const freed = await rookery(withBucket, ['media', 'move', '--to', 's3', '--delete-source', '--json']);
    expect(freed.json).toMatchObject({ copied: 0, failures: 0, deleted: freed.json.files });
    expect((await listBoth()).disk).toEqual([]);
    const back = await rookery(withBucket, ['media', 'move', '--to', 'disk', '--json']);
    expect(back.json).toMatchObject({ failures: 0, copied: freed.json.files });
    const again = await listBoth();
    expect(again.disk).toEqual(again.s3);
    expect((await rookery(settings, ['media', 'verify'])).code).toBe(0);
  });
});
