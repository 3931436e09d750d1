// What work costs this thread, whatever else the machine does meanwhile.

/** Milliseconds of processor time that `work` took on this thread. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
