// WebSockets with limits: who may connect how often, how much they may send, and what happens to a slow reader.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Line } from './sockets/frames.ts';
import type { Places } from './sockets/places.ts';
import { startPings, type Pings } from './sockets/pings.ts';

export interface SocketOptions {
  /** Paths that this endpoint serves, without the query. */
  isMine: (path: string) => boolean;
  /** Asked before the upgrade; resolves to what the connection carries on, or to the status to refuse with. */
  admit: (request: IncomingMessage) => Promise<{ status: number } | { opened: (line: Line) => void }>;
  /** The address that counts for the limit. */
  addressOf: (request: IncomingMessage) => string;
  /** How many connections an address may hold. */
  places: Places;
  pingMs?: number;
}

export interface Sockets {
  /** Closes all with 1012 (service restart), spread over `spreadMs` so that clients do not come back all at once. */
  close(spreadMs?: number): Promise<void>;
}

/** Serves WebSockets on `server`. Frames over 64 KiB, binary frames and unread buffers over 1 MiB end a connection. */
export function serveSockets(server: Server, options: SocketOptions): Sockets {
  // The token travels as sub-protocol and must be echoed, or browsers close the socket.
  const acceptor = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  });
  const pings = startPings(options.pingMs ?? 30_000);
  const listener = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    stream.on('error', destroyStream);
    if (!options.isMine(path)) return refuse(stream, 404);
    void upgrade(acceptor, pings, options, request, stream, head);
  };
  server.on('upgrade', listener);
  return {
    async close(spreadMs = 0) {
      pings.stop();
      server.off('upgrade', listener);
      await closeAll(acceptor, spreadMs);
    },
  };
}

async function upgrade(
  acceptor: WebSocketServer,
  pings: Pings,
  options: SocketOptions,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): Promise<void> {
  const release = options.places.take(options.addressOf(request));
  if (release === null) return refuse(stream, 429);
  const admitted = await options.admit(request).catch(() => ({ status: 503 }));
  if ('status' in admitted || stream.destroyed) {
    release();
    return refuse(stream, 'status' in admitted ? admitted.status : 503);
  }
  stream.once('close', release);
  acceptor.handleUpgrade(request, stream, head, (socket) => {
    socket.on('error', terminateSocket);
    pings.watch(socket);
    admitted.opened({ socket, stream });
  });
}

// One function for all connections, because ten thousand closures are memory too.
function terminateSocket(this: WebSocket): void {
  this.terminate();
}

function destroyStream(this: Duplex): void {
  this.destroy();
}

async function closeAll(acceptor: WebSocketServer, spreadMs: number): Promise<void> {
  const open = [...acceptor.clients];
  // Timers are no finer than a millisecond: many sockets go in groups.
  const perPause = Math.max(1, Math.ceil(open.length / Math.max(1, spreadMs / 10)));
  for (const [index, socket] of open.entries()) {
    socket.close(1012, 'The server restarts');
    if (spreadMs > 0 && index % perPause === perPause - 1) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const patience = setTimeout(() => {
    for (const socket of acceptor.clients) socket.terminate();
  }, 1000);
  await new Promise<void>((resolve) => acceptor.close(() => resolve()));
  clearTimeout(patience);
}

const reasons: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

function refuse(stream: Duplex, status: number): void {
  const body = JSON.stringify({
    error: status === 401 ? 'The access token is invalid' : (reasons[status] ?? 'Refused'),
  });
  stream.end(
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Refused'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
