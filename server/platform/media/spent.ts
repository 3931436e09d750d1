// What a running process has taken of the machine: from /proc, or where there is none from ps.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Spent {
  memoryBytes: number;
  /** Of all its threads together. */
  cpuSeconds: number;
}

/** Linux counts in hundredths of a second on every machine that we know. */
const ticksPerSecond = 100;

/** What this process takes now and has taken so far; null when it is over. Never throws. */
export async function readSpent(pid: number): Promise<Spent | null> {
  return process.platform === 'linux' ? readProc(pid) : readPs(pid);
}

async function readProc(pid: number): Promise<Spent | null> {
  try {
    const [status, stat] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'latin1'),
      readFile(`/proc/${pid}/stat`, 'latin1'),
    ]);
    // The name in brackets may hold spaces; the fields after it are counted from the third.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return {
      memoryBytes: Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
      cpuSeconds: ticks / ticksPerSecond,
    };
  } catch {
    return null;
  }
}

async function readPs(pid: number): Promise<Spent | null> {
  try {
    const { stdout } = await run('ps', ['-o', 'rss=,time=', '-p', String(pid)], { timeout: 5_000 });
    const [memory = '', time = ''] = stdout.trim().split(/\s+/);
    return { memoryBytes: Number(memory) * 1024, cpuSeconds: secondsOf(time) };
  } catch {
    return null;
  }
}

/** `1-02:03:04`, `02:03:04` or `3:04.56` in seconds. */
export function secondsOf(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time];
  const parts = (clock ?? '').split(':').map(Number);
  return Number(days) * 86_400 + parts.reduce((sum, part) => sum * 60 + part, 0);
}
