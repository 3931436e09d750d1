// Who listens to what in this process: connections, and what stands on each of them.
import type { SignedIn } from '#server/platform/http/access.ts';
import { homeOwner, mostSubscriptions, type StreamRefusal, type Subscription } from '../policy.ts';

/** One open connection. `send` is given the subscription that heard, the event's name and its payload as text, if it has one. */
export interface Listener {
  viewer: SignedIn;
  send(subscription: Subscription, event: string, payload: string | null): void;
  /** Ends the connection because its token no longer stands. */
  end(): void;
}

interface Ear {
  listener: Listener;
  subscription: Subscription;
}

export interface Listeners {
  /** Adds what is not there yet; the same stream twice is one. Returns why not, when there are too many. */
  add(listener: Listener, subscription: Subscription): StreamRefusal | null;
  remove(listener: Listener, subscription: Subscription): void;
  /** Forgets a connection that has closed. */
  leave(listener: Listener): void;
  /** Whether anybody hears this key. */
  hears(key: string): boolean;
  /** Whose home timelines somebody listens to. */
  homes(): string[];
  /** The lists that somebody listens to. */
  listIds(): string[];
  /** The ears at a key. */
  at(key: string): Iterable<Ear>;
  all(): Iterable<Listener>;
  /** The connections whose tokens are asked about next: each has its turn once in `turns` calls. */
  nextTurn(): Iterable<Listener>;
}

/** The connections are asked about in so many parts. */
export const turns = 20;
/** A part with fewer takes more, so that a few connections need no more than one statement. */
const roomy = 500;

/**
 * Ten thousand of them are held at once, so there is one small array and one set a connection, and no timer. `onHome` hears whose
 * home timeline is listened to from now on.
 */
export function keepListeners(onHome: (accountId: string) => void = () => {}): Listeners {
  const hearing = new Map<string, Set<Ear>>();
  const held = new Map<Listener, Ear[]>();
  const lists = new Map<string, number>();
  // A connection stays in its part: between two of its turns there is always the same time.
  const parts = Array.from({ length: turns }, () => new Set<Listener>());
  let turn = 0;
  const hold = (listener: Listener): Ear[] => {
    const ears: Ear[] = [];
    held.set(listener, ears);
    const smallest = parts.reduce((least, part) => (part.size < least.size ? part : least));
    (parts.find(({ size }) => size < roomy) ?? smallest).add(listener);
    return ears;
  };
  const countList = ({ listId }: Subscription, change: 1 | -1): void => {
    if (listId === null) return;
    const count = (lists.get(listId) ?? 0) + change;
    if (count > 0) lists.set(listId, count);
    else lists.delete(listId);
  };
  const forget = (ear: Ear): void => {
    const { key } = ear.subscription;
    const ears = hearing.get(key);
    if (ears?.delete(ear) === true) countList(ear.subscription, -1);
    if (ears?.size === 0) hearing.delete(key);
  };
  return {
    add(listener, subscription) {
      const ears = held.get(listener) ?? hold(listener);
      if (ears.some((ear) => isSame(ear.subscription, subscription))) return null;
      if (ears.length >= mostSubscriptions)
        return { error: `A connection carries at most ${mostSubscriptions} streams`, status: 429 };
      const ear = { listener, subscription };
      ears.push(ear);
      countList(subscription, 1);
      const others = hearing.get(subscription.key);
      if (others) others.add(ear);
      else {
        hearing.set(subscription.key, new Set([ear]));
        const owner = homeOwner(subscription.key);
        if (owner !== null) onHome(owner);
      }
      return null;
    },
    remove(listener, subscription) {
      const ears = held.get(listener) ?? [];
      const index = ears.findIndex((ear) => isSame(ear.subscription, subscription));
      for (const ear of index < 0 ? [] : ears.splice(index, 1)) forget(ear);
    },
    leave(listener) {
      for (const ear of held.get(listener) ?? []) forget(ear);
      held.delete(listener);
      for (const part of parts) part.delete(listener);
    },
    hears: (key) => hearing.has(key),
    homes: () => Array.from(hearing.keys(), homeOwner).filter((owner) => owner !== null),
    listIds: () => [...lists.keys()],
    at: (key) => hearing.get(key) ?? [],
    all: () => held.keys(),
    nextTurn() {
      turn = (turn + 1) % turns;
      return parts[turn] ?? [];
    },
  };
}

/** The same stream with the same parameter, as the client wrote it. */
function isSame(one: Subscription, other: Subscription): boolean {
  return one.names.length === other.names.length && one.names.every((name, index) => name === other.names[index]);
}
