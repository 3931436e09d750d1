// Statements that come again and again are prepared, so that PostgreSQL parses and plans them once a connection.
import { LRUCache } from 'lru-cache';

/** A text that came so often is worth a place; there are so many places a connection. */
const often = 20;
const mostPrepared = 120;
const mostCounted = 2000;

export interface Habits {
  /** The name under which this text is prepared, or null when it is not. */
  nameOf(text: string): string | null;
  /** Never prepares this text again: the tables have changed under it. */
  forget(text: string): void;
}

/** Counts the texts of statements, for all connections of a pool. */
export function createHabits(): Habits {
  const counts = new LRUCache<string, number>({ max: mostCounted });
  const names = new Map<string, string | null>();
  return {
    nameOf(text) {
      const name = names.get(text);
      if (name !== undefined) return name;
      const count = (counts.get(text) ?? 0) + 1;
      counts.set(text, count);
      if (count >= often && names.size < mostPrepared) names.set(text, `often_${names.size}`);
      return null;
    },
    forget: (text) => void names.set(text, null),
  };
}

/** True for the error of a prepared statement whose tables were changed by a migration since. */
export function isOutdated(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === '0A000' && String(message).includes('cached plan');
}

type Query = (...args: unknown[]) => unknown;

/** Lets a connection prepare what comes often. `count` is called for each statement. */
export function followHabits(client: { query: Query }, habits: Habits, count: () => void): void {
  const query: Query = client.query.bind(client);
  client.query = (...args) => {
    count();
    const [text, values] = args;
    if (args.length !== 2 || typeof text !== 'string' || !Array.isArray(values) || values.length === 0)
      return query(...args);
    const name = habits.nameOf(text);
    if (name === null) return query(text, values);
    return Promise.resolve(query({ name, text, values })).catch((error: unknown) => {
      if (!isOutdated(error)) throw error;
      habits.forget(text);
      // Within a transaction this fails too, and the transaction is run again.
      return Promise.resolve(query(text, values)).catch(() => {
        throw error;
      });
    });
  };
}
