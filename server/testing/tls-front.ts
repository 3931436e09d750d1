// What an administrator puts in front of a server: a proxy that holds the certificates and speaks plain HTTP behind itself.
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from './authority.ts';

export interface TlsFront {
  port: number;
  /** Sends all that comes for these names to that address from now on; text for a redirect of WebFinger to another origin. */
  lead(name: string, to: { address: string } | { webFingerAt: string }): void;
  /** While a name is cut off its requests get no answer. */
  cut(name: string, isCut: boolean): void;
  close(): Promise<void>;
}

/** A request that passed, with its answer. */
export interface Passage {
  name: string;
  method: string;
  path: string;
  status: number;
  /** What was sent, and what came back. */
  body: string;
  answer: string;
}

interface FrontOptions {
  /** A free one unless said otherwise. */
  port?: number;
  /** Is told of everything that passes, after its answer. */
  onPassage?: (passage: Passage) => void;
}

/** Listens on a port of 127.0.0.1, for all of these names. */
export async function openTlsFront(
  authority: Authority,
  names: readonly string[],
  { port = 0, onPassage }: FrontOptions = {},
): Promise<TlsFront> {
  const ways = new Map<string, { address: string } | { webFingerAt: string }>();
  const cutOff = new Set<string>();
  const server = createServer(authority.issue(names), (request, response) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '');
    const way = ways.get(name);
    if (cutOff.has(name)) request.socket.destroy();
    else if (way === undefined) response.writeHead(421).end();
    else if ('address' in way) pass(request, response, { name, address: way.address, onPassage });
    else redirect(request, response, way.webFingerAt);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    lead: (name, to) => void ways.set(name, to),
    cut: (name, isCut) => void (isCut ? cutOff.add(name) : cutOff.delete(name)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Way {
  name: string;
  address: string;
  onPassage: FrontOptions['onPassage'];
}

function pass(request: IncomingMessage, response: ServerResponse, { name, address, onPassage }: Way): void {
  const { method, url, headers } = request;
  const forwarded = { 'x-forwarded-for': request.socket.remoteAddress, 'x-forwarded-proto': 'https' };
  const sent = onPassage === undefined ? null : listenTo(request);
  const tell = (status: number, answer: string): void =>
    onPassage?.({ name, method: method ?? '', path: url ?? '/', status, body: sent?.() ?? '', answer });
  const onward = ask(new URL(url ?? '/', address), { method, headers: { ...headers, ...forwarded } }, (answer) => {
    const status = answer.statusCode ?? 502;
    response.writeHead(status, answer.headers);
    answer.pipe(response);
    const back = sent === null ? null : listenTo(answer);
    answer.once('end', () => tell(status, back?.() ?? ''));
  });
  onward.on('error', () => {
    if (response.headersSent) return void response.destroy();
    response.writeHead(502).end();
    tell(502, '');
  });
  request.pipe(onward);
}

/** Keeps what passes; the returned function says it. */
function listenTo(message: IncomingMessage): () => string {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => void chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** What the documentation asks of the domain that stands in handles. */
function redirect(request: IncomingMessage, response: ServerResponse, origin: string): void {
  const isWebFinger = request.url?.startsWith('/.well-known/webfinger') ?? false;
  if (isWebFinger) response.writeHead(301, { location: `${origin}${request.url}` }).end();
  else response.writeHead(404).end();
}
