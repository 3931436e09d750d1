// The bus over Redis pub/sub, for several processes.
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Bus } from './bus.ts';
import { Listeners } from './listeners.ts';

/** `prefix` keeps several servers apart in one Redis. */
export async function openRedisBus(url: string, prefix: string, log: Logger): Promise<Bus> {
  const connect = async (): Promise<Redis> => {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3 });
    redis.on('error', (error) => log.warn({ err: error }, 'Redis is out of reach'));
    await redis.connect();
    return redis;
  };
  const publisher = await connect();
  const subscriber = await connect();
  const listeners = new Listeners(log);
  // From now on nobody waits for a connection that is lost.
  publisher.options.enableOfflineQueue = false;
  publisher.options.commandTimeout = 2000;
  const key = (channel: string): string => `${prefix}:bus:${channel}`;
  subscriber.on('message', (name: string, text: string) => {
    listeners.tell(name.slice(key('').length), JSON.parse(text));
  });
  return {
    async publish(channel, message) {
      try {
        await publisher.publish(key(channel), JSON.stringify(message));
      } catch (error) {
        // What is told here is told again by nobody; this process at least hears itself.
        log.warn({ err: error, channel }, 'the bus is out of reach; only this process is told');
        listeners.tell(channel, message);
      }
    },
    async subscribe(channel, heard) {
      if (listeners.add(channel, heard)) await subscriber.subscribe(key(channel));
      return async () => {
        if (listeners.remove(channel, heard)) await subscriber.unsubscribe(key(channel));
      };
    },
    async ping() {
      await publisher.ping();
    },
    async close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
