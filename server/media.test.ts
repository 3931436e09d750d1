// What people uploaded, as anybody fetches it from this server's disk.
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from '#server/testing/server.ts';

let server: TestServer;
const film = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

beforeAll(async () => {
  server = await openTestServer({ idle: true });
  const { files } = server.ctx;
  for (const key of [
    'a/film.mp4',
    'a/index.m3u8',
    'a/piece.m4s',
    'a/piece.ts',
    'a/picture.webp',
    'a/table.json',
    'a/odd',
  ])
    await files.put(key, film, 'ignored/the-key-says-it');
  for (const key of ['archives/all.zip', 'uploads/raw', '.hidden', 'a/.part', 'ARCHIVES/all.zip']) await plant(key);
});

afterAll(() => server.close());

async function plant(key: string): Promise<void> {
  const path = join(server.ctx.config.dataDir, 'media', key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'secret');
}

const get = (key: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.origin}/media/${key}`, { headers });

/** Asks with a path that no client tidies up, and without headers that it adds. */
async function getRaw(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  const { port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(await answer.toArray()).toString() });
    })
      .on('error', reject)
      .end();
  });
}

describe('a file', () => {
  it('comes with headers that let it be shown anywhere, kept for ever, and never run', async () => {
    const answer = await get('a/picture.webp', { cookie: 'session=x', origin: 'https://elsewhere.example' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-length': '1000',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'accept-ranges': 'bytes',
    });
    for (const name of ['set-cookie', 'content-disposition', 'content-encoding'])
      expect(answer.headers.has(name), name).toBe(false);
    expect(film.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
  });

  it('is of the type that its key says; what is neither picture, film, sound nor playlist is saved, not shown', async () => {
    const seen = [];
    for (const key of ['a/film.mp4', 'a/index.m3u8', 'a/piece.m4s', 'a/piece.ts', 'a/table.json', 'a/odd']) {
      const { headers } = await get(key, { 'accept-encoding': 'gzip, br' });
      expect(headers.has('content-encoding')).toBe(false);
      seen.push([key, headers.get('content-type'), headers.get('content-disposition')]);
    }
    expect(seen).toEqual([
      ['a/film.mp4', 'video/mp4', null],
      ['a/index.m3u8', 'application/vnd.apple.mpegurl', null],
      ['a/piece.m4s', 'video/iso.segment', null],
      ['a/piece.ts', 'video/mp2t', null],
      ['a/table.json', 'application/json', 'attachment'],
      ['a/odd', 'application/octet-stream', 'attachment'],
    ]);
  });

  it('is given in ranges', async () => {
    const part = await get('a/film.mp4', { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/1000']);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(film.subarray(10, 20));
    const end = await get('a/film.mp4', { range: 'bytes=-5' });
    expect(Buffer.from(await end.arrayBuffer())).toEqual(film.subarray(995));
    expect((await get('a/film.mp4', { range: 'bytes=5000-' })).status).toBe(416);
  });

  it('is not sent again to who has it', async () => {
    const first = await get('a/film.mp4');
    await first.arrayBuffer();
    const tag = first.headers.get('etag') ?? '';
    const since = first.headers.get('last-modified') ?? '';
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await getRaw('/media/a/film.mp4', headers)).status;
    expect(await ask({ 'if-none-match': tag })).toBe(304);
    expect(await ask({ 'if-modified-since': since })).toBe(304);
    expect(await ask({ range: 'bytes=0-1', 'if-range': tag })).toBe(206);
    expect(await ask({ range: 'bytes=0-1', 'if-range': '"other"' })).toBe(200);
    const head = await fetch(`${server.origin}/media/a/film.mp4`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '1000', '']);
  });

  it('is never an ActivityPub document, however one asks', async () => {
    const answer = await get('a/table.json', { accept: 'application/activity+json' });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('content-disposition')).toBe('attachment');
  });
});

describe('a picture', () => {
  it('comes as JPEG to who says that they read no WebP, and the same each time', async () => {
    const picture = sharp({
      create: { width: 30, height: 20, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
    });
    await server.ctx.files.put('b/seen.webp', await picture.webp().toBuffer(), 'image/webp');
    const ask = async (
      accept?: string,
    ): Promise<{ type: string; vary: unknown; tag: string; body: Buffer; status: number }> => {
      const answer = await server.app.inject({
        url: '/media/b/seen.webp',
        headers: accept === undefined ? {} : { accept },
      });
      const { 'content-type': type, vary, etag: tag } = answer.headers;
      return { type: String(type), vary, tag: String(tag), body: answer.rawPayload, status: answer.statusCode };
    };
    const old = await ask('image/png,image/jpeg;q=0.9');
    expect(old).toMatchObject({ type: 'image/jpeg', vary: 'Accept', status: 200 });
    expect(await sharp(old.body).metadata()).toMatchObject({ format: 'jpeg', width: 30, height: 20 });
    expect((await ask('image/jpeg')).body).toEqual(old.body);
    for (const accept of [undefined, '', '*/*', 'image/*', 'image/avif,image/WebP,*/*;q=0.8'])
      expect(await ask(accept), accept).toMatchObject({ type: 'image/webp', vary: 'Accept' });
    expect((await ask()).tag).not.toBe(old.tag);
    const known = { accept: 'image/jpeg', 'if-none-match': old.tag };
    expect((await server.app.inject({ url: '/media/b/seen.webp', headers: known })).statusCode).toBe(304);
    await server.ctx.files.delete('b/seen.webp');
    expect((await ask('image/jpeg')).status).toBe(404);
    expect((await get('a/film.mp4', { accept: 'image/jpeg' })).headers.get('content-type')).toBe('video/mp4');
  });
});

it('what is private, half-written or outside is never served, however it is spelt', async () => {
  for (const path of [
    'archives/all.zip',
    'archives%2Fall.zip',
    '%61rchives/all.zip',
    'ARCHIVES/all.zip',
    'a/../archives/all.zip',
    'a/%2e%2e/archives/all.zip',
    './archives/all.zip',
    '/archives/all.zip',
    'archives//all.zip',
    'archives\\all.zip',
    'archives%5Call.zip',
    'uploads/raw',
    'uploads/raw?x',
    '.hidden',
    'a/.part',
    '../secret-key',
    '..%2fsecret-key',
    '%2e%2e%2fsecret-key',
    'a/film.mp4%00.webp',
    'a/',
    'a',
    '',
  ]) {
    const { status, body } = await getRaw(`/media/${path}`);
    expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => code === 404 || code === 400)]);
    expect(body).not.toContain('secret');
  }
});

it('another name of the server answers for files and nothing else', async () => {
  const named = await openTestServer({ idle: true, mediaPublicUrl: 'https://Media.example/up' });
  try {
    await named.ctx.files.put('a/film.mp4', film, 'video/mp4');
    expect(named.ctx.files.url('a/film.mp4')).toBe('https://Media.example/up/a/film.mp4');
    const ask = async (url: string, host: string): Promise<number> =>
      (await named.app.inject({ url, headers: { host } })).statusCode;
    expect(await ask('/up/a/film.mp4', 'media.example')).toBe(200);
    expect(await ask('/up/a/none.mp4', 'media.example')).toBe(404);
    for (const url of [
      '/',
      '/a/film.mp4',
      '/media/a/film.mp4',
      '/api/v2/instance',
      '/livez',
      '/up',
      '/up/../api/v2/instance',
    ])
      expect([url, await ask(url, 'MEDIA.example')]).toEqual([url, 404]);
    const own = new URL(named.origin).host;
    expect(await ask('/media/a/film.mp4', own)).toBe(200);
    expect(await ask('/api/v2/instance', own)).toBe(200);
  } finally {
    await named.close();
  }
});

it('who holds an old address of a file that moved to the bucket is sent there', async () => {
  const moved = await openTestServer({ idle: true, s3Bucket: 'b', s3PublicUrl: 'https://cdn.example' });
  try {
    const answer = await moved.app.inject('/media/a/film.mp4');
    expect([answer.statusCode, answer.headers.location]).toEqual([302, 'https://cdn.example/a/film.mp4']);
    expect((await moved.app.inject('/media/archives/all.zip')).statusCode).toBe(404);
    expect((await moved.app.inject('/media//evil.example')).statusCode).toBe(404);
  } finally {
    await moved.close();
  }
});
