// Finding connections whose other end is gone: each is asked regularly, some at a time, so that ten thousand are not asked at once.
import type { WebSocket } from 'ws';

export interface Pings {
  /** Asks this connection from now on, and ends it when it does not answer until it is asked again. */
  watch(socket: WebSocket): void;
  stop(): void;
}

const rounds = 30;

/** Every connection is pinged once in `everyMs`, by one timer for all. */
export function startPings(everyMs: number): Pings {
  const groups = Array.from({ length: rounds }, () => new Set<WebSocket>());
  const silent = new Set<WebSocket>();
  let opened = 0;
  let round = 0;
  const heard = function (this: WebSocket): void {
    silent.delete(this);
  };
  const timer = setInterval(() => {
    round = (round + 1) % rounds;
    const group = groups[round];
    for (const socket of group ?? []) {
      if (socket.readyState === socket.CLOSED) group?.delete(socket);
      if (silent.delete(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) {
        silent.add(socket);
        socket.ping();
      }
    }
  }, everyMs / rounds);
  return {
    watch(socket) {
      socket.on('pong', heard);
      groups[opened % rounds]?.add(socket);
      opened += 1;
    },
    stop: () => clearInterval(timer),
  };
}
