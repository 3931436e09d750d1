// Doing together what is asked for at the same moment: subscribers of one event all look at the same post, and many posts
// come in at once.
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

export interface Helpings {
  /** The most items of one helping. */
  most: number;
  /** How many helpings are under way at once; 1 when left out. */
  atOnce?: number;
  /** Whether the items of a helping that failed are tried one by one, so that a bad one harms no other; yes when left out. */
  mayPart?: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  done: (result: Result) => void;
  fail: (error: unknown) => void;
}

/**
 * Makes a verb that does one thing out of one that does many in their order, such as writing them by one statement. What is
 * asked for while a helping is under way waits and is done together. Not for use within a transaction: one that failed
 * cannot try its items one by one.
 */
export function inHelpings<Context extends Reader, Item, Result>(
  doMany: (ctx: Context, items: Item[]) => Promise<Result[]>,
  helpings: Helpings,
): (ctx: Context, item: Item) => Promise<Result> {
  const lines = new WeakMap<Database, (ctx: Context, waiting: Waiting<Item, Result>) => void>();
  return (ctx, item) =>
    new Promise((done, fail) => {
      const join = lines.get(ctx.database) ?? openLine(doMany, helpings);
      lines.set(ctx.database, join);
      join(ctx, { item, done, fail });
    });
}

function openLine<Context, Item, Result>(
  doMany: (ctx: Context, items: Item[]) => Promise<Result[]>,
  { most, atOnce = 1, mayPart = () => true }: Helpings,
): (ctx: Context, waiting: Waiting<Item, Result>) => void {
  let line: Array<Waiting<Item, Result>> = [];
  let underWay = 0;
  /** Never throws: whoever waits is told. */
  const serve = async (ctx: Context, helping: Array<Waiting<Item, Result>>): Promise<void> => {
    try {
      const results = await doMany(
        ctx,
        helping.map(({ item }) => item),
      );
      for (const [index, result] of results.entries()) helping[index]?.done(result);
    } catch (error) {
      if (helping.length > 1 && mayPart(error)) for (const one of helping) await serve(ctx, [one]);
      else for (const { fail } of helping) fail(error);
    }
  };
  const drain = async (ctx: Context): Promise<void> => {
    // Whoever comes before the event loop turns is in the first helping already.
    await new Promise((resolve) => setImmediate(resolve));
    while (line.length > 0) {
      const helping = line.slice(0, most);
      line = line.slice(most);
      await serve(ctx, helping);
    }
    underWay -= 1;
  };
  return (ctx, waiting) => {
    line.push(waiting);
    if (underWay >= atOnce) return;
    underWay += 1;
    void drain(ctx);
  };
}
