// Runs a program that works on strangers' files: last in the queue for the processor, watched for time and memory, and
// ended with all its children when it exceeds a limit or nobody wants its result any more.
import { spawn, type ChildProcess } from 'node:child_process';
import { readSpent } from './spent.ts';

/** What one run may take. */
export interface RunLimits {
  /** Of all its threads together. */
  cpuSeconds: number;
  wallSeconds: number;
  /** Longest time without a word from it. */
  silenceSeconds: number;
  memoryBytes: number;
  /** Of each file that it writes. */
  fileBytes: number;
  /** Of what it prints. */
  printedBytes: number;
  /** From 0, like everybody else, to 19, which takes what nobody else wants. */
  niceness: number;
}

export type Limit = 'time' | 'silence' | 'memory' | 'size';

/** A program was ended because it took more than it may. */
export class LimitExceeded extends Error {
  readonly limit: Limit;

  constructor(limit: Limit, said: string) {
    super(`ended for its use of ${limit}; it said: ${said}`);
    this.name = 'LimitExceeded';
    this.limit = limit;
  }
}

/** A program ended by itself, without success. */
export class RunFailed extends Error {
  /** The end of what it wrote to its error output. */
  readonly said: string;

  constructor(how: string, said: string) {
    super(`${how}; it said: ${said}`);
    this.name = 'RunFailed';
    this.said = said;
  }
}

export interface RunRequest {
  program: string;
  arguments: readonly string[];
  /** The folder that it runs in. */
  folder: string;
  limits: RunLimits;
  signal: AbortSignal;
  onPrinted: (chunk: Buffer) => void;
  /** Opens a further pipe, number 3, for what is not for eyes. */
  onExtra?: (chunk: Buffer) => void;
}

export interface RunOutcome {
  /** 0 where it could not be seen. */
  cpuSeconds: number;
}

/**
 * Limits that the kernel keeps, also when this process is gone; what a system lacks is left out. The file's size is in
 * blocks of 512 bytes. `autogroup` sets the rank of the session, within which alone `nice` counts on many desktops.
 */
const script = `
ulimit -c 0
ulimit -t "$1" 2>/dev/null
ulimit -v "$2" 2>/dev/null
ulimit -f "$3" 2>/dev/null
{ echo "$4" >/proc/self/autogroup; } 2>/dev/null
niceness=$4
shift 4
command -v nice >/dev/null && set -- nice -n "$niceness" "$@"
command -v setpriv >/dev/null && setpriv --pdeathsig KILL true 2>/dev/null && set -- setpriv --pdeathsig KILL "$@"
exec "$@"
`;

/** Nothing of our own environment: it holds passwords. */
const environment = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin',
  LC_ALL: 'C',
  // Each arena of glibc reserves 64 MB of addresses, of which the limit would be used up.
  MALLOC_ARENA_MAX: '2',
};

const saidBytes = 4_000;
const lookEveryMs = 200;

/**
 * Runs a program to its end. @throws {LimitExceeded}; {RunFailed} when it ends without success; the signal's reason when aborted
 */
export async function runLimited(request: RunRequest): Promise<RunOutcome> {
  const { signal, limits } = request;
  signal.throwIfAborted();
  const child = start(request);
  const watch = watchOver(child, limits);
  const end = (): void => endGroup(child);
  signal.addEventListener('abort', end, { once: true });
  let said = '';
  child.stderr?.setEncoding('latin1').on('data', (text: string) => (said = (said + text).slice(-saidBytes)));
  let printed = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.length;
    watch.heard();
    if (printed > limits.printedBytes) watch.exceed('size');
    else request.onPrinted(chunk);
  });
  const extra = child.stdio[3];
  if (extra !== null && extra !== undefined && 'on' in extra) {
    extra.on('data', (chunk: Buffer) => {
      watch.heard();
      request.onExtra?.(chunk);
    });
  }
  try {
    const { code, killedBy } = await ended(child);
    signal.throwIfAborted();
    const exceeded = watch.exceeded() ?? limitBehind(killedBy);
    if (exceeded !== null) throw new LimitExceeded(exceeded, said);
    if (code !== 0) throw new RunFailed(killedBy === null ? `ended with ${code}` : `ended by ${killedBy}`, said);
    return { cpuSeconds: watch.cpuSeconds() };
  } finally {
    signal.removeEventListener('abort', end);
    watch.stop();
    // Children that outlive their parent are in the same group.
    endGroup(child);
  }
}

function start({ program, arguments: list, folder, limits, onExtra }: RunRequest): ChildProcess {
  const blocks = Math.ceil(limits.fileBytes / 512);
  // Addresses that are reserved and never used count here too, so this is only the last barrier.
  const addressableKb = Math.ceil(limits.memoryBytes / 1024) * 2 + 512 * 1024;
  // We look ourselves first, and know then why it ended.
  const seconds = Math.ceil(limits.cpuSeconds) + 10;
  const numbers = [seconds, addressableKb, blocks, limits.niceness].map(String);
  return spawn('/bin/sh', ['-c', script, 'sh', ...numbers, program, ...list], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(onExtra === undefined ? [] : (['pipe'] as const))],
  });
}

function ended(child: ChildProcess): Promise<{ code: number | null; killedBy: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // The program itself is over; a child that it left behind must not hold its pipes open for ever.
    child.once('exit', () => endGroup(child));
    child.once('close', (code, killedBy) => resolve({ code, killedBy }));
  });
}

/** Which of the limits that the kernel keeps ended the program. */
function limitBehind(killedBy: NodeJS.Signals | null): Limit | null {
  if (killedBy === 'SIGXCPU') return 'time';
  return killedBy === 'SIGXFSZ' ? 'size' : null;
}

/** Ends the program and everything that it started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

interface Watch {
  heard(): void;
  exceed(limit: Limit): void;
  exceeded(): Limit | null;
  cpuSeconds(): number;
  stop(): void;
}

function watchOver(child: ChildProcess, limits: RunLimits): Watch {
  const startedAt = performance.now();
  let heardAt = startedAt;
  let cpu = 0;
  let exceeded: Limit | null = null;
  let looking = false;
  const exceed = (limit: Limit): void => {
    exceeded ??= limit;
    endGroup(child);
  };
  const look = async (): Promise<void> => {
    const now = performance.now();
    if (now - startedAt > limits.wallSeconds * 1000) return exceed('time');
    if (now - heardAt > limits.silenceSeconds * 1000) return exceed('silence');
    if (looking || child.pid === undefined) return;
    looking = true;
    const spent = await readSpent(child.pid);
    looking = false;
    if (spent === null) return;
    cpu = Math.max(cpu, spent.cpuSeconds);
    if (spent.memoryBytes > limits.memoryBytes) exceed('memory');
    else if (cpu > limits.cpuSeconds) exceed('time');
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  return {
    heard: () => (heardAt = performance.now()),
    exceed,
    exceeded: () => exceeded,
    cpuSeconds: () => cpu,
    stop: () => clearInterval(timer),
  };
}
