// The small store that the federation library asks for, over our cache. It only ever holds what may be lost.
import type { KvKey, KvStore, KvStoreSetOptions } from '@fedify/fedify';
import type { Cache } from '#server/platform/cache/cache.ts';

const defaultTtlMs = 24 * 60 * 60 * 1000;

/** Every key ends by itself: a day after it was written unless the library says otherwise. */
export function federationKv(cache: Cache): KvStore {
  const name = (key: KvKey): string => `fedify:${JSON.stringify(key)}`;
  return {
    async get<T = unknown>(key: KvKey): Promise<T | undefined> {
      const text = await cache.get(name(key));
      // Safe: the library reads back what it wrote.
      return text === null ? undefined : (JSON.parse(text) as T);
    },
    async set(key: KvKey, value: unknown, options?: KvStoreSetOptions): Promise<void> {
      const ttlMs = options?.ttl?.total('milliseconds') ?? defaultTtlMs;
      await cache.set(name(key), JSON.stringify(value), Math.max(1, Math.round(ttlMs)));
    },
    async delete(key: KvKey): Promise<void> {
      await cache.delete(name(key));
    },
    // Only the library's own tools list keys; a cache cannot.
    async *list() {},
  };
}
