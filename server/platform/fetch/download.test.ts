// Downloads: written piece by piece, cut where they are too long or too slow, and never in the way of short requests.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSafeFetch } from '../fetch.ts';
import { open, reasonOf, serve, until, type Listening } from './rig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-download-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const path = (): string => join(folder, 'file');

const MiB = 1024 * 1024;

describe('a download', () => {
  test('is a file of what came, asked for unpacked', async () => {
    const content = randomBytes(3 * MiB);
    let coding: unknown;
    const { port } = await serve((request, response) => {
      coding = request.headers['accept-encoding'];
      if (request.url === '/moved') response.writeHead(302, { location: '/film' }).end();
      else response.setHeader('content-type', 'video/mp4').end(content);
    });
    const answer = await open().download(`http://localhost:${port}/moved`, { path: path(), maxBytes: 4 * MiB });
    expect(answer).toMatchObject({ status: 200, bytes: 3 * MiB, url: `http://localhost:${port}/film` });
    expect(answer.headers['content-type']).toBe('video/mp4');
    expect(coding).toBe('identity');
    expect(content.equals(await readFile(path()))).toBe(true);
  });

  test('of exactly the limit is taken, of one byte more leaves nothing, announced or not, packed or not', async () => {
    const { port } = await serve((request, response) => {
      const size = Number(new URL(request.url ?? '', 'http://x').searchParams.get('size'));
      const content = Buffer.alloc(size, 'a');
      if (request.url?.startsWith('/announced') === true) response.setHeader('content-length', size);
      if (request.url?.startsWith('/packed') === true) response.setHeader('content-encoding', 'gzip');
      response.write(request.url?.startsWith('/packed') === true ? gzipSync(content) : content);
      response.end();
    });
    for (const way of ['announced', 'chunked', 'packed']) {
      const from = (size: number): string => `http://localhost:${port}/${way}?size=${size}`;
      expect((await open().download(from(MiB), { path: path() })).bytes).toBe(MiB);
      await rm(path());
      expect(await reasonOf(open().download(from(MiB + 1), { path: path() }))).toBe('too_large');
      expect(await readdir(folder)).toEqual([]);
    }
  });

  test('that breaks off in the middle leaves nothing', async () => {
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x'.repeat(500), () => response.destroy());
    });
    expect(await reasonOf(open().download(`http://localhost:${port}/`, { path: path() }))).toBe('network');
    expect(await readdir(folder)).toEqual([]);
  });

  test('that sends more than it announced is cut at what it announced', async () => {
    const { port } = await serve((_request, response) => {
      response.socket?.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\n1234567890');
    });
    const came = await open()
      .download(`http://localhost:${port}/`, { path: path() })
      .then(
        ({ bytes }) => bytes,
        () => 0,
      );
    expect(came).toBeLessThanOrEqual(5);
  });

  test('that is no success makes no file', async () => {
    const { port } = await serve((_request, response) => response.writeHead(410).end('gone'));
    expect(await open().download(`http://localhost:${port}/`, { path: path() })).toMatchObject({
      status: 410,
      bytes: 0,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('never writes over a file', async () => {
    const { port } = await serve((_request, response) => response.end('new'));
    await writeFile(path(), 'old');
    await expect(open().download(`http://localhost:${port}/`, { path: path() })).rejects.toThrow();
    expect(await readFile(path(), 'utf8')).toBe('old');
  });

  test('of nothing is an empty file', async () => {
    const { port } = await serve((_request, response) => response.end());
    expect((await open().download(`http://localhost:${port}/`, { path: path() })).bytes).toBe(0);
    expect(await readFile(path(), 'utf8')).toBe('');
  });
});

describe('a slow download', () => {
  const drip = (): Promise<Listening> =>
    serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });

  test('is cut when it is slower than it may be', async () => {
    const { port } = await drip();
    const pace = { bytesPerSecond: 10_000, afterMs: 100 };
    expect(await reasonOf(open().download(`http://localhost:${port}/`, { path: path(), pace }))).toBe('timeout');
    expect(await readdir(folder)).toEqual([]);
  });

  test('is cut when its time is over, and when the server stops', async () => {
    const { port, connections } = await drip();
    const url = `http://localhost:${port}/`;
    expect(await reasonOf(open().download(url, { path: path(), timeoutMs: 100 }))).toBe('timeout');
    const way = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'x' });
    const cut = reasonOf(way.download(url, { path: path() }));
    await until(() => connections() === 2);
    await way.close(0);
    expect(await cut).toBe('closed');
    expect(await readdir(folder)).toEqual([]);
  });

  test('keeps no short request back', async () => {
    let answer = (): void => {};
    const { port, connections } = await serve((request, response) => {
      if (request.url === '/film') answer = () => response.end('done');
      else response.end('short');
    });
    const way = open({ maxPerOrigin: 1, maxDownloadsPerOrigin: 1 });
    const film = way.download(`http://localhost:${port}/film`, { path: path() });
    await until(() => connections() === 1);
    expect((await way.fetch(`http://localhost:${port}/`)).text()).toBe('short');
    answer();
    expect((await film).bytes).toBe(4);
  });

  test('takes turns with others of its origin', async () => {
    let underWay = 0;
    let most = 0;
    const { port } = await serve((_request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.end('x');
      }, 5);
    });
    const way = open({ maxDownloadsPerOrigin: 3 });
    await Promise.all(
      Array.from({ length: 20 }, (_unused, index) =>
        way.download(`http://localhost:${port}/`, { path: join(folder, String(index)) }),
      ),
    );
    expect(most).toBe(3);
  });
});

test('a download may be refused at each redirect', async () => {
  const { port } = await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
  const onRedirect = (): never => {
    throw new Error('not there');
  };
  await expect(open().download(`http://localhost:${port}/`, { path: path(), onRedirect })).rejects.toThrow();
});
