// WebSockets with limits: who may connect how often, how much they may send, and what happens to a slow reader.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

export interface SocketOptions {
  /** Paths that this endpoint serves, without the query. */
  isMine: (path: string) => boolean;
  /** Asked before the upgrade; resolves to what the connection carries on, or to the status to refuse with. */
  admit: (request: IncomingMessage) => Promise<{ status: number } | { opened: (socket: WebSocket) => void }>;
  /** The address that counts for the limit. */
  addressOf: (request: IncomingMessage) => string;
  /** Connections that one address may hold. Default 50. */
  perAddress?: number;
  pingMs?: number;
}

export interface Sockets {
  /** Closes all with 1012 (service restart), spread over `spreadMs` so that clients do not come back all at once. */
  close(spreadMs?: number): Promise<void>;
}

/** A frame is dropped together with its connection when this many bytes wait for a slow reader. */
export const bufferLimit = 1024 * 1024;

/** Serves WebSockets on `server`. Frames over 64 KiB, binary frames and unread buffers over 1 MiB end a connection. */
export function serveSockets(server: Server, options: SocketOptions): Sockets {
  const { perAddress = 50, pingMs = 30_000 } = options;
  // The token travels as sub-protocol and must be echoed, or browsers close the socket.
  const acceptor = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  });
  const held = new Map<string, number>();
  const alive = new WeakSet<WebSocket>();

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const address = options.addressOf(request);
    if ((held.get(address) ?? 0) >= perAddress) return refuse(stream, 429);
    held.set(address, (held.get(address) ?? 0) + 1);
    const release = (): void => {
      const left = (held.get(address) ?? 1) - 1;
      if (left <= 0) held.delete(address);
      else held.set(address, left);
    };
    const admitted = await options.admit(request).catch(() => ({ status: 503 }));
    if ('status' in admitted || stream.destroyed) {
      release();
      return refuse(stream, 'status' in admitted ? admitted.status : 503);
    }
    stream.once('close', release);
    acceptor.handleUpgrade(request, stream, head, (socket) => {
      alive.add(socket);
      socket.on('pong', () => alive.add(socket));
      socket.on('error', () => socket.terminate());
      admitted.opened(socket);
    });
  };
  const listener = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    stream.on('error', () => stream.destroy());
    if (!options.isMine(path)) return refuse(stream, 404);
    void upgrade(request, stream, head);
  };
  server.on('upgrade', listener);
  const pinger = setInterval(() => {
    for (const socket of acceptor.clients) {
      if (!alive.has(socket)) {
        socket.terminate();
        continue;
      }
      alive.delete(socket);
      socket.ping();
    }
  }, pingMs);
  return {
    async close(spreadMs = 0) {
      clearInterval(pinger);
      server.off('upgrade', listener);
      const open = [...acceptor.clients];
      const pause = open.length === 0 ? 0 : spreadMs / open.length;
      for (const socket of open) {
        socket.close(1012, 'The server restarts');
        if (pause >= 1) await new Promise((resolve) => setTimeout(resolve, pause));
      }
      const patience = setTimeout(() => {
        for (const socket of acceptor.clients) socket.terminate();
      }, 1000);
      await new Promise<void>((resolve) => acceptor.close(() => resolve()));
      clearTimeout(patience);
    },
  };
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
