// What is cut: bodies, time, broken servers, too many at once.
import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createSafeFetch } from '../fetch.ts';
import { listen, open, reasonOf, serve, until } from './rig.ts';

describe('a body', () => {
  const MiB = 1024 * 1024;

  test('of exactly the limit is taken, of one byte more is not, announced or not', async () => {
    const { port } = await serve((request, response) => {
      const size = Number(new URL(request.url ?? '', 'http://x').searchParams.get('size'));
      if (request.url?.startsWith('/announced') === true) response.setHeader('content-length', size);
      response.write(Buffer.alloc(size, 'a'));
      response.end();
    });
    const { fetch } = open();
    for (const way of ['announced', 'chunked']) {
      expect((await fetch(`http://localhost:${port}/${way}?size=${MiB}`)).body.length).toBe(MiB);
      expect(await reasonOf(fetch(`http://localhost:${port}/${way}?size=${MiB + 1}`))).toBe('too_large');
    }
    expect((await fetch(`http://localhost:${port}/a?size=10`, { maxBytes: 10 })).body.length).toBe(10);
    expect(await reasonOf(fetch(`http://localhost:${port}/a?size=11`, { maxBytes: 10 }))).toBe('too_large');
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('packed by %s is unpacked, and cut when it is a bomb', async (coding, pack) => {
    const bomb = pack(Buffer.alloc(50 * MiB));
    const { port } = await serve((request, response) => {
      response.setHeader('content-encoding', coding);
      response.end(request.url === '/bomb' ? bomb : pack('hello'));
    });
    const { fetch } = open();
    expect((await fetch(`http://localhost:${port}/`)).text()).toBe('hello');
    const before = process.memoryUsage().arrayBuffers;
    expect(await reasonOf(fetch(`http://localhost:${port}/bomb`))).toBe('too_large');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * MiB);
  });

  test.each(['identity', 'gzip', 'br', 'deflate'] as const)('of %s may be cut where the limit is', async (coding) => {
    const pack = { identity: (body: Buffer) => body, gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[
      coding
    ];
    const { port } = await serve((request, response) => {
      if (coding !== 'identity') response.setHeader('content-encoding', coding);
      response.end(pack(Buffer.alloc(Number(request.url?.slice(1)), 'a')));
    });
    const { fetch } = open();
    for (const size of [0, 10, MiB, MiB + 1, 50 * MiB])
      expect((await fetch(`http://localhost:${port}/${size}`, { cut: true })).body.length).toBe(Math.min(size, MiB));
    expect((await fetch(`http://localhost:${port}/20`, { cut: true, maxBytes: 7 })).text()).toBe('aaaaaaa');
  });

  test('that packs nothing for ever is cut', async () => {
    // Empty stored blocks: they are read without end and unpack to nothing.
    const head = Buffer.from([0x78, 0x01]);
    const empty = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);
    const { port } = await serve((_request, response) => {
      response.setHeader('content-encoding', 'deflate');
      response.write(head);
      const blocks = Buffer.concat(Array.from({ length: 10_000 }, () => empty));
      const more = (): void => {
        while (!response.destroyed && response.write(blocks));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await reasonOf(open().fetch(`http://localhost:${port}/`))).toBe('too_large');
  });

  test.each(['zstd', 'gzip, gzip', 'compress', 'aes128gcm'])('packed by %s is refused', async (coding) => {
    const { port } = await serve((_request, response) => response.setHeader('content-encoding', coding).end('x'));
    expect(await reasonOf(open().fetch(`http://localhost:${port}/`))).toBe('bad_response');
  });

  test.each(['gzip', 'br', 'deflate'])('that only claims to be packed by %s is refused', async (coding) => {
    const { port } = await serve((request, response) => {
      response.setHeader('content-encoding', coding);
      response.end(request.url === '/short' ? gzipSync('hello'.repeat(100)).subarray(0, 15) : 'this is plain text');
    });
    expect(await reasonOf(open().fetch(`http://localhost:${port}/`))).toBe('bad_response');
    expect(await reasonOf(open().fetch(`http://localhost:${port}/short`))).toBe('bad_response');
  });

  test('that is empty may claim any coding', async () => {
    const { port } = await serve((_request, response) => response.writeHead(202, { 'content-encoding': 'gzip' }).end());
    expect((await open().fetch(`http://localhost:${port}/`)).body.length).toBe(0);
  });
});

describe('time', () => {
  test('ends a body that comes byte by byte, and its connection', async () => {
    let isClosed = false;
    const { port } = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => {
        clearInterval(timer);
        isClosed = true;
      });
    });
    const start = performance.now();
    expect(await reasonOf(open().fetch(`http://localhost:${port}/`, { timeoutMs: 300 }))).toBe('timeout');
    expect(performance.now() - start).toBeLessThan(15_000);
    await until(() => isClosed);
  });

  test.each(['no headers', 'headers byte by byte'])('ends an answer with %s', async (kind) => {
    const server = createTcpServer((socket) => {
      if (kind === 'no headers') return;
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const { port } = await listen(server);
    expect(await reasonOf(open().fetch(`http://localhost:${port}/`, { timeoutMs: 200 }))).toBe('timeout');
  });

  test('counts for all redirects together', async () => {
    const { port } = await serve((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 120);
    });
    expect(await reasonOf(open().fetch(`http://localhost:${port}/`, { timeoutMs: 250, maxRedirects: 50 }))).toBe(
      'timeout',
    );
  });

  test('of waiting for a turn fails as busy, and the slot is free afterwards', async () => {
    let isAnswering = false;
    const { port } = await serve((_request, response) => {
      if (isAnswering) response.end('ok');
    });
    const { fetch } = open({ maxPerOrigin: 1 });
    const hanging = reasonOf(fetch(`http://localhost:${port}/`, { timeoutMs: 600 }));
    expect(await reasonOf(fetch(`http://localhost:${port}/`, { timeoutMs: 100 }))).toBe('busy');
    expect(await hanging).toBe('timeout');
    isAnswering = true;
    expect((await fetch(`http://localhost:${port}/`)).text()).toBe('ok');
  });

  test('is over when the caller says so', async () => {
    const { port, connections } = await serve(() => {});
    const { fetch } = open();
    const giveUp = new AbortController();
    const request = reasonOf(fetch(`http://localhost:${port}/`, { signal: giveUp.signal }));
    await until(() => connections() === 1);
    giveUp.abort();
    expect(await request).toBe('aborted');
    expect(await reasonOf(fetch(`http://localhost:${port}/`, { signal: giveUp.signal }))).toBe('aborted');
    expect(connections()).toBe(1);
  });
});

describe('a broken server', () => {
  test.each([
    ['refuses the connection', 'network'],
    ['hangs up', 'network'],
    ['hangs up in the middle', 'network'],
    ['speaks no http', 'bad_response'],
    ['sends endless headers', 'bad_response'],
  ])('that %s fails as %s', async (kind, reason) => {
    const server = createTcpServer((socket) => {
      if (kind === 'hangs up') socket.destroy();
      if (kind === 'hangs up in the middle') socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx');
      if (kind === 'speaks no http') socket.end('SSH-2.0-OpenSSH_9.2\r\n');
      if (kind === 'sends endless headers')
        socket.write(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(1000)}`);
    });
    const { port } = await listen(server);
    const free = kind === 'refuses the connection' ? 1 : port;
    const failure = await open()
      .fetch(`http://127.0.0.1:${free}/secret-path`)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason, faultOfHost: true });
    expect(String(failure)).not.toContain('secret-path');
  });

  test('whose name does not exist fails as dns', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('nope'), { code: 'ENOTFOUND' }));
    await expect(open({ resolve }).fetch('http://nowhere.example/')).rejects.toMatchObject({
      reason: 'dns',
      retryable: true,
    });
  });
});

describe('many requests', () => {
  test('share connections, two to a host at once', async () => {
    let inFlight = 0;
    let most = 0;
    const { port, connections } = await serve((_request, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.writeHead(202).end();
      }, 2);
    });
    const { fetch } = open();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => fetch(`http://localhost:${port}/`, { method: 'POST', body: '{}' })),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(most).toBe(2);
    expect(connections()).toBe(2);
  });

  test('to many hosts go in parallel up to the limit, and a dead host keeps nobody back', async () => {
    let inFlight = 0;
    let most = 0;
    const { port } = await serve((request, response) => {
      if (request.headers.host?.startsWith('dead') === true) return;
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.end('ok');
      }, 20);
    });
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const { fetch } = open({ resolve, maxInFlight: 8 });
    const dead = Array.from({ length: 10 }, () =>
      reasonOf(fetch(`http://dead.example:${port}/`, { timeoutMs: 3_000 })),
    );
    const live = Array.from({ length: 40 }, (_unused, index) => fetch(`http://host${index}.example:${port}/`));
    const first = await Promise.race([Promise.all(live).then(() => 'live'), ...dead]);
    expect(first).toBe('live');
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThanOrEqual(8);
    expect(new Set(await Promise.all(dead))).toEqual(new Set(['timeout', 'busy']));
  });

  test('end when the server stops: those under way may finish, those who wait are told', async () => {
    let answer = (): void => {};
    const { port, connections } = await serve((_request, response) => {
      answer = () => response.end('done');
    });
    const way = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'x', maxPerOrigin: 1 });
    const underWay = way.fetch(`http://localhost:${port}/`);
    await until(() => connections() === 1);
    const waiting = reasonOf(way.fetch(`http://localhost:${port}/`));
    const closing = way.close(5_000);
    expect(await waiting).toBe('closed');
    expect(await reasonOf(way.fetch(`http://localhost:${port}/`))).toBe('closed');
    answer();
    expect((await underWay).text()).toBe('done');
    await closing;
  });

  test('that do not end in time are cut when the server stops', async () => {
    const { port, connections } = await serve(() => {});
    const way = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'x' });
    const request = reasonOf(way.fetch(`http://localhost:${port}/`));
    await until(() => connections() === 1);
    await way.close(50);
    expect(await request).toBe('closed');
  });
});
