// What work costs this thread, whatever else the machine does meanwhile.

/** Milliseconds of processor time that `work` took on this thread. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The least of some runs: what it costs without garbage of others and code that is not compiled yet. */
export function leastCpuMs(work: () => unknown, runs = 4): number {
  return Math.min(...Array.from({ length: runs }, () => cpuMs(work)));
}

/**
 * Work on a sixteenth costs a sixteenth when it goes by the length, a 256th when it goes by its square. What lies between, caches and
 * collections of garbage, is not judged.
 */
export function isLinear(wholeMs: number, sixteenthMs: number): boolean {
  return wholeMs / sixteenthMs < 100;
}
