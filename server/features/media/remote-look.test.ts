// Other servers' files as people here see them: fetched once, drawn anew, kept, and answered in the form that is asked for.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { film, look, openFarEnd, type FarEnd } from '#server/testing/far-end.ts';
import { openTestServer, type TestServer } from '#server/testing/server.ts';
import { statementsOf } from '#server/testing/statements.ts';

let server: TestServer;
let far: FarEnd;
let now: Date;
beforeEach(async () => {
  now = new Date();
  far = await openFarEnd();
  server = await openTestServer({ idle: true, clock: () => now });
});
afterEach(async () => {
  await server.close();
  await far.close();
});

const picture = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } })
    .withExif({ IFD0: { Copyright: 'secret place' } })
    .png()
    .toBuffer();

/** Red, then green, then blue. */
async function movingPicture(size: number): Promise<Buffer> {
  const frames = await Promise.all(
    ['#f00', '#0f0', '#00f'].map((background) =>
      sharp({ create: { width: size, height: size, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100, 100] })
    .toBuffer();
}

const read = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
const later = (hours: number): void => void (now = new Date(now.getTime() + hours * 3_600_000));

describe('a picture', () => {
  test('is drawn anew without what it hides, and may be kept for ever but never run', async () => {
    const url = far.show('/a.png', await picture(1000, 800), 'image/png');
    const answer = await look(server, url, 'avatar', {
      headers: { cookie: 'session=x', origin: 'https://else.example' },
    });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      vary: 'Accept',
    });
    expect(answer.headers.has('set-cookie')).toBe(false);
    const seen = await read(answer);
    expect(seen.includes('secret place')).toBe(false);
    expect(Number(answer.headers.get('content-length'))).toBe(seen.length);
    expect(await sharp(seen).metadata()).toMatchObject({ format: 'webp', width: 400, height: 400 });
  });

  test.each([
    ['header', 1500, 500],
    ['emoji', 160, 128],
    ['preview', 537, 429],
    ['full', 1000, 800],
  ] as const)('as %s is %d by %d pixels', async (variant, width, height) => {
    const url = far.show('/a.png', await picture(1000, 800));
    expect(await sharp(await read(await look(server, url, variant))).metadata()).toMatchObject({ width, height });
  });

  test('that nobody has asked for is not fetched; the next who ask get what is kept, for one statement', async () => {
    const url = far.show('/a.png', await picture(20, 20));
    server.ctx.media.remote(url, 'full');
    expect(far.asked).toEqual([]);
    const first = await read(await look(server, url, 'full'));
    expect((await read(await look(server, url, 'full'))).equals(first)).toBe(true);
    expect(far.asked).toEqual(['/a.png']);
    expect(await statementsOf(server.ctx, () => look(server, url, 'full'))).toBe(1);
  });

  test('is fetched once for fifty who ask at the same moment', async () => {
    const content = await picture(50, 50);
    const url = far.show('/a.png', (_request, response) => void setTimeout(() => response.end(content), 50));
    const answers = await Promise.all(Array.from({ length: 50 }, () => look(server, url, 'emoji')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(far.asked).toHaveLength(1);
  });

  test('leaves nothing in the work folder', async () => {
    await look(server, far.show('/a.png', await picture(20, 20)), 'full');
    await look(server, far.show('/b.png', 'no picture'), 'full');
    expect(await readdir(join(server.ctx.config.dataDir, 'work', 'remote'))).toEqual([]);
  });

  test('that moves still moves as an avatar, and has a still twin from the same fetch', async () => {
    const url = far.show('/a.gif', await movingPicture(60), 'image/gif');
    const moving = await sharp(await read(await look(server, url, 'avatar')), { animated: true }).metadata();
    expect(moving).toMatchObject({ format: 'webp', width: 400, pageHeight: 400, pages: 3 });
    const still = await read(await look(server, url, 'avatar-still'));
    expect((await sharp(still, { animated: true }).metadata()).pages ?? 1).toBe(1);
    const { dominant } = await sharp(still).stats();
    expect(dominant.r).toBeGreaterThan(200);
    expect(far.asked).toHaveLength(1);
  });

  test('that does not move is its own still twin', async () => {
    const url = far.show('/a.png', await picture(60, 60));
    const one = await look(server, url, 'emoji');
    const other = await look(server, url, 'emoji-still');
    expect(one.headers.get('etag')).toBe(other.headers.get('etag'));
    expect(far.asked).toHaveLength(1);
  });

  test('is a JPEG for whoever says that they read no WebP, made once', async () => {
    const url = far.show('/a.png', await picture(60, 40));
    const plain = await look(server, url, 'full', { headers: { accept: 'image/png,image/jpeg' } });
    expect(plain.headers.get('content-type')).toBe('image/jpeg');
    expect(await sharp(await read(plain)).metadata()).toMatchObject({ format: 'jpeg', width: 60, height: 40 });
    for (const accept of ['image/avif,image/webp,*/*;q=0.8', '*/*', 'image/*'])
      expect((await look(server, url, 'full', { headers: { accept } })).headers.get('content-type')).toBe('image/webp');
    const again = await look(server, url, 'full', { headers: { accept: 'image/jpeg' } });
    expect(again.headers.get('etag')).toBe(plain.headers.get('etag'));
    expect(far.asked).toHaveLength(1);
  });

  test('that is known already is not sent again; HEAD sends its headers alone', async () => {
    const url = far.show('/a.png', await picture(60, 60));
    const head = await look(server, url, 'full', { method: 'HEAD' });
    const got = await look(server, url, 'full');
    const etag = got.headers.get('etag') ?? '';
    expect(head.status).toBe(200);
    expect((await read(head)).length).toBe(0);
    for (const name of ['content-length', 'content-type', 'etag', 'cache-control'])
      expect(head.headers.get(name), name).toBe(got.headers.get(name));
    const known = await look(server, url, 'full', { headers: { 'if-none-match': etag } });
    expect([known.status, (await read(known)).length]).toEqual([304, 0]);
    expect((await look(server, url, 'full', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('that the store has lost is fetched again', async () => {
    const url = far.show('/a.png', await picture(60, 60));
    await look(server, url, 'full');
    await rm(join(server.ctx.config.dataDir, 'media', 'cache'), { recursive: true });
    expect(await sharp(await read(await look(server, url, 'full'))).metadata()).toMatchObject({ width: 60 });
    await rm(join(server.ctx.config.dataDir, 'media', 'cache'), { recursive: true });
    expect((await look(server, url, 'full', { headers: { accept: 'image/jpeg' } })).status).toBe(200);
    expect(far.asked).toHaveLength(3);
  });

  test('is noted as looked at once an hour, and then missed if it is not there', async () => {
    const url = far.show('/a.png', await picture(60, 60));
    await look(server, url, 'full');
    later(0.9);
    expect(await statementsOf(server.ctx, () => look(server, url, 'full'))).toBe(1);
    later(0.2);
    const before = server.ctx.database.statements();
    await look(server, url, 'full');
    expect(server.ctx.database.statements() - before).toBe(2);
    later(2);
    await rm(join(server.ctx.config.dataDir, 'media', 'cache'), { recursive: true });
    expect((await look(server, url, 'full', { method: 'HEAD' })).status).toBe(200);
    expect(far.asked).toHaveLength(2);
  });
});

describe('a film or sound', () => {
  test('is handed on as it is, by the type that its bytes speak of, in any piece', async () => {
    const content = film(5000);
    const url = far.show('/a.mp4', content, 'text/html');
    const whole = await look(server, url, 'file');
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    expect(whole.headers.get('vary') ?? '').not.toContain('Accept');
    expect((await read(whole)).equals(content)).toBe(true);
    const piece = await look(server, url, 'file', { headers: { range: 'bytes=1000-1999' } });
    expect([piece.status, piece.headers.get('content-range')]).toEqual([206, 'bytes 1000-1999/5000']);
    expect(piece.headers.get('content-length')).toBe('1000');
    expect((await read(piece)).equals(content.subarray(1000, 2000))).toBe(true);
    const end = await look(server, url, 'file', { headers: { range: 'bytes=-10' } });
    expect((await read(end)).equals(content.subarray(-10))).toBe(true);
    const none = await look(server, url, 'file', { headers: { range: 'bytes=5000-' } });
    expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */5000']);
    expect(far.asked).toHaveLength(1);
  });

  test('is not turned into something else for whoever reads no WebP', async () => {
    const url = far.show('/a.mp4', film(), 'video/mp4');
    const answer = await look(server, url, 'file', { headers: { accept: 'video/mp4' } });
    expect(answer.headers.get('content-type')).toBe('video/mp4');
  });

  test('is no picture, and no picture is a film', async () => {
    const filmUrl = far.show('/a.mp4', film());
    const pictureUrl = far.show('/a.png', await picture(10, 10));
    expect((await look(server, filmUrl, 'full')).status).toBe(404);
    expect((await look(server, pictureUrl, 'file')).status).toBe(404);
  });
});

test('a server whose files are in a bucket sends readers there, and fetches anew what the bucket has lost', async () => {
  const { config } = server.ctx;
  server.ctx.config = { ...config, s3Bucket: 'bucket', s3PublicUrl: 'https://cdn.example/files' };
  const url = far.show('/a.png', await picture(60, 60));
  const keyOf = async (): Promise<string> => {
    const answer = await look(server, url, 'full');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'public, max-age=3600']);
    const address = answer.headers.get('location') ?? '';
    expect(address).toContain('/cache/');
    return address.slice(address.indexOf('/cache/') + 1);
  };
  const key = await keyOf();
  expect(await server.ctx.files.head(key)).toMatchObject({ contentType: 'image/webp' });
  expect(await keyOf()).toBe(key);
  await server.ctx.files.delete(key);
  later(2);
  expect(await keyOf()).not.toBe(key);
  expect(far.asked).toHaveLength(2);
});
