// How much of other servers' files is kept: never more than the bound, the longest unused goes first, and all of a server at once.
import { writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from '#server/platform/database.ts';
import { film, look, openFarEnd, type FarEnd } from '#server/testing/far-end.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { dropRemoteFiles, measureRemote, tidyRemote } from './service/remote-bound.ts';
import { claimRemote, digestOf, findRemote, reserveRemote } from './service/remote-rows.ts';

const bound = 50_000;
let server: TestServer;
let far: FarEnd;
let now: Date;
beforeEach(async () => {
  now = new Date();
  far = await openFarEnd();
  server = await openTestServer({ idle: true, clock: () => now, mediaCacheMaxGb: bound / 1e9 });
});
afterEach(async () => {
  await server.close();
  await far.close();
});

const later = (hours: number): void => void (now = new Date(now.getTime() + hours * 3_600_000));
const see = (url: string) => look(server, url, 'file').then((answer) => answer.arrayBuffer());
const films = (count: number, bytes: number): string[] =>
  Array.from({ length: count }, (_unused, index) => far.show(`/${index}.mp4`, film(bytes)));

/** What really lies in the store. */
async function stored(): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  for await (const file of server.ctx.files.list('cache/')) {
    files += 1;
    bytes += file.bytes;
  }
  return { files, bytes };
}

async function usage(): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`select bytes from remote_usage`.execute(server.ctx.database.read);
  return Number(rows[0]?.bytes ?? 0);
}

describe('the bound', () => {
  test('holds: what was not looked at for longest goes first', async () => {
    const urls = films(5, 12_000);
    for (const url of urls.slice(0, 4)) {
      await see(url);
      later(2);
    }
    expect(await stored()).toEqual({ files: 4, bytes: 48_000 });
    await see(urls[0] ?? '');
    later(2);
    await see(urls[4] ?? '');
    expect(await stored()).toEqual({ files: 4, bytes: 48_000 });
    expect(await usage()).toBe(48_000);
    far.asked.splice(0);
    for (const at of [0, 2, 3, 4]) await see(urls[at] ?? '');
    expect(far.asked).toEqual([]);
    await see(urls[1] ?? '');
    expect(far.asked).toEqual(['/1.mp4']);
  });

  test('holds when many are fetched at once', async () => {
    const urls = films(40, 9_000);
    const answers = await Promise.all(urls.map((url) => look(server, url, 'file')));
    for (const answer of answers) expect([200, 503]).toContain(answer.status);
    await Promise.all(answers.map((answer) => answer.arrayBuffer().catch(() => null)));
    // The last answer does not wait until what others make room for is off the disk.
    await until(async () => {
      const underWay = sql`select from remote_files where state in ('fetching', 'leaving')`;
      return (await underWay.execute(server.ctx.database.read)).rows.length === 0;
    });
    const { bytes, files } = await stored();
    expect(bytes).toBeLessThanOrEqual(bound);
    expect(files).toBeGreaterThan(0);
    expect(await measureRemote(server.ctx)).toEqual({ files, bytes });
    expect(await usage()).toBe(bytes);
  });

  test('is not broken by one file, which is then not kept at all', async () => {
    const [small = ''] = films(1, 10_000);
    await see(small);
    const url = far.show('/long.mp4', film(bound + 1));
    expect((await look(server, url, 'file')).status).toBe(404);
    expect(await stored()).toEqual({ files: 1, bytes: 10_000 });
  });

  test('counts what is made later of what is there', async () => {
    const { default: sharp } = await import('sharp');
    const picture = await sharp({ create: { width: 99, height: 99, channels: 3, background: '#fed' } })
      .png()
      .toBuffer();
    const url = far.show('/a.png', picture);
    await look(server, url, 'full');
    const before = await usage();
    await look(server, url, 'full', { headers: { accept: 'image/jpeg' } });
    expect(await usage()).toBeGreaterThan(before);
    expect(await usage()).toBe((await stored()).bytes);
  });

  test('that is lowered is kept by the next tidying', async () => {
    for (const url of films(4, 10_000)) {
      await see(url);
      later(2);
    }
    await tidyRemote({ ...server.ctx, config: { ...server.ctx.config, mediaCacheMaxGb: 25_000 / 1e9 } });
    expect(await stored()).toEqual({ files: 2, bytes: 20_000 });
  });
});

describe('tidying', () => {
  test('finishes what a process that died had begun, and counts anew', async () => {
    const ask = { family: 'file', url: `${far.origin}/x.mp4` } as const;
    const claim = await claimRemote(server.ctx, ask, 1000, null);
    if (claim === null) throw new Error('no claim');
    const file = { role: 'main', key: 'cache/ab/left.mp4', contentType: 'video/mp4', bytes: 7_000 } as const;
    expect(await reserveRemote(server.ctx, claim, [file])).toBe(true);
    await server.ctx.files.put(file.key, film(7_000), file.contentType);
    await server.ctx.database.write((tx) => sql`update remote_usage set bytes = 1`.execute(tx.sql));
    await tidyRemote(server.ctx);
    expect(await usage()).toBe(7_000);
    later(1);
    await tidyRemote(server.ctx);
    expect(await stored()).toEqual({ files: 0, bytes: 0 });
    expect(await usage()).toBe(0);
    expect(await findRemote(server.ctx, digestOf(ask))).toBeNull();
  });

  test('forgets failures that are over, and keeps the others', async () => {
    const url = `${far.origin}/gone.mp4`;
    await see(url);
    later(47);
    await tidyRemote(server.ctx);
    expect(await findRemote(server.ctx, digestOf({ family: 'file', url }))).not.toBeNull();
    later(2);
    await tidyRemote(server.ctx);
    expect(await findRemote(server.ctx, digestOf({ family: 'file', url }))).toBeNull();
  });

  test('leaves the work of others alone', async () => {
    const folder = join(server.ctx.config.dataDir, 'work', 'remote', 'asked-by-another');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'came'), 'x');
    await tidyRemote(server.ctx);
    await expect(writeFile(join(folder, 'came'), 'y')).resolves.toBeUndefined();
  });
});

describe('what is dropped', () => {
  test('of a server is what lies on it and what its accounts show, wherever that lies', async () => {
    const elsewhere = await openFarEnd();
    const avatar = elsewhere.show('/avatar.mp4', film());
    const other = elsewhere.show('/other.mp4', film());
    const [own = ''] = films(1, 5000);
    for (const url of [avatar, other, own]) await see(url);
    await server.ctx.database.write((tx) =>
      sql`insert into accounts (id, username, domain, uri, inbox_url, avatar, created_at, updated_at)
        values (${server.ctx.newId()}, 'a', 'sub.evil.example', 'https://evil.example/a', 'https://evil.example/i',
          ${JSON.stringify({ url: avatar })}::jsonb, ${now}, ${now})`.execute(tx.sql),
    );
    expect(await dropRemoteFiles(server.ctx, { host: 'EVIL.example' })).toBe(1);
    expect(await dropRemoteFiles(server.ctx, { host: far.host })).toBe(1);
    expect(await stored()).toEqual({ files: 1, bytes: 5000 });
    expect(await usage()).toBe(5000);
    await elsewhere.close();
  });

  test('while it is being fetched is not kept, and may be asked for again', async () => {
    let answer = (): void => {};
    const url = far.show('/a.mp4', (_request, response) => {
      answer = () => response.end(film());
    });
    const looking = look(server, url, 'file');
    await until(() => far.asked.length === 1);
    expect(await dropRemoteFiles(server.ctx, { host: far.host })).toBe(1);
    answer();
    const missed = await looking;
    expect([missed.status, missed.headers.get('cache-control'), missed.headers.get('retry-after')]).toEqual([
      503,
      'no-store',
      '10',
    ]);
    expect(await stored()).toEqual({ files: 0, bytes: 0 });
    expect(await measureRemote(server.ctx)).toEqual({ files: 0, bytes: 0 });
    const again = look(server, url, 'file');
    await until(() => far.asked.length === 2);
    answer();
    expect((await again).status).toBe(200);
    expect(await usage()).toBe(5000);
  });

  test('while people wait for it leaves them a picture', async () => {
    let answer = (): void => {};
    const url = far.show('/a.png', (_request, response) => {
      answer = () => response.end('x');
    });
    const looking = look(server, url, 'avatar');
    await until(() => far.asked.length === 1);
    await dropRemoteFiles(server.ctx, { urls: [url] });
    answer();
    const { status, headers } = await looking;
    expect([status, headers.get('cache-control')]).toEqual([302, 'no-store']);
    expect(headers.get('location')).toBe(`${server.origin}/avatars/original/missing.png`);
  });

  test('may be named by its addresses, or by how long nobody has looked', async () => {
    const urls = films(3, 5000);
    for (const url of urls) {
      await see(url);
      later(2);
    }
    expect(await dropRemoteFiles(server.ctx, { urls: [urls[1] ?? '', 'https://nowhere.example/'] })).toBe(1);
    expect(await dropRemoteFiles(server.ctx, { unusedSince: new Date(now.getTime() - 3 * 3_600_000) })).toBe(1);
    far.asked.splice(0);
    await see(urls[2] ?? '');
    expect(far.asked).toEqual([]);
  });
});
