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
 * Sixteen times a sixteenth costs as much as the whole when work goes by the length, and a sixteenth of it when it goes by its square.
 * Both are sums of about the same size, since some systems count processor time in steps of 4 ms.
 */
export function isLinear(wholeMs: number, sixteenPartsMs: number): boolean {
  return wholeMs < 5 * sixteenPartsMs;
}

/** Does something sixteen times. */
export function sixteenTimes(work: () => unknown): void {
  for (let time = 0; time < 16; time += 1) work();
}
