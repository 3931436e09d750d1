// The server as a process of its own, to be killed: its database and folder stay.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { createDatabase } from './context.ts';
import { freePort } from './server.ts';

export interface ServerProcess {
  origin: string;
  /** Where this process answers; the same as its origin unless it stands beside another. */
  address: string;
  databaseUrl: string;
  /** The environment that it runs in. */
  env: Record<string, string>;
  /** Starts it and resolves when it listens. */
  start(): Promise<void>;
  /** Ends it without a warning, as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end in order; resolves to its exit code. */
  stop(): Promise<number | null>;
  /** What it said last: for messages of tests that fail. */
  said(): string;
  /** Kills it if it runs and takes everything away. */
  remove(): Promise<void>;
}

const program = fileURLToPath(new URL('../main.ts', import.meta.url));
const startWithinMs = 60_000;

export interface ProcessOptions {
  redis?: boolean;
  /** Stands on the same database, store and folder as that one, with a port of its own. */
  beside?: ServerProcess;
  /** More of the environment. */
  env?: Record<string, string>;
  /** No file that it writes may be longer, in units of 512 bytes: as on a disk that is full. */
  fileBlocks?: number;
}

/** Prepares a database, a folder and a port; nothing runs yet. */
export async function prepareServer(options: ProcessOptions = {}): Promise<ServerProcess> {
  const { beside } = options;
  const folder = beside?.env['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'rookery-process-')));
  const database = beside ? { url: beside.databaseUrl, drop: async () => {} } : await createDatabase();
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const origin = beside?.origin ?? address;
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    ORIGIN: origin,
    ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'warn',
    RATE_LIMIT: '1000000',
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ...(options.redis === true ? { REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `process-${port}` } : {}),
    ...beside?.env,
    ...options.env,
    PORT: String(port),
  };
  let child: ChildProcess | null = null;
  let said = '';
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  return {
    origin,
    address,
    databaseUrl: database.url,
    env,
    kill,
    said: () => said,
    async stop() {
      const running = child;
      if (running === null) return null;
      const ended = new Promise<number | null>((resolve) => running.once('exit', (code) => resolve(code)));
      running.kill('SIGTERM');
      return ended;
    },
    async start() {
      // What a test that failed left running would sit on the port.
      await kill();
      // The signal that would end the program is put off, so that a write fails as it does on a full disk.
      const limited = `trap '' XFSZ; ulimit -f ${options.fileBlocks}; exec "$0" "$1"`;
      const [command, list] =
        options.fileBlocks === undefined
          ? [process.execPath, [program]]
          : ['sh', ['-c', limited, process.execPath, program]];
      const started = spawn(command, list, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
      child = started;
      const keep = (chunk: Buffer): void => {
        said = (said + chunk.toString()).slice(-20_000);
      };
      started.stdout?.on('data', keep);
      started.stderr?.on('data', keep);
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`the server did not start:\n${said}`)), startWithinMs);
        started.once('message', () => (clearTimeout(timer), resolve()));
        started.once('exit', () => (clearTimeout(timer), reject(new Error(`the server ended at its start:\n${said}`))));
      });
    },
    async remove() {
      await kill();
      await database.drop();
      if (!beside) await rm(folder, { recursive: true, force: true });
    },
  };
}
