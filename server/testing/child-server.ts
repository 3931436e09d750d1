// A server as a child of this process, to be killed, frozen or set to another time. Where its database is, the caller says.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtServer } from '../../bin/build-server.ts';

export interface ChildServer {
  /** Starts it and resolves when it listens. */
  start(): Promise<void>;
  /** Ends it without a warning, as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end in order; resolves to its exit code. */
  stop(): Promise<number | null>;
  /** Sends a signal; `SIGSTOP` freezes it and `SIGCONT` lets it go on. */
  signal(name: NodeJS.Signals): void;
  /** Sets its clock to that many ms from now. Only with `names`. */
  setClock(movedMs: number): Promise<void>;
  /** Makes it stand still for so many ms, as work that does not let go of its thread would. Only with `names`. */
  block(ms: number): void;
  /** Its process number; 0 when it does not run. */
  pid(): number;
  /** What it said last, up to half a million characters: what comes in a burst must not push out what is looked for. */
  said(): string;
}

export interface ChildOptions {
  env: Record<string, string>;
  /** Names that end in `.test` lead to this machine, and its clock can be moved. */
  names?: boolean;
  /** No file that it writes may be longer, in units of 512 bytes: as on a disk that is full. */
  fileBlocks?: number | undefined;
  /** Another program than the server itself as bin/start runs it, and its arguments. */
  program?: string;
  arguments?: readonly string[];
}

/** Loaded before its own code: who started it has ended, however that came, so it ends too. It does not keep the program alive. */
const leash = `data:text/javascript,process.once('disconnect',()=>process.kill(process.pid,'SIGTERM'));process.channel?.unref()`;
const preload = fileURLToPath(new URL('child/preload.ts', import.meta.url));
/** What Node has compiled, as bin/start and bin/rookery keep it: loading the server is most of what a start costs. */
export const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));
const startWithinMs = 60_000;

let building: Promise<string> | undefined;

/** The path of a built program, as people run it; built first where it is not yet. */
export async function builtProgram(name: 'main.js' | 'rookery.js'): Promise<string> {
  building ??= builtServer();
  return join(await building, name);
}

/** Prepares it; nothing runs yet. It may be started again after it has ended. */
export function childServer(options: ChildOptions): ChildServer {
  let child: ChildProcess | null = null;
  let said = '';
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-500_000);
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  return {
    kill,
    said: () => said,
    pid: () => child?.pid ?? 0,
    signal: (name) => void child?.kill(name),
    async stop() {
      const running = child;
      if (running === null) return null;
      const ended = new Promise<number | null>((resolve) => running.once('exit', (code) => resolve(code)));
      running.kill('SIGTERM');
      return ended;
    },
    async setClock(movedMs) {
      const running = child;
      if (running === null) throw new Error('the server does not run');
      const heard = new Promise((resolve) => running.once('message', resolve));
      running.send({ clockMs: movedMs });
      await heard;
    },
    block: (ms) => void child?.send({ blockMs: ms }),
    async start() {
      // What a test that failed left running would sit on the port.
      await kill();
      const started = launch({ ...options, program: options.program ?? (await builtProgram('main.js')) });
      child = started;
      started.stdout?.on('data', keep);
      started.stderr?.on('data', keep);
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`the server did not start:\n${said}`)), startWithinMs);
        started.once('message', () => (clearTimeout(timer), resolve()));
        started.once('exit', () => (clearTimeout(timer), reject(new Error(`the server ended at its start:\n${said}`))));
      });
    },
  };
}

function launch({
  env,
  names = false,
  fileBlocks,
  program,
  ...more
}: ChildOptions & { program: string }): ChildProcess {
  const list = ['--import', leash, ...(names ? ['--import', preload] : []), program, ...(more.arguments ?? [])];
  // The signal that would end the program is put off, so that a write fails as it does on a full disk.
  const limited = `trap '' XFSZ; ulimit -f ${fileBlocks}; exec "$0" "$@"`;
  const [command, args] =
    fileBlocks === undefined ? [process.execPath, list] : ['sh', ['-c', limited, process.execPath, ...list]];
  const surroundings = { NODE_COMPILE_CACHE: compileCache, ...env };
  return spawn(command, args, { env: surroundings, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}
