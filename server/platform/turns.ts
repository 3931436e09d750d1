// Letting a bounded number of pieces of work run at once.

/** Runs work when there is room for it, first come first served. */
export type Turns = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Lets at most `most` pieces of work run at once; the others wait in line. */
export function createTurns(most: number): Turns {
  const line: Array<() => void> = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
