// Types, lint, format, the builds and every test, counted together. Called by bin/test.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPrograms } from './system-programs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A run that hangs is a failure; nothing here takes nearly as long. */
const testsLimitMs = 75 * 60_000;

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

let running: ChildProcess | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    running?.kill(signal);
    process.exitCode = 1;
  });
}

const programs = await findPrograms();
const counts = [
  await check('types', ['tsc', '-p', 'tsconfig.json', '--noEmit']),
  await check('lint', ['oxlint', '--type-aware', '--deny-warnings']),
  await check('format', ['oxfmt', '--check']),
  await check('web build', ['node', 'bin/build-web.ts']),
  await check('server build', ['node', 'bin/build-server.ts']),
  await runTests(programs.environment),
];
const sum = (kind: keyof Count): number => counts.reduce((total, count) => total + count[kind], 0);
const failed = sum('failed');
if (failed > 0) process.exitCode = 1;
console.log('');
if (programs.missing.length > 0) console.log(`Not run: ${programs.missing.join('; ')}`);
console.log(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`);

/** One check counts as one test; what it wrote is shown when it fails. */
async function check(name: string, command: readonly string[]): Promise<Count> {
  const began = Date.now();
  const { code, output } = await run(command, { shown: false, limitMs: 10 * 60_000 });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (code !== 0) console.log(output.trimEnd());
  console.log(`${code === 0 ? 'passed' : 'FAILED'}: ${name} (${seconds} s)`);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function runTests(environment: Record<string, string>): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-results-'));
  const results = join(folder, 'results.json');
  try {
    const command = [
      'vitest',
      'run',
      '--allowOnly=false',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
    ];
    const { code } = await run(command, { shown: true, limitMs: testsLimitMs, environment });
    const count = await countResults(results);
    // The runner also fails for what belongs to no test, such as an error that nobody caught.
    if (code !== 0 && count.failed === 0) count.failed = 1;
    return count;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface TestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: Array<{ name: string; status: string; message: string; assertionResults: Array<{ status: string }> }>;
}

async function countResults(path: string): Promise<Count> {
  const written = await readFile(path, 'utf8').catch(() => null);
  if (written === null) return { passed: 0, failed: 1, skipped: 0 };
  const results: TestResults = JSON.parse(written);
  // A file that could not even be loaded has no test that failed.
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

interface RunOptions {
  /** Straight to the terminal, or kept for later. */
  shown: boolean;
  limitMs: number;
  environment?: Record<string, string>;
}

function run(
  [program = '', ...args]: readonly string[],
  options: RunOptions,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: options.shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    // Colours are for terminals: what is kept or piped is read as text.
    env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...options.environment },
  });
  running = child;
  const wrote: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => wrote.push(chunk));
  const limit = setTimeout(() => {
    wrote.push(Buffer.from(`\n${program} did not end within ${options.limitMs / 60_000} minutes.`));
    child.kill('SIGKILL');
  }, options.limitMs);
  return new Promise((resolve) => {
    const finish = (code: number | null): void => {
      clearTimeout(limit);
      resolve({ code, output: Buffer.concat(wrote).toString('utf8') });
    };
    child.once('error', (error) => {
      wrote.push(Buffer.from(error.message));
      finish(1);
    });
    child.once('close', finish);
  });
}
