// The way out, against real servers on this machine: what is refused, what is cut, what is followed, what is kept open.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createSafeFetch, FetchFailure, type SafeFetch, type SafeFetchOptions } from './fetch.ts';

const fixture = (name: string): string => readFileSync(new URL(`fetch/fixtures/${name}`, import.meta.url), 'utf8');
const certificate = fixture('localhost.crt');

const cleanups: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Listening {
  port: number;
  /** Connections that were made, ever. */
  connections(): number;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  let made = 0;
  server.on('connection', (socket: Socket) => {
    made += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, connections: () => made };
}

const serve = (listener: RequestListener, host?: string): Promise<Listening> => listen(createServer(listener), host);

function open(options: Partial<SafeFetchOptions> = {}): SafeFetch {
  const opened = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'Rookery/test', ...options });
  cleanups.push(() => opened.close(0));
  return opened;
}

async function reasonOf(request: Promise<unknown>): Promise<string> {
  const failure = await request.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(FetchFailure);
  return (failure as FetchFailure).reason;
}

/** Waits for something that must come true soon. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

const bodyOf = async (request: IncomingMessage): Promise<string> => Buffer.concat(await request.toArray()).toString();

describe('an ordinary request', () => {
  test('brings back status, headers, address, text and JSON', async () => {
    const { port } = await serve((request, response) => {
      response.writeHead(202, { 'content-type': 'application/json', 'x-two': ['a', 'b'] });
      response.end(JSON.stringify({ path: request.url, headers: request.headers }));
    });
    const answer = await open().fetch(`http://localhost:${port}/a?b=c#d`, { accept: 'application/activity+json' });
    expect(answer).toMatchObject({ status: 202, url: `http://localhost:${port}/a?b=c` });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-two': 'a, b' });
    expect(answer.json()).toMatchObject({
      path: '/a?b=c',
      headers: { host: `localhost:${port}`, accept: 'application/activity+json', 'user-agent': 'Rookery/test' },
    });
    expect(JSON.parse(answer.text())).toEqual(answer.json());
  });

  test('sends body and headers, but the host that it goes to', async () => {
    const { port } = await serve(async (request, response) => {
      response.end(`${request.method} ${request.headers.host} ${request.headers.digest} ${await bodyOf(request)}`);
    });
    const answer = await open().fetch(`http://127.0.0.1:${port}/`, {
      method: 'post',
      headers: { Host: 'other.example', Digest: 'x', 'Content-Length': '1', Connection: 'close' },
      body: '{"a":1}',
    });
    expect(answer.text()).toBe(`POST 127.0.0.1:${port} x {"a":1}`);
  });

  test('of any status is an answer', async () => {
    const { port } = await serve((_request, response) => response.writeHead(503, { 'retry-after': '7' }).end('later'));
    const answer = await open().fetch(`http://localhost:${port}/`);
    expect([answer.status, answer.headers['retry-after'], answer.text()]).toEqual([503, '7', 'later']);
  });

  test('reads text by its charset, and by UTF-8 when nobody knows the charset', async () => {
    const { port } = await serve((request, response) => {
      response.setHeader('content-type', `text/html; charset=${request.url === '/a' ? 'iso-8859-2' : 'klingon'}`);
      response.end(request.url === '/a' ? Buffer.from([0xb1]) : 'ą');
    });
    const { fetch } = open();
    expect((await fetch(`http://localhost:${port}/a`)).text()).toBe('ą');
    expect((await fetch(`http://localhost:${port}/b`)).text()).toBe('ą');
  });

  test('that is not answered with JSON says so when JSON is wanted', async () => {
    const { port } = await serve((_request, response) => response.end('<html>'));
    const answer = await open().fetch(`http://localhost:${port}/`);
    expect(() => answer.json()).toThrow(expect.objectContaining({ reason: 'bad_response' }));
  });

  test('HEAD has no body', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': '99999999', 'content-encoding': 'gzip' }).end(),
    );
    const answer = await open().fetch(`http://localhost:${port}/`, { method: 'HEAD' });
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });
});

describe('addresses on this machine or its networks', () => {
  test('are refused without a connection, however they are written', async () => {
    const { port, connections } = await serve((_request, response) => response.end('secret'));
    const { fetch } = open({
      allowPrivateAddresses: false,
      policy: undefined,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const hosts = [
      '127.0.0.1',
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      '0x7f.1',
      '0177.0.0.1',
      '2130706433',
      '127.1',
      '0',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[fe80::1]',
      '[fc00::1]',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '192.0.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '１２７.0.0.1',
      '127。0。0。1',
      'printer.local',
      'metadata.google.internal',
    ];
    for (const host of hosts) {
      expect([host, await reasonOf(fetch(`http://${host}/`))]).toEqual([host, 'blocked_private']);
      expect([host, await reasonOf(fetch(`https://${host}/`))]).toEqual([host, 'blocked_private']);
      expect([host, await reasonOf(fetch(`http://${host}:${port}/`))]).toEqual([host, 'blocked_port']);
    }
    expect(connections()).toBe(0);
  });

  test('are refused when a name leads to them, without a connection', async () => {
    const { port, connections } = await serve((_request, response) => response.end('secret'));
    const answers: Record<string, string[]> = {
      'private.example': ['127.0.0.1'],
      'mixed.example': ['93.184.216.34', '127.0.0.1'],
      'six.example': ['::1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'nowhere.example': [],
    };
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: async (name) =>
        (answers[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      policy: { isAllowedAddress: (address) => address === '93.184.216.34', isAllowedPort: () => true },
    });
    for (const host of ['private.example', 'mixed.example', 'six.example', 'mapped.example']) {
      expect([host, await reasonOf(fetch(`http://${host}:${port}/`))]).toEqual([host, 'blocked_private']);
    }
    expect(await reasonOf(fetch(`http://nowhere.example:${port}/`))).toBe('dns');
    expect(connections()).toBe(0);
  });

  test('are refused when a name leads to them only the second time', async () => {
    const { port, connections } = await serve(
      (_request, response) => response.setHeader('connection', 'close').end('ok'),
      '127.0.0.2',
    );
    let now = Date.now();
    const addresses = ['127.0.0.2', '127.0.0.1'];
    const { fetch } = open({
      allowPrivateAddresses: false,
      clock: () => new Date(now),
      resolve: async () => [{ address: addresses.shift() ?? '127.0.0.1', family: 4 }],
      policy: { isAllowedAddress: (address) => address === '127.0.0.2', isAllowedPort: () => true },
    });
    expect((await fetch(`http://rebinding.example:${port}/`)).text()).toBe('ok');
    expect((await fetch(`http://rebinding.example:${port}/`)).text()).toBe('ok');
    now += 3_600_000;
    expect(await reasonOf(fetch(`http://rebinding.example:${port}/`))).toBe('blocked_private');
    expect(connections()).toBe(2);
  });

  test('are refused when a redirect leads to them', async () => {
    const secret = await serve((_request, response) => response.end('secret'), '127.0.0.1');
    const { port } = await serve((request, response) => {
      const host = request.url === '/ip' ? '127.0.0.1' : 'private.example';
      response.writeHead(302, { location: `http://${host}:${secret.port}/` }).end();
    }, '127.0.0.2');
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: async (name) => [{ address: name === 'public.example' ? '127.0.0.2' : '127.0.0.1', family: 4 }],
      policy: { isAllowedAddress: (address) => address === '127.0.0.2', isAllowedPort: () => true },
    });
    expect(await reasonOf(fetch(`http://public.example:${port}/ip`))).toBe('blocked_private');
    expect(await reasonOf(fetch(`http://public.example:${port}/name`))).toBe('blocked_private');
    expect(secret.connections()).toBe(0);
  });

  test('are refused even when the name looked harmless and the connection was made all the same', async () => {
    let isServed = false;
    const { port } = await serve((_request, response) => {
      isServed = true;
      response.end('secret');
    });
    let checks = 0;
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      policy: { isAllowedAddress: () => (checks += 1) === 1, isAllowedPort: () => true },
    });
    expect(await reasonOf(fetch(`http://odd.example:${port}/`))).toBe('blocked_private');
    expect(isServed).toBe(false);
  });

  test('answer when the operator allows them', async () => {
    const { port } = await serve((_request, response) => response.end('ok'));
    const { fetch } = open();
    for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433']) {
      expect((await fetch(`http://${host}:${port}/`)).text()).toBe('ok');
    }
  });
});

describe('an address', () => {
  test.each([
    '',
    'x',
    '/path',
    '//example.com/',
    'example.com',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://example.com/',
    'javascript:alert(1)',
    'http:example.com',
    'http:///example.com',
    'http://',
    'http://exa mple.com/',
    'http://example.com/a b',
    'http://example.com/\r\nX: y',
    'http://user@example.com/',
    'http://user:pass@example.com/',
    'http://:@',
    'http://exam%2Fple.com/',
    'http://example.com:99999/',
    'http://a..b/',
    ' http://example.com/',
    'http://example.com/\u0000',
    'http://[::1',
    `http://example.com/${'a'.repeat(9000)}`,
    'http://\\example.com/',
  ])('%j is refused before anything is asked', async (url) => {
    const { fetch } = open({ resolve: () => Promise.reject(new Error('asked the network')) });
    expect(await reasonOf(fetch(url))).toBe('bad_url');
  });

  test('on another port than the web’s is refused', async () => {
    const { fetch } = open({
      allowPrivateAddresses: false,
      resolve: () => Promise.reject(new Error('asked the network')),
    });
    for (const url of ['http://example.com:22/', 'https://example.com:8443/', 'http://example.com:6379/']) {
      expect(await reasonOf(fetch(url))).toBe('blocked_port');
    }
    expect(await reasonOf(fetch('https://example.com:443/'))).toBe('network');
    expect(await reasonOf(fetch('http://example.com:443/'))).toBe('network');
  });
});

describe('a redirect', () => {
  test('is followed up to three times, the fourth fails', async () => {
    const { port } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end('body of a redirect');
    });
    const { fetch } = open();
    const answer = await fetch(`http://localhost:${port}/3`);
    expect([answer.text(), answer.url]).toEqual(['there', `http://localhost:${port}/0`]);
    expect(await reasonOf(fetch(`http://localhost:${port}/4`))).toBe('redirects');
    expect(await reasonOf(fetch(`http://localhost:${port}/2`, { maxRedirects: 1 }))).toBe('redirects');
    expect(await reasonOf(fetch(`http://localhost:${port}/1`, { redirect: 'error' }))).toBe('redirects');
  });

  test.each([
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://example.com/',
    'http://user:pass@example.com/',
    'http://exa mple.com/',
  ])('to %s fails', async (location) => {
    const { port } = await serve((_request, response) => response.writeHead(301, { location }).end());
    expect(['bad_url', 'redirects']).toContain(await reasonOf(open().fetch(`http://localhost:${port}/`)));
  });

  test('without an address is an answer', async () => {
    const { port } = await serve((_request, response) => response.writeHead(302).end('nowhere'));
    expect((await open().fetch(`http://localhost:${port}/`)).text()).toBe('nowhere');
  });

  test('takes no credentials along; the caller signs anew', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/from') response.writeHead(307, { location: `http://127.0.0.1:${port}/to?x=1` }).end();
      else response.end(JSON.stringify(request.headers));
    });
    const { fetch } = open();
    const headers = { Authorization: 'Bearer a', Cookie: 'b', Signature: 'c', 'Signature-Input': 'd', 'X-Kept': 'e' };
    const plain = (await fetch(`http://localhost:${port}/from`, { headers })).json();
    expect(plain).toMatchObject({ 'x-kept': 'e', host: `127.0.0.1:${port}` });
    for (const name of ['authorization', 'cookie', 'signature', 'signature-input'])
      expect(plain).not.toHaveProperty(name);

    const seen: unknown[] = [];
    const signed = await fetch(`http://localhost:${port}/from`, {
      headers,
      onRedirect: (next) => {
        seen.push([next.url, next.method, next.headers.signature]);
        return { Signature: 'for the new host', Host: 'ignored' };
      },
    });
    expect(seen).toEqual([[`http://127.0.0.1:${port}/to?x=1`, 'GET', undefined]]);
    expect(signed.json()).toMatchObject({ signature: 'for the new host', host: `127.0.0.1:${port}` });
  });

  test('of a POST is followed with its body when the method is kept, refused when it would change', async () => {
    const { port } = await serve(async (request, response) => {
      const status = Number(request.url?.slice(1));
      if (status > 0) response.writeHead(status, { location: '/0' }).end();
      else response.end(`${request.method} ${await bodyOf(request)}`);
    });
    const { fetch } = open();
    const post = (status: number) => fetch(`http://localhost:${port}/${status}`, { method: 'POST', body: 'x' });
    expect((await post(307)).text()).toBe('POST x');
    expect((await post(308)).text()).toBe('POST x');
    for (const status of [301, 302, 303])
      await expect(post(status)).rejects.toMatchObject({ reason: 'redirects', status });
  });

  test('from https to http fails', async () => {
    const plain = await serve((_request, response) => response.end('plain'));
    const server = createSecureServer({ key: fixture('localhost.key'), cert: certificate }, (_request, response) => {
      response.writeHead(302, { location: `http://localhost:${plain.port}/` }).end();
    });
    const { port } = await listen(server);
    expect(await reasonOf(open({ ca: certificate }).fetch(`https://localhost:${port}/`))).toBe('redirects');
    expect(plain.connections()).toBe(0);
  });
});

describe('TLS', () => {
  const secure = (): Promise<Listening> =>
    listen(
      createSecureServer({ key: fixture('localhost.key'), cert: certificate }, (_request, response) =>
        response.end('safe'),
      ),
    );

  test('with a trusted certificate works', async () => {
    const { port } = await secure();
    expect((await open({ ca: certificate }).fetch(`https://localhost:${port}/`)).text()).toBe('safe');
  });

  test('with an unknown certificate, or one for another name, fails', async () => {
    const { port } = await secure();
    await expect(open().fetch(`https://localhost:${port}/`)).rejects.toMatchObject({
      reason: 'tls',
      retryable: true,
      faultOfHost: true,
    });
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    expect(await reasonOf(open({ ca: certificate, resolve }).fetch(`https://other.example:${port}/`))).toBe('tls');
  });

  test('with a server that speaks plain http fails', async () => {
    const { port } = await serve((_request, response) => response.end('plain'));
    expect(await reasonOf(open().fetch(`https://localhost:${port}/`))).toBe('tls');
  });
});

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
    expect(performance.now() - start).toBeLessThan(3_000);
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
    const dead = Array.from({ length: 10 }, () => reasonOf(fetch(`http://dead.example:${port}/`, { timeoutMs: 700 })));
    const live = Array.from({ length: 40 }, (_unused, index) => fetch(`http://host${index}.example:${port}/`));
    const start = performance.now();
    await Promise.all(live);
    expect(performance.now() - start).toBeLessThan(690);
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
