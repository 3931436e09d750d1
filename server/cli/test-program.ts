// Runs the command line as a program of its own, and the neighbours that its tests need.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { builtProgram, compileCache } from '#server/testing/child-server.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  // The tests say what they expect of it, field by field.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

/** Runs bin/rookery's program with these settings and no others. */
export async function rookery(settings: Record<string, string>, args: readonly string[], input = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [await builtProgram('rookery.js'), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_COMPILE_CACHE: compileCache, ...settings },
  });
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const json = args.includes('--json') && stdout !== '' ? JSON.parse(stdout) : null;
  return { code: child.exitCode, stdout, stderr, json };
}

/** Listens on a free port of this machine; resolves to it. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Looks again until it is so, at most 40 s. */
export async function until(look: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await look().catch(() => false))) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await pause(50);
  }
}
