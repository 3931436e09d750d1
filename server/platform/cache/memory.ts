// The cache of a single process, bounded.
import { LRUCache } from 'lru-cache';
import type { Cache } from './cache.ts';

interface Entry {
  value: string;
  count: number;
  expiresAt: number;
}

/** At most `maxEntries` (default 50,000); the least recently used goes first. */
export function openMemoryCache(clock: () => Date, maxEntries = 50_000): Cache {
  const entries = new LRUCache<string, Entry>({ max: maxEntries });
  const now = (): number => clock().getTime();
  const live = (key: string): Entry | null => {
    const entry = entries.get(key);
    if (!entry) return null;
    if (entry.expiresAt > now()) return entry;
    entries.delete(key);
    return null;
  };
  const keep = (key: string, value: string, ttlMs: number): void => {
    entries.set(key, { value, count: 0, expiresAt: now() + ttlMs });
  };
  return {
    async get(key) {
      return live(key)?.value ?? null;
    },
    async set(key, value, ttlMs) {
      keep(key, value, ttlMs);
    },
    async setIfAbsent(key, value, ttlMs) {
      if (live(key)) return false;
      keep(key, value, ttlMs);
      return true;
    },
    async delete(key) {
      entries.delete(key);
    },
    async count(key, windowMs) {
      const entry = live(key) ?? { value: '', count: 0, expiresAt: now() + windowMs };
      entry.count += 1;
      entries.set(key, entry);
      return { count: entry.count, resetMs: entry.expiresAt - now() };
    },
    async ping() {},
    async close() {
      entries.clear();
    },
  };
}
