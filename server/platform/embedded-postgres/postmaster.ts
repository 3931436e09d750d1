// The running server: found by its own lock file, started, stopped.
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rm, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'node:net';
import type { Binaries } from './binaries.ts';
import { freePort, isAlive, writeAccess, type Access } from './cluster.ts';
import { DatabaseStartError, errorCode, explain } from './explain.ts';
import type { Runner } from './runner.ts';

/** `port` is null while the server is writing its lock file. */
export interface Postmaster {
  pid: number;
  port: number | null;
}

/**
 * The server that runs on this folder, or null. A lock file that a crash left behind, whose process number
 * now belongs to somebody else, is removed.
 */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  const lockFile = join(folder, 'postmaster.pid');
  const lines = (await readFile(lockFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0) || !isAlive(pid)) return null;
  if (!(await isServerOf(pid, folder))) {
    await rm(lockFile, { force: true });
    return null;
  }
  const port = Number.parseInt(lines[3] ?? '', 10);
  return { pid, port: port > 0 ? port : null };
}

/**
 * Whether this process is a server on this folder. Its command line tells, also to users who may see no more of it;
 * one that has ended but is still in the table of processes has none. Without /proc the lock file is believed.
 */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  if (!existsSync('/proc/self/cmdline')) return true;
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return basename(words[0] ?? '') === 'postgres' && words.includes(folder);
}

export interface StartOptions {
  binaries: Binaries;
  runner: Runner;
  dataDir: string;
  folder: string;
  access: Access;
  onProgress: (text: string) => void;
  settings?: Readonly<Record<string, string>>;
}

/** Enough for some hundred people; a larger place has a PostgreSQL of its own. */
const tuning: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '96MB',
  max_wal_size: '1GB',
  // After each checkpoint a page is logged whole when it is first written to, and a post to ten thousand home timelines writes to
  // as many pages. To compress them, the way these binaries can, takes seconds; the disk takes them as they are in less than one.
  wal_compression: 'off',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  synchronous_commit: 'on',
  // Compiling a query costs more than it gains for short ones.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What people wrote must not stand in a log: no statements, no rows.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/** Starts the server without waiting until it answers. On a taken port it moves to another one and remembers it. */
export async function startPostmaster(options: StartOptions): Promise<Access> {
  const { folder, runner, onProgress } = options;
  onProgress('Starting the embedded database');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const access = await withFreePort(options.access, folder, runner);
    const output = await launch(options, access.port);
    if (output === null) return access;
    // Another process was faster, or the children of a killed server are still ending: look again.
    if (/lock file "postmaster.pid" already exists/.test(output)) return access;
    if (/pre-existing shared memory block|Address already in use/.test(output)) await pause(500);
    else throw explain('The embedded database could not be started', output);
  }
  throw new DatabaseStartError(
    `The embedded database could not be started: an earlier one on ${folder} has not ended. Try again in a minute.`,
  );
}

/** Null once the server has come up or is on its way; else what it wrote before it ended. */
async function launch(options: StartOptions, port: number): Promise<string | null> {
  const { binaries, runner, dataDir, folder } = options;
  const settings = Object.entries({ ...tuning, ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const logFile = join(dataDir, 'postgres.log');
  const before = await logSize(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const child = runner.spawn(binaries.postgres, ['-D', folder, '-p', String(port), ...settings], ['ignore', log, log]);
  const ended = new Promise<unknown>((resolve) => {
    child.once('error', resolve);
    child.once('exit', () => resolve(null));
  });
  closeSync(log);
  child.unref();
  let failure: unknown;
  let hasEnded = false;
  void ended.then((error) => {
    hasEnded = true;
    failure = error;
  });
  const deadline = Date.now() + 10_000;
  while (!hasEnded && Date.now() < deadline) {
    if (await isListening(port)) return null;
    await pause(20);
  }
  if (!hasEnded) return null;
  if (failure)
    throw new DatabaseStartError(
      `The shipped PostgreSQL (${binaries.postgres}) cannot be run here. Set DATABASE_URL instead.`,
      failure,
    );
  const written = await readFile(logFile);
  return written.subarray(before).toString('utf8');
}

/** Bytes in the log now; one that grew over 5 MB starts afresh. */
async function logSize(logFile: string): Promise<number> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size < 5_000_000) return size;
  await truncate(logFile);
  return 0;
}

async function withFreePort(access: Access, folder: string, runner: Runner): Promise<Access> {
  if (!(await isListening(access.port))) return access;
  const moved = { ...access, port: await freePort() };
  await writeAccess(folder, moved, runner);
  return moved;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Ends the server in good order: its connections are closed, its files are whole. */
export async function stopPostmaster(folder: string): Promise<void> {
  const running = await findPostmaster(folder);
  if (running === null) return;
  // SIGINT is a fast shutdown; SIGQUIT ends at once and recovers at the next start.
  for (const [signal, limitMs] of [
    ['SIGINT', 60_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    if (!signalled(running.pid, signal)) return;
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      if ((await findPostmaster(folder))?.pid !== running.pid) return;
      await pause(20);
    }
  }
  throw new DatabaseStartError(`The embedded database (process ${running.pid}) does not end.`);
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}
