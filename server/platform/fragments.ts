// Rendered pieces of JSON, kept as text in this process and forgotten everywhere when what they show has changed.
import { LRUCache } from 'lru-cache';
import type { Bus } from './bus/bus.ts';

export interface Fragments {
  get(key: string): string | undefined;
  /** Keeps `text` unless the key was dropped since `mark()` gave `since`: what was read before a change must not outlive it. */
  set(key: string, text: string, since?: number): void;
  /** A moment to pass to `set`; take it before reading from the database. */
  mark(): number;
  /** Forgets keys here at once and in every other process through the bus. */
  drop(keys: string[]): Promise<void>;
  size(): { entries: number; bytes: number };
}

const channel = 'fragments';

/** The JSON list of pieces. Added up: `join` would copy each piece before it copies them all, which costs more than all else here. */
export function jsonList(pieces: Iterable<string>): string {
  let list = '';
  for (const piece of pieces) list += list === '' ? piece : `,${piece}`;
  return `[${list}]`;
}

/** At most `maxBytes` of text (default 64 MiB) for at most `ttlMs` (default 10 minutes). */
export async function openFragments(bus: Bus, maxBytes = 64 * 1024 * 1024, ttlMs = 600_000): Promise<Fragments> {
  const kept = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (text) => text.length + 1,
    ttl: ttlMs,
    // By default the clock is asked again each millisecond.
    ttlResolution: 1000,
  });
  const dropped = new LRUCache<string, number>({ max: 50_000 });
  let moment = 0;
  const forget = (keys: string[]): void => {
    moment += 1;
    for (const key of keys) {
      kept.delete(key);
      dropped.set(key, moment);
    }
  };
  await bus.subscribe(channel, (message) => forget((message as { drop: string[] }).drop));
  return {
    get: (key) => kept.get(key),
    set(key, text, since = moment) {
      if ((dropped.get(key) ?? -1) > since) return;
      kept.set(key, text);
    },
    mark: () => moment,
    async drop(keys) {
      if (keys.length === 0) return;
      forget(keys);
      await bus.publish(channel, { drop: keys });
    },
    size: () => ({ entries: kept.size, bytes: kept.calculatedSize }),
  };
}
