// Jobs in Redis: for many workers, or where PostgreSQL has enough to do.
import { Queue as RedisQueue, Worker as RedisWorker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { bullQueue, type BullStore, type QueueOptions } from './bullmq.ts';
import type { Queue } from './queue.ts';

/** Opens the queue on Redis. `prefix` keeps several servers apart in one Redis. */
export function openRedisQueue(url: string, prefix: string, log: Logger, options?: QueueOptions): Queue {
  const connect = (): Redis => {
    const redis = new Redis(url, { maxRetriesPerRequest: null, enableReadyCheck: true });
    redis.on('error', (error) => log.warn({ err: error }, 'Redis is out of reach'));
    return redis;
  };
  const shared = connect();
  const opened: Redis[] = [shared];
  const store: BullStore = {
    openQueue: (name) => new RedisQueue(name, { connection: shared, prefix }),
    openWorker(name, run, concurrency) {
      const connection = connect();
      opened.push(connection);
      return new RedisWorker(name, (job) => run(job.id ?? '', job.data), {
        connection,
        prefix,
        concurrency,
        stalledInterval: 10_000,
        lockDuration: 15_000,
        maxStalledCount: 5,
      });
    },
    async ping() {
      // A Redis that is full still answers; only a write says that it takes nothing more.
      await shared.set(`${prefix}:takes`, '1', 'EX', 60);
    },
    async close() {
      for (const redis of opened) redis.disconnect();
    },
  };
  return bullQueue(store, log, options);
}
