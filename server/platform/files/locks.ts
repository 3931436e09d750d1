// One request at a time writes an upload, in whichever process it arrives. Who comes later asks the one before to end: often its
// connection is long dead and only its own process does not know yet.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lock, Locker } from '@tus/server';
import type { Cache } from '#server/platform/cache/cache.ts';
import { Failure } from '#server/platform/errors.ts';

interface Held {
  release: () => void | Promise<void>;
  freed: Promise<void>;
}

const leaseMs = 30_000;
const waitMs = 15_000;

/** Locks by name. Between processes a lease in the cache stands for the lock: a process that dies holds it for half a minute. */
export function openLocks(cache: Cache): Locker {
  const held = new Map<string, Held>();
  return {
    newLock(id): Lock {
      let free = (): void => {};
      let giveBack = async (): Promise<void> => {};
      return {
        async lock(signal, release) {
          const giveUp = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
          for (let one = held.get(id); one !== undefined; one = held.get(id)) {
            await one.release();
            await orBusy(one.freed, giveUp);
          }
          const { promise: freed, resolve } = Promise.withResolvers<void>();
          held.set(id, { release, freed });
          free = () => {
            held.delete(id);
            resolve();
          };
          try {
            giveBack = await takeLease(cache, id, giveUp);
          } catch (error) {
            free();
            throw error;
          }
        },
        async unlock() {
          free();
          await giveBack();
        },
      };
    },
  };
}

/** 423, which clients of the protocol take as: in a moment. */
function busy(): Failure {
  return new Failure(423, 'Another request is writing this upload; try again in a moment');
}

async function orBusy(freed: Promise<void>, giveUp: AbortSignal): Promise<void> {
  if (giveUp.aborted) throw busy();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(busy());
  giveUp.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([freed, aborted]);
  } finally {
    giveUp.removeEventListener('abort', onAbort);
  }
}

/** Waits for the lease and renews it until it is given back. */
async function takeLease(cache: Cache, id: string, giveUp: AbortSignal): Promise<() => Promise<void>> {
  const key = `upload-lock:${id}`;
  const token = randomUUID();
  while (!(await cache.setIfAbsent(key, token, leaseMs))) {
    if (giveUp.aborted) throw busy();
    await pause(200);
  }
  const renew = setInterval(() => void cache.set(key, token, leaseMs).catch(() => {}), leaseMs / 3);
  return async () => {
    clearInterval(renew);
    if ((await cache.get(key)) === token) await cache.delete(key);
  };
}
