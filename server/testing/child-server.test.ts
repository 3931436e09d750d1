// What a run starts ends with it, whether it is told to end or dies.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trySignal } from '#server/bench/processes.ts';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
let script: string;
/** A server that has no end, and one that does not let itself be ended. */
const idle = `setInterval(() => {}, 1000); process.send('ready');`;
const deaf = `process.on('SIGTERM', () => {}); ${idle}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-child-'));
  script = join(folder, 'run.ts');
  await writeFile(join(folder, 'idle.mjs'), idle);
  await writeFile(join(folder, 'deaf.mjs'), deaf);
  await writeFile(
    script,
    `import { childServer } from ${JSON.stringify(join(root, 'server/testing/child-server.ts'))};
     import { closeOnSignals, endChildren } from ${JSON.stringify(join(root, 'server/bench/processes.ts'))};
     closeOnSignals(async () => { await endChildren(import.meta.dirname, 200); console.log('closed'); });
     const child = childServer({ env: { PATH: process.env.PATH }, program: process.argv[2] });
     await child.start();
     if (process.argv[3]) child.signal(process.argv[3]);
     console.log(child.pid());`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A run with a server as its child. */
async function open(server: string, ...more: string[]) {
  const run: ChildProcess = spawn(process.execPath, [script, join(folder, server), ...more], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  run.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => run.once('exit', resolve));
  await until(() => said.endsWith('\n'));
  return { run, ended, pid: Number(said), said: () => said };
}

test.each([
  ['idle.mjs', []],
  ['deaf.mjs', []],
  ['idle.mjs', ['SIGSTOP']],
] as const)('a run that is told to end ends its servers and clears up: %s %s', async (server, more) => {
  const { run, ended, pid, said } = await open(server, ...more);
  expect(trySignal(pid, 0)).toBe(true);
  run.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(said()).toContain('closed');
  await until(() => !trySignal(pid, 0));
});

test('a server whose run dies ends', async () => {
  const { run, ended, pid } = await open('idle.mjs');
  run.kill('SIGKILL');
  await ended;
  await until(() => !trySignal(pid, 0));
});
