// Reading together what is asked for at the same moment: subscribers of one event all look at the same post.
import type { Database } from './database.ts';

/** Whatever has a database, of its own or joined to a transaction. */
interface Reader {
  database: Database;
}

interface Gathered<Key, Value> {
  keys: Set<Key>;
  answer: Promise<Map<Key, Value>>;
}

/**
 * Makes a verb that reads one thing out of one that reads many. Keys that are asked for before the event loop turns, on the
 * same database or transaction, are read by one call. Nothing is kept afterwards.
 */
export function together<Context extends Reader, Key, Value>(
  readMany: (ctx: Context, keys: Key[]) => Promise<Map<Key, Value>>,
): (ctx: Context, key: Key) => Promise<Value | null> {
  const gathering = new WeakMap<Database, Gathered<Key, Value>>();
  return async (ctx, key) => {
    const present = gathering.get(ctx.database);
    if (present !== undefined) {
      present.keys.add(key);
      return (await present.answer).get(key) ?? null;
    }
    const keys = new Set([key]);
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      gathering.delete(ctx.database);
      return readMany(ctx, [...keys]);
    });
    gathering.set(ctx.database, { keys, answer });
    return (await answer).get(key) ?? null;
  };
}
