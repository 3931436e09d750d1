// Servers of the outside world that are not well, each in its own way, and what a delivery to each should come to.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createAuthority, type Authority, type Certificate } from '#server/testing/authority.ts';

/** What a try comes to: it is done, it is given up, or it is due again so many seconds later. */
export interface Verdict {
  state: 'delivered' | 'failed' | 'waiting';
  status: number | null;
  error: string | null;
  /** Seconds until the next try, at least and at most. */
  again?: readonly [number, number];
}

export interface IllHost {
  name: string;
  inbox: string;
  /** By the first try and by the second. */
  verdicts: readonly [Verdict, Verdict];
  /** It told how long it wants to be left alone. */
  wantsPause: boolean;
  /** Connections that it got, and the longest of them in ms. */
  asked(): number;
  longestMs(): number;
  close(): Promise<void>;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
interface Kind {
  name: string;
  /** Null where nobody listens, since there is no such name. */
  listen: Server | null;
  scheme?: 'https';
  verdicts: readonly [Verdict, Verdict];
  wantsPause?: boolean;
}

const minute = 60;
const firstGap = [0.75 * minute, 1.25 * minute] as const;
const secondGap = [0.75 * 5 * minute, 1.25 * 5 * minute] as const;
const given = (status: number): Verdict => ({ state: 'failed', status, error: `answered ${status}` });
const finished = (verdict: Verdict): readonly [Verdict, Verdict] => [verdict, verdict];
const again = (error: string, status: number | null = null): readonly [Verdict, Verdict] => [
  { state: 'waiting', status, error, again: firstGap },
  { state: 'waiting', status, error, again: secondGap },
];
const paused = (status: number, seconds: number): readonly [Verdict, Verdict] => {
  const verdict: Verdict = { state: 'waiting', status, error: `answered ${status}`, again: [seconds, seconds] };
  const { error } = verdict;
  const longer = Math.max(seconds, secondGap[0]);
  return [verdict, { state: 'waiting', status, error, again: [longer, Math.max(seconds, secondGap[1])] }];
};

/** Opens them all; those that speak TLS have certificates of that authority, or ought to. */
export async function openIll(authority: Authority): Promise<IllHost[]> {
  const answers = (status: number, headers: Record<string, string> = {}, body = ''): Server =>
    http((_request, response) => response.writeHead(status, headers).end(body));
  const yesterday = new Date(Date.now() - 24 * 3_600_000);
  const done: Verdict = { state: 'delivered', status: 200, error: null };
  const kinds: Kind[] = [
    { name: 'busy', listen: answers(429, { 'retry-after': '120' }), verdicts: paused(429, 120), wantsPause: true },
    { name: 'resting', listen: answers(503, { 'retry-after': '90' }), verdicts: paused(503, 90), wantsPause: true },
    { name: 'hurried', listen: answers(429), verdicts: again('answered 429', 429) },
    { name: 'gone', listen: answers(410), verdicts: finished(given(410)) },
    { name: 'missing', listen: answers(404), verdicts: finished(given(404)) },
    { name: 'strict', listen: answers(422), verdicts: finished(given(422)) },
    {
      name: 'stranger',
      listen: answers(401),
      verdicts: [{ state: 'waiting', status: 401, error: 'answered 401', again: firstGap }, given(401)],
    },
    { name: 'moved', listen: answers(301, { location: 'http://busy.test/inbox' }), verdicts: again('redirects', 301) },
    {
      name: 'page',
      listen: answers(200, { 'content-type': 'text/html' }, '<!doctype html><title>Hello</title>'),
      verdicts: finished(done),
    },
    {
      name: 'dripping',
      listen: dripping('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n', ''),
      verdicts: again('timeout'),
    },
    {
      name: 'trailing',
      listen: dripping('x'.repeat(1000), 'HTTP/1.1 202 Accepted\r\ncontent-length: 1000\r\n\r\n'),
      verdicts: finished({ state: 'delivered', status: 202, error: null }),
    },
    {
      name: 'resetting',
      listen: createTcpServer((socket) => void socket.once('data', () => socket.resetAndDestroy())),
      verdicts: again('network'),
    },
    {
      name: 'expired',
      listen: https(authority.issue(['expired.test'], yesterday)),
      scheme: 'https',
      verdicts: again('tls'),
    },
    { name: 'borrowed', listen: https(authority.issue(['another.test'])), scheme: 'https', verdicts: again('tls') },
    {
      name: 'selfmade',
      listen: https(createAuthority('Nobody').issue(['selfmade.test'])),
      scheme: 'https',
      verdicts: again('tls'),
    },
    { name: 'nxdomain', listen: null, verdicts: again('dns') },
    { name: 'servfail', listen: null, verdicts: again('dns') },
  ];
  return Promise.all(kinds.map(open));
}

const http = (listener: Listener): Server => createServer(reading(listener));
const https = (certificate: Certificate): Server =>
  createTlsServer(
    certificate,
    reading((_request, response) => response.writeHead(202).end()),
  );

/** Takes the whole request before it answers. */
const reading =
  (listener: Listener): RequestListener =>
  (request, response) =>
    void request.resume().once('end', () => listener(request, response));

/** Says the beginning at once and the rest with one byte a second. */
function dripping(rest: string, beginning: string): Server {
  return createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(beginning);
      let place = 0;
      const timer = setInterval(() => socket.write(rest[(place += 1) - 1] ?? '\n'), 1000);
      socket.once('close', () => clearInterval(timer));
    });
  });
}

async function open({ name, listen, scheme, verdicts, wantsPause = false }: Kind): Promise<IllHost> {
  const sockets = new Set<Socket>();
  let asked = 0;
  let longestMs = 0;
  listen?.on('connection', (socket: Socket) => {
    const began = performance.now();
    asked += 1;
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      longestMs = Math.max(longestMs, performance.now() - began);
    });
  });
  if (listen !== null) await new Promise<void>((resolve) => listen.listen(0, '127.0.0.1', resolve));
  const port = listen === null ? '' : `:${(listen.address() as AddressInfo).port}`;
  return {
    name,
    inbox: `${scheme ?? 'http'}://${name}.test${port}/inbox`,
    verdicts,
    wantsPause,
    asked: () => asked,
    longestMs: () => longestMs,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (listen !== null) await new Promise((resolve) => listen.close(resolve));
    },
  };
}
