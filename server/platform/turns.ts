// Letting a bounded number of pieces of work run at once.

/** Runs work when there is room for it, first come first served. */
export type Turns = <Value>(work: () => Promise<Value>) => Promise<Value>;

/**
 * Lets at most `most` pieces of work run at once; the others wait in line. A bound that changes is asked for whenever a
 * piece of work comes or ends, so it must never be below 1.
 */
export function createTurns(most: number | (() => number)): Turns {
  const line: Array<() => void> = [];
  const bound = typeof most === 'number' ? () => most : most;
  let running = 0;
  const admit = (): void => {
    while (line.length > 0 && running < bound()) {
      running += 1;
      line.shift()?.();
    }
  };
  return async (work) => {
    await new Promise<void>((resolve) => {
      line.push(resolve);
      admit();
    });
    try {
      return await work();
    } finally {
      running -= 1;
      admit();
    }
  };
}
