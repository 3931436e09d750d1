// The cache in Redis, shared by all processes.
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Cache } from './cache.ts';

/** `prefix` keeps several servers apart in one Redis. */
export async function openRedisCache(url: string, prefix: string, log: Logger): Promise<Cache> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 3, keyPrefix: `${prefix}:cache:` });
  redis.on('error', (error) => log.warn({ err: error }, 'Redis is out of reach'));
  await redis.connect();
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
