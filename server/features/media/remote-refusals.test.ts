// Other servers' files that are not shown: whose address we did not make, what is no picture, too large, too slow, or lies
// where nobody may go. Each costs its server one try in a while.
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AppContext } from '#server/context.ts';
import type { RemoteVariant } from '#server/platform/files/address.ts';
import { createSafeFetch, FetchFailure } from '#server/platform/fetch.ts';
import { film, look, openFarEnd, type FarEnd } from '#server/testing/far-end.ts';
import { freePort, openTestServer, type TestServer } from '#server/testing/server.ts';
import { until } from '#server/testing/until.ts';
import { measureRemote } from './service/remote-bound.ts';
import { askForRemote } from './service/remote-file.ts';
import { digestOf, findRemote } from './service/remote-rows.ts';

let server: TestServer;
let far: FarEnd;
let now: Date;
const minutes = (count: number): void => void (now = new Date(now.getTime() + count * 60_000));

beforeEach(async () => {
  now = new Date();
  far = await openFarEnd();
  server = await openTestServer({ idle: true, clock: () => now, mediaImageMaxMb: 0.1, mediaVideoMaxMb: 0.1 });
});
afterEach(async () => {
  await server.close();
  await far.close();
});

const picture = (): Promise<Buffer> =>
  sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
const failureOf = async (url: string, family: 'full' | 'file' = 'full') =>
  (await findRemote(server.ctx, digestOf({ family, url })))?.failure;
/** What the door would find out with another way to the network or the files. */
const ask = (url: string, variant: RemoteVariant, change: Partial<AppContext>) =>
  askForRemote({ ...server.ctx, ...change }, { url, variant, plain: false });

describe('an address', () => {
  test('that we did not make is not there, and nobody is asked', async () => {
    const url = far.show('/a.png', await picture());
    const [, , , , , variant = '', signature = '', encoded = ''] = server.ctx.media.remote(url, 'full').split('/');
    const other = Buffer.from(far.show('/b.png', await picture())).toString('base64url');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const path of [
      `${variant}/${signature}/${other}`,
      `${variant}/${flipped}/${encoded}`,
      `avatar/${signature}/${encoded}`,
      `nothing/${signature}/${encoded}`,
      `${variant}/x/${encoded}`,
      `${variant}/${signature}/`,
      `${variant}/${signature}/${encoded}?url=${far.origin}/b.png`.replace(signature, flipped),
    ]) {
      const answer = await fetch(`${server.origin}/media/remote/${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect(far.asked).toEqual([]);
    expect((await measureRemote(server.ctx)).files).toBe(0);
  });

  test('that is none at all is not there', async () => {
    expect((await look(server, 'no address', 'full')).status).toBe(404);
  });

  test('may be as long as addresses of files are', async () => {
    const url = far.show(`/a.png?${'x'.repeat(3000)}`, await picture());
    expect((await look(server, url, 'full')).status).toBe(200);
  });

  test('of this server itself is not fetched, by none of its names, nor through a server that fetches through us', async () => {
    const { port } = new URL(server.origin);
    for (const url of [`${server.origin}/avatars/original/missing.png`, `http://LOCALHOST.:${port}/x`])
      expect((await look(server, url, 'avatar')).status).toBe(400);
    const url = far.show('/a.png', await picture());
    expect((await look(server, url, 'full', { headers: { via: '1.1 rookery-media' } })).status).toBe(400);
    expect(far.asked).toEqual([]);
    const back = far.show('/back', (_request, response) =>
      response.writeHead(302, { location: `${server.origin}/avatars/original/missing.png` }).end(),
    );
    expect((await look(server, back, 'full')).status).toBe(404);
    expect(await failureOf(back)).toBe('blocked');
  });

  test('tells whom it asks that it is fetched for others', async () => {
    let via: unknown;
    const content = await picture();
    const url = far.show('/a.png', (request, response) => {
      via = request.headers.via;
      response.end(content);
    });
    await look(server, url, 'full');
    expect(via).toBe('1.1 rookery-media');
  });

  test('that leads to a private network is not followed, at once or by a redirect', async () => {
    const { port } = new URL(far.origin);
    const fetch = createSafeFetch({
      allowPrivateAddresses: false,
      userAgent: 'x',
      resolve: async (name) => [{ address: name === 'far.example' ? '127.0.0.1' : '127.0.0.2', family: 4 }],
      policy: { isAllowedAddress: (address) => address === '127.0.0.1', isAllowedPort: () => true },
    });
    const content = await picture();
    far.show('/a.png', content);
    far.show('/away', (_request, response) =>
      response.writeHead(302, { location: `http://inside.example:${port}/a.png` }).end(),
    );
    expect(await ask(`http://far.example:${port}/a.png`, 'full', { fetch })).toMatchObject({ state: 'ready' });
    for (const url of [
      `http://far.example:${port}/away`,
      `http://inside.example:${port}/a.png`,
      `http://127.0.0.2:${port}/a.png`,
    ])
      for (const variant of ['full', 'preview'] as const)
        expect(await ask(url, variant, { fetch })).toMatchObject({ state: 'failed', failure: 'blocked' });
    expect(far.asked).toEqual(['/a.png', '/away', '/away']);
    await fetch.close(0);
  });

  test('is followed through three redirects, not through four', async () => {
    far.show('/0', await picture());
    for (const hop of [1, 2, 3, 4])
      far.show(`/${hop}`, (_request, response) => response.writeHead(302, { location: `/${hop - 1}` }).end());
    expect((await look(server, `${far.origin}/3`, 'full')).status).toBe(200);
    expect((await look(server, `${far.origin}/4`, 'full')).status).toBe(502);
  });
});

describe('a file', () => {
  const zip = Buffer.concat([
    Buffer.from('504b0304140000000800', 'hex'),
    Buffer.alloc(16),
    deflateRawSync('x'.repeat(99)),
  ]);
  test.each([
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'],
    ['a ZIP', zip],
    ['nothing', ''],
    ['half a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('that is %s and calls itself a picture is not shown, and not fetched again', async (_what, content) => {
    const url = far.show('/a.png', Buffer.from(content), 'image/png');
    for (const variant of ['full', 'full', 'file', 'file'] as const) {
      const answer = await look(server, url, variant);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
      expect(answer.headers.get('content-type')).toContain('json');
    }
    expect(far.asked).toHaveLength(2);
    expect(await failureOf(url)).toBe('unusable');
    expect(await measureRemote(server.ctx)).toEqual({ files: 0, bytes: 0 });
  });

  test.each(['announced', 'not announced'])('larger than ours may be is cut, %s', async (how) => {
    let sent = 0;
    const url = far.show('/long', (_request, response) => {
      if (how === 'announced') response.setHeader('content-length', 50_000_000);
      response.write(film(20_000));
      const more = (): void => {
        while (!response.destroyed && sent < 50_000_000 && response.write(Buffer.alloc(10_000))) sent += 10_000;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect((await look(server, url, 'file')).status).toBe(404);
    expect(await failureOf(url, 'file')).toBe('unusable');
    expect(sent).toBeLessThan(50_000_000);
    expect((await look(server, url, 'file')).status).toBe(404);
    expect(far.asked).toHaveLength(1);
  });

  test('that comes a byte at a time is cut', async () => {
    const url = far.show('/slow', (_request, response) => {
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    });
    const fetch: AppContext['fetch'] = {
      ...server.ctx.fetch,
      download(from, options) {
        if (options.pace === undefined) throw new Error('as slow as it likes');
        expect(options.timeoutMs).toBeLessThanOrEqual(30_000);
        return server.ctx.fetch.download(from, { ...options, pace: { ...options.pace, afterMs: 50 } });
      },
    };
    expect(await ask(url, 'full', { fetch })).toMatchObject({ state: 'failed', failure: 'unreachable' });
  });

  test('that an account has none of is the picture of those without one', async () => {
    const url = `${far.origin}/gone.png`;
    for (const [variant, folder] of [
      ['avatar', 'avatars'],
      ['avatar-still', 'avatars'],
      ['header', 'headers'],
    ] as const) {
      const answer = await look(server, url, variant);
      expect(answer.status).toBe(302);
      expect(answer.headers.get('location')).toBe(`${server.origin}/${folder}/original/missing.png`);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
      expect((await look(server, url, variant, { redirect: 'follow' })).headers.get('content-type')).toBe('image/png');
    }
    expect((await look(server, url, 'emoji')).status).toBe(404);
  });
});

describe('a failure', () => {
  test.each([
    [404, 404, 24 * 60],
    [410, 404, 24 * 60],
    [403, 404, 60],
    [500, 502, 1],
  ])('with %d is answered with %d and not tried again for %d minutes', async (status, answered, wait) => {
    let isWell = false;
    const content = await picture();
    const url = far.show('/a.png', (_request, response) => {
      if (isWell) response.end(content);
      else response.writeHead(status).end();
    });
    expect((await look(server, url, 'full')).status).toBe(answered);
    isWell = true;
    minutes(wait - 0.5);
    expect((await look(server, url, 'full')).status).toBe(answered);
    expect(far.asked).toHaveLength(1);
    minutes(0.6);
    expect((await look(server, url, 'full')).status).toBe(200);
  });

  test('that goes on is tried less and less often', async () => {
    const url = far.show('/a.png', (_request, response) => response.writeHead(503).end());
    for (const wait of [1, 4, 16, 64, 256, 360, 360]) {
      await look(server, url, 'full');
      minutes(wait - 0.1);
      await look(server, url, 'full');
      minutes(0.2);
    }
    expect(far.asked).toHaveLength(7);
  });

  test('of a server that does not answer at all leaves that server alone for a while, whatever is asked for', async () => {
    const dead = `http://localhost:${await freePort()}`;
    let tries = 0;
    const fetch: AppContext['fetch'] = {
      ...server.ctx.fetch,
      download(url, options) {
        tries += 1;
        return server.ctx.fetch.download(url, options);
      },
    };
    for (let index = 0; index < 10; index += 1)
      expect(await ask(`${dead}/${index}.png`, 'full', { fetch })).toMatchObject({
        state: 'failed',
        failure: 'unreachable',
      });
    expect(tries).toBe(3);
    expect((await look(server, `${dead}/11.png`, 'full')).status).toBe(502);
    minutes(0.6);
    await ask(`${dead}/12.png`, 'full', { fetch });
    expect(tries).toBe(4);
  });

  test('of our own is noted nowhere: whoever asks next tries again', async () => {
    const url = far.show('/a.png', await picture());
    const fetch: AppContext['fetch'] = {
      ...server.ctx.fetch,
      download: () => Promise.reject(new FetchFailure('busy', 'its turn did not come')),
    };
    expect(await ask(url, 'full', { fetch })).toEqual({ state: 'busy' });
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const files: AppContext['files'] = { ...server.ctx.files, putFile: () => Promise.reject(full) };
    expect(await ask(url, 'full', { files })).toEqual({ state: 'busy' });
    expect(await measureRemote(server.ctx)).toEqual({ files: 0, bytes: 0 });
    expect((await look(server, url, 'full')).status).toBe(200);
  });
});

test('much under way from one server is answered as busy, and keeps no other server back', async () => {
  const url = far.show('/a.png', await picture());
  const ends: Array<() => void> = [];
  const fetch: AppContext['fetch'] = {
    ...server.ctx.fetch,
    download(from, options) {
      if (from === url) return server.ctx.fetch.download(from, options);
      return new Promise((_resolve, reject) => ends.push(() => reject(new FetchFailure('network', 'over'))));
    },
  };
  const slow = Array.from({ length: 150 }, (_unused, at) => ask(`https://slow.example/${at}.png`, 'full', { fetch }));
  await until(() => ends.length === 150);
  expect(await ask('https://slow.example/one-more.png', 'full', { fetch })).toEqual({ state: 'busy' });
  expect(await ask(url, 'full', { fetch })).toMatchObject({ state: 'ready' });
  for (const end of ends) end();
  expect(new Set((await Promise.all(slow)).map(({ state }) => state))).toEqual(new Set(['failed']));
});

test('what another process fetches is waited for, and fetched when that process has died', async () => {
  const content = await picture();
  let answer = (): void => {};
  const url = far.show('/a.png', (_request, response) => {
    answer = () => response.end(content);
  });
  const fetch = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'another process' });
  const theirs = ask(url, 'full', { fetch });
  await until(() => far.asked.length === 1);
  const ours = look(server, url, 'full');
  await until(async () => (await findRemote(server.ctx, digestOf({ family: 'full', url })))?.state === 'fetching');
  answer();
  expect((await ours).status).toBe(200);
  expect(await theirs).toMatchObject({ state: 'ready' });
  expect(far.asked).toHaveLength(1);

  const other = far.show('/b.png', (_request, response) => {
    answer = () => response.end(content);
  });
  const given = ask(other, 'full', { fetch });
  await until(() => far.asked.length === 2);
  minutes(60);
  const taken = look(server, other, 'full');
  await until(() => far.asked.length === 3);
  answer();
  expect((await taken).status).toBe(200);
  await fetch.close(0);
  await given.catch(() => null);
  expect((await look(server, other, 'full')).status).toBe(200);
});
