// Servers on this machine that fetch is tried against, and what a test asks of a fetch.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { createServer as createTcpServer, AddressInfo, Socket } from 'node:net';
import { afterEach, expect } from 'vitest';
import { createSafeFetch, FetchFailure, type SafeFetch, type SafeFetchOptions } from '../fetch.ts';

export const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
export const certificate = fixture('localhost.crt');

const cleanups: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export interface Listening {
  port: number;
  /** Connections that were made, ever. */
  connections(): number;
}

export async function listen(
  server: Server | ReturnType<typeof createTcpServer>,
  host = '127.0.0.1',
): Promise<Listening> {
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

export const serve = (listener: RequestListener, host?: string): Promise<Listening> =>
  listen(createServer(listener), host);

export function open(options: Partial<SafeFetchOptions> = {}): SafeFetch {
  const opened = createSafeFetch({ allowPrivateAddresses: true, userAgent: 'Rookery/test', ...options });
  cleanups.push(() => opened.close(0));
  return opened;
}

export async function reasonOf(request: Promise<unknown>): Promise<string> {
  const failure = await request.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(FetchFailure);
  return (failure as FetchFailure).reason;
}

/** Waits for something that must come true soon. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

export const bodyOf = async (request: IncomingMessage): Promise<string> =>
  Buffer.concat(await request.toArray()).toString();
