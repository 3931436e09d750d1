// How many requests may be under way at once, in all and to one host. Hosts take turns, so that one with a
// thousand requests waiting does not keep the others back.
import { FetchFailure } from './failure.ts';

export interface SlotLimits {
  /** Requests under way in all. */
  total: number;
  /** Requests under way to one host. */
  perHost: number;
  /** Requests that may wait; the next is refused at once. */
  waiting: number;
}

export interface Slots {
  /** Waits for a slot; the answer gives it back (once; later calls do nothing). @throws {FetchFailure} `busy`, or what `signal` was aborted with */
  acquire(host: string, signal: AbortSignal): Promise<() => void>;
  /** Refuses all who wait and all who come. */
  close(): void;
}

interface Waiter {
  grant: () => void;
  refuse: (failure: unknown) => void;
}

/** Makes the counters. All state is in memory: each process has its own. */
export function createSlots(limits: SlotLimits): Slots {
  const active = new Map<string, number>();
  const queues = new Map<string, Set<Waiter>>();
  let activeTotal = 0;
  let waitingTotal = 0;
  let isClosed = false;

  const hasRoom = (host: string): boolean => (active.get(host) ?? 0) < limits.perHost;

  function take(host: string): () => void {
    active.set(host, (active.get(host) ?? 0) + 1);
    activeTotal += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      activeTotal -= 1;
      const left = (active.get(host) ?? 1) - 1;
      if (left === 0) active.delete(host);
      else active.set(host, left);
      serveNext();
    };
  }

  function serveNext(): void {
    // At most `total` hosts can be full, so this looks at no more than that many before it finds one with room.
    for (const [host, queue] of queues) {
      if (activeTotal >= limits.total) return;
      if (!hasRoom(host)) continue;
      const [waiter] = queue;
      if (waiter === undefined) continue;
      leave(host, waiter);
      waiter.grant();
      // This host goes to the end of the round.
      if (queues.delete(host) && queue.size > 0) queues.set(host, queue);
    }
  }

  function leave(host: string, waiter: Waiter): void {
    const queue = queues.get(host);
    if (queue === undefined || !queue.delete(waiter)) return;
    waitingTotal -= 1;
    if (queue.size === 0) queues.delete(host);
  }

  function wait(host: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        leave(host, waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        grant: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(take(host));
        },
        refuse: (failure) => {
          signal.removeEventListener('abort', onAbort);
          reject(failure);
        },
      };
      const queue = queues.get(host) ?? new Set();
      queue.add(waiter);
      queues.set(host, queue);
      waitingTotal += 1;
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  return {
    async acquire(host, signal) {
      signal.throwIfAborted();
      if (isClosed) throw new FetchFailure('closed', 'this server is stopping');
      if (activeTotal < limits.total && hasRoom(host) && !queues.has(host)) return take(host);
      if (waitingTotal >= limits.waiting) throw new FetchFailure('busy', `${host}: too many requests are waiting`);
      return wait(host, signal);
    },
    close() {
      isClosed = true;
      for (const queue of queues.values()) {
        for (const waiter of queue) waiter.refuse(new FetchFailure('closed', 'this server is stopping'));
      }
      queues.clear();
      waitingTotal = 0;
    },
  };
}
