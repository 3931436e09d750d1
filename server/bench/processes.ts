// Child processes of a run, and what they cost: every server, limit and load generator is a process of its own.
import { fork, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { compileCache } from '#server/testing/child-server.ts';

export interface Child {
  pid: number;
  /** Sends a message and waits for the next one back. @throws when the child ends or answers with an error */
  ask<Answer>(message: unknown, withinMs?: number): Promise<Answer>;
  /** Ends it with SIGTERM, after a while with SIGKILL. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** A path below the repository's root, or a whole one. */
  file: string;
  env?: Record<string, string>;
  execArgv?: string[];
  /** At most so long until its first message; default 60 s. */
  readyWithinMs?: number;
}

const root = new URL('../../', import.meta.url).pathname;
/** What a child inherits; settings of this server in the surroundings must not change what is measured. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'UV_THREADPOOL_SIZE'];

/** As bin/start starts it. */
export const serverFlags = ['--max-semi-space-size=8'];
/** As bin/start sets them: the C library gives large pieces of memory back. */
export const serverMemory = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '4194304' };

/** Starts a child and resolves with its first message, which says that it is ready. */
export async function startChild<Ready>(options: ChildOptions): Promise<{ child: Child; ready: Ready }> {
  const env = Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const running = fork(resolve(root, options.file), [], {
    cwd: root,
    env: { ...env, NODE_ENV: 'production', NODE_COMPILE_CACHE: compileCache, ...options.env },
    execArgv: options.execArgv ?? [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const written: string[] = [];
  running.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.push(text);
    if (written.length > 50) written.shift();
  });
  const child = wrap(running, () => written.join(''), options.file);
  const ready = await child.next<Ready>(options.readyWithinMs ?? 60_000);
  return { child, ready };
}

function wrap(
  running: ChildProcess,
  written: () => string,
  name: string,
): Child & { next<Answer>(withinMs: number): Promise<Answer> } {
  const next = <Answer>(withinMs: number): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        running.off('message', heard);
        running.off('exit', ended);
        finish();
      };
      const heard = (message: unknown): void => {
        const failure = failureIn(message);
        // Safe: both ends of this channel are files of this folder, and each message has one sender.
        settle(() => (failure === null ? resolve(message as Answer) : reject(new Error(`${name}: ${failure}`))));
      };
      const ended = (code: number | null): void =>
        settle(() => reject(new Error(`${name} ended with ${code}\n${written().slice(-3000)}`)));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${name} said nothing for ${withinMs} ms\n${written().slice(-3000)}`))),
        withinMs,
      );
      running.on('message', heard);
      running.on('exit', ended);
    });
  return {
    pid: running.pid ?? 0,
    next,
    async ask(message, withinMs = 120_000) {
      const answer = next<never>(withinMs);
      running.send(message as object);
      return answer;
    },
    async stop() {
      if (running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.kill('SIGTERM');
      const killer = setTimeout(() => running.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(killer);
    },
  };
}

function failureIn(message: unknown): string | null {
  return typeof message === 'object' && message !== null && 'failure' in message ? String(message.failure) : null;
}

/** Answers each message from the parent with what `work` makes of it; for the children's own files. */
export function answerParent<Question>(work: (question: Question) => Promise<unknown>): void {
  process.on('message', (message) => {
    // Safe: see `next` above; the parent asks only what this child's file says that it answers.
    work(message as Question).then(
      (answer) => process.send?.(answer ?? {}),
      (error: unknown) =>
        process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

/** CPU time of a process in ms, of its user and its system half; null where the system does not tell. */
export async function cpuMs(pid: number): Promise<number | null> {
  const fields = await statFields(pid);
  return fields === null ? null : ticksToMs((fields[11] ?? 0) + (fields[12] ?? 0));
}

/** CPU time in ms of all children of a process that have ended; null where the system does not tell. */
export async function childrenCpuMs(pid: number): Promise<number | null> {
  const fields = await statFields(pid);
  return fields === null ? null : ticksToMs((fields[13] ?? 0) + (fields[14] ?? 0));
}

/** CPU time in ms of a PostgreSQL server with all its processes, also those that ended. */
export async function postgresCpuMs(postmaster: number): Promise<number | null> {
  const own = await statFields(postmaster);
  if (own === null) return null;
  let ticks = (own[11] ?? 0) + (own[12] ?? 0) + (own[13] ?? 0) + (own[14] ?? 0);
  for (const pid of await childrenOf(postmaster)) {
    const fields = await statFields(pid);
    ticks += (fields?.[11] ?? 0) + (fields?.[12] ?? 0);
  }
  return ticksToMs(ticks);
}

/** Resident memory of a process in MB; null where the system does not tell. */
export async function residentMb(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  const kb = status === null ? null : /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kb == null ? null : Number(kb) / 1024;
}

/** Memory of a PostgreSQL server in MB, what its processes share counted once. */
export async function postgresMb(postmaster: number): Promise<number | null> {
  let kb = 0;
  for (const pid of [postmaster, ...(await childrenOf(postmaster))]) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kb += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  }
  return kb === 0 ? null : kb / 1024;
}

/** The process number of the database server of a DATA_DIR. */
export async function postmasterOf(folder: string): Promise<number> {
  const lock = await readFile(resolve(folder, 'postgres', 'postmaster.pid'), 'utf8');
  return Number.parseInt(lock, 10);
}

/** The processes that this one started; none where the system does not tell. */
export async function childrenOf(parent: number): Promise<number[]> {
  const children: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const fields = await statFields(pid);
    if (fields?.[1] === parent) children.push(pid);
  }
  return children;
}

/** Sends a signal; a process that has ended by itself hears none. Returns whether there was one. */
export function trySignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * Ends what this process started and has not ended, and then what these leave behind; but for the database server of a DATA_DIR, which
 * has an owner that closes it. In order, also what was frozen; what does not end within `withinMs` is killed.
 */
export async function endChildren(folder: string, withinMs = 15_000): Promise<void> {
  const postmaster = await postmasterOf(folder).catch(() => 0);
  const children = (await childrenOf(process.pid)).filter((pid) => pid !== postmaster);
  const below = (await Promise.all(children.map(descendantsOf))).flat();
  await endAll(children, withinMs);
  await endAll(below, withinMs);
}

async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

async function endAll(pids: readonly number[], withinMs: number): Promise<void> {
  let left = pids.filter((pid) => trySignal(pid, 0));
  for (const pid of left) for (const signal of ['SIGTERM', 'SIGCONT'] as const) trySignal(pid, signal);
  const deadline = Date.now() + withinMs;
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = left.filter((pid) => trySignal(pid, 0));
  }
  for (const pid of left) trySignal(pid, 'SIGKILL');
}

const ends = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Lets a run that is ended from outside clear up behind itself first; a second signal ends it at once. */
export function closeOnSignals(close: () => Promise<void>): void {
  let closing = false;
  const end = (code: number): void => {
    if (closing) process.exit(code);
    closing = true;
    // What was under way fails now, and nobody waits for it any more.
    process.on('uncaughtException', () => {});
    void close()
      .catch((error: unknown) => process.stderr.write(`It could not be cleared up: ${String(error)}\n`))
      .then(() => process.exit(code));
  };
  for (const [signal, code] of Object.entries(ends)) process.on(signal, () => end(code));
}

/** The numbers of /proc/PID/stat behind the command's name: [state, parent, …, user ticks at 11, system ticks at 12]. */
async function statFields(pid: number): Promise<number[] | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text === null
    ? null
    : text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
}

function ticksToMs(ticks: number): number {
  return ticks * 10;
}
