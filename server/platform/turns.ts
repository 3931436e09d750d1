// Letting a bounded number of pieces of work run at once, or begin at once.

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

/**
 * Gives a verb that waits until a piece of work may begin: at most `most` begin in one turn of the event loop, so that whoever
 * waits for something else gets in between. First come, first served.
 */
export function createPace(most: number): () => Promise<void> {
  const line: Array<() => void> = [];
  let begun = 0;
  let isTurning = false;
  const waitForTurn = (): void => {
    if (isTurning) return;
    isTurning = true;
    setImmediate(() => {
      isTurning = false;
      begun = 0;
      for (const begin of line.splice(0, most)) {
        begun += 1;
        begin();
      }
      if (begun > 0) waitForTurn();
    });
  };
  return () => {
    waitForTurn();
    if (begun === most || line.length > 0) return new Promise((resolve) => line.push(resolve));
    begun += 1;
    return Promise.resolve();
  };
}
