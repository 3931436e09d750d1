// The bus of a single process: no network, no serialisation cost worth naming.
import type { Logger } from 'pino';
import type { Bus } from './bus.ts';
import { Listeners } from './listeners.ts';

/** Messages pass through JSON so that both buses hand over the same values. */
export function openMemoryBus(log: Logger): Bus {
  const listeners = new Listeners(log);
  return {
    async publish(channel, message) {
      const copy: unknown = JSON.parse(JSON.stringify(message));
      queueMicrotask(() => listeners.tell(channel, copy));
    },
    async subscribe(channel, heard) {
      listeners.add(channel, heard);
      return async () => {
        listeners.remove(channel, heard);
      };
    },
    async ping() {},
    async close() {},
  };
}
