// One contract for both caches.
import pino from 'pino';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { stores } from '#server/testing/context.ts';
import { until } from '#server/testing/until.ts';
import type { Cache } from './cache.ts';
import { openMemoryCache } from './memory.ts';
import { openRedisCache, withStandIn } from './redis.ts';

let cache: Cache;
afterEach(() => cache.close());

const openCache = async (redis: boolean): Promise<Cache> =>
  redis
    ? openRedisCache(inject('redisUrl'), `cache-test-${Math.random().toString(36).slice(2)}`, pino({ level: 'silent' }))
    : openMemoryCache(() => new Date());

describe.each(stores())('the cache beside $store', ({ redis }) => {
  test('gives back what was kept, until it is deleted', async () => {
    cache = await openCache(redis);
    expect(await cache.get('key')).toBeNull();
    await cache.set('key', 'válue', 60_000);
    expect(await cache.get('key')).toBe('válue');
    await cache.delete('key');
    expect(await cache.get('key')).toBeNull();
  });

  test('forgets after the time it was given', async () => {
    cache = await openCache(redis);
    await cache.set('key', 'value', 30);
    await until(async () => (await cache.get('key')) === null);
  });

  test('keeps the first of two values where only one may be', async () => {
    cache = await openCache(redis);
    expect(await cache.setIfAbsent('key', 'first', 60_000)).toBe(true);
    expect(await cache.setIfAbsent('key', 'second', 60_000)).toBe(false);
    expect(await cache.get('key')).toBe('first');
  });

  test('counts within a window that begins with the first count, and begins anew after it', async () => {
    cache = await openCache(redis);
    expect((await cache.count('counter', 200)).count).toBe(1);
    const second = await cache.count('counter', 200);
    expect(second.count).toBe(2);
    expect(second.resetMs).toBeGreaterThan(0);
    expect(second.resetMs).toBeLessThanOrEqual(200);
    await until(async () => (await cache.count('counter', 200)).count === 1);
  });

  test('counts of many at once are not lost', async () => {
    cache = await openCache(redis);
    const counts = await Promise.all(Array.from({ length: 50 }, () => cache.count('counter', 60_000)));
    expect(Math.max(...counts.map(({ count }) => count))).toBe(50);
  });
});

test('while the shared cache is away, each process remembers and counts for itself', async () => {
  const gone = (): Promise<never> => Promise.reject(new Error('connection is closed'));
  const away = {
    get: gone,
    set: gone,
    setIfAbsent: gone,
    delete: gone,
    count: gone,
    ping: gone,
    close: async () => {},
  };
  cache = withStandIn(
    away,
    openMemoryCache(() => new Date()),
  );
  await cache.set('key', 'value', 60_000);
  expect(await cache.get('key')).toBe('value');
  expect(await cache.setIfAbsent('key', 'other', 60_000)).toBe(false);
  await cache.count('counter', 60_000);
  expect((await cache.count('counter', 60_000)).count).toBe(2);
  await expect(cache.ping()).rejects.toThrow('closed');
});
