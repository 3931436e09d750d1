// A fault of the list in the security rules: what is done to a server, and what it promises all the same.
import type { Rig } from './rig.ts';

/** One promise, what was measured, and whether that keeps it. */
export interface Finding {
  promise: string;
  measured: string;
  isMet: boolean;
}

export interface Fault {
  /** As in the list: R1, R2, … */
  id: string;
  title: string;
  /** What it does, in the words of its promises. Redis is there when `needsRedis`. */
  run(rig: Rig): Promise<Finding[]>;
  needsRedis?: boolean;
  /** It mostly waits, and harms no store: such are run beside each other, after all others. */
  isQuiet?: boolean;
}

/** A number that may be at most, or must be exactly, so large. */
export function finding(
  what: string,
  measured: number,
  bound: { atMost: number } | { is: number },
  unit = '',
): Finding {
  const shown = `${Math.round(measured * 100) / 100}${unit}`;
  if ('is' in bound) return { promise: `${what}: ${bound.is}${unit}`, measured: shown, isMet: measured === bound.is };
  return { promise: `${what} ≤ ${bound.atMost}${unit}`, measured: shown, isMet: measured <= bound.atMost };
}

/** A share that must be at least so large. */
export function share(what: string, good: number, all: number, atLeast: number): Finding {
  const percent = all === 0 ? 100 : (100 * good) / all;
  const measured = `${Math.floor(percent * 100) / 100} % of ${all}`;
  return { promise: `${what} ≥ ${atLeast} %`, measured, isMet: percent >= atLeast };
}
