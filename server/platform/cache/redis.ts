// The cache in Redis, shared by all processes. While Redis is away each process remembers and counts for itself.
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Cache } from './cache.ts';
import { openMemoryCache } from './memory.ts';

const answerMs = 2000;

/** `prefix` keeps several servers apart in one Redis. */
export async function openRedisCache(url: string, prefix: string, log: Logger): Promise<Cache> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3, keyPrefix: `${prefix}:cache:` });
  redis.on('error', (error) => log.warn({ err: error }, 'Redis is out of reach'));
  await redis.connect();
  // From now on nobody waits for a connection that is lost.
  redis.options.enableOfflineQueue = false;
  redis.options.commandTimeout = answerMs;
  return withStandIn(
    redisCache(redis),
    openMemoryCache(() => new Date()),
  );
}

/** What is asked of the first is done by the second while the first cannot. Closing and signs of life are the first's alone. */
export function withStandIn(first: Cache, second: Cache): Cache {
  const orElse = async <Result>(work: (cache: Cache) => Promise<Result>): Promise<Result> => {
    try {
      return await work(first);
    } catch {
      // It has been logged; what is kept here may be forgotten at any time.
      return work(second);
    }
  };
  return {
    get: (key) => orElse((cache) => cache.get(key)),
    set: (key, value, ttlMs) => orElse((cache) => cache.set(key, value, ttlMs)),
    setIfAbsent: (key, value, ttlMs) => orElse((cache) => cache.setIfAbsent(key, value, ttlMs)),
    delete: (key) => orElse((cache) => cache.delete(key)),
    count: (key, windowMs) => orElse((cache) => cache.count(key, windowMs)),
    ping: () => first.ping(),
    close: () => first.close(),
  };
}

function redisCache(redis: Redis): Cache {
  return {
    get: (key) => redis.get(key),
    async set(key, value, ttlMs) {
      await redis.set(key, value, 'PX', Math.max(1, Math.round(ttlMs)));
    },
    async setIfAbsent(key, value, ttlMs) {
      return (await redis.set(key, value, 'PX', Math.max(1, Math.round(ttlMs)), 'NX')) === 'OK';
    },
    async delete(key) {
      await redis.del(key);
    },
    async count(key, windowMs) {
      const result = await redis.multi().incr(key).pexpire(key, windowMs, 'NX').pttl(key).exec();
      const [failure] = (result ?? []).flatMap(([error]) => error ?? []);
      if (failure !== undefined) throw failure;
      const [count, , resetMs] = (result ?? []).map(([, value]) => Number(value));
      return { count: count ?? 1, resetMs: Math.max(0, resetMs ?? windowMs) };
    },
    async ping() {
      await redis.ping();
    },
    async close() {
      redis.disconnect();
    },
  };
}
