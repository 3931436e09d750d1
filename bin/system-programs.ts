// The programs that some tests need and npm does not carry: found, installed where that is ours to do, or named as missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { programPath, type Program } from '../server/testing/programs.ts';

interface Need {
  program: Program;
  /** The environment variable through which the tests learn the path. */
  variable: string;
  debianPackage: string;
  /** What is not tested without it. */
  tests: string;
}

const needs: readonly Need[] = [
  {
    program: 'redis',
    variable: 'ROOKERY_TEST_REDIS',
    debianPackage: 'redis-server',
    tests: 'queue, bus, cache, outbox and federation on Redis',
  },
  {
    program: 'chromium',
    variable: 'ROOKERY_TEST_CHROMIUM',
    debianPackage: 'chromium',
    tests: 'the web app in a browser',
  },
  { program: 'ffmpeg', variable: 'ROOKERY_TEST_FFMPEG', debianPackage: 'ffmpeg', tests: 'video and audio' },
];

/** What the tests are told, and what to say about the rest. */
export interface Programs {
  environment: Record<string, string>;
  /** One sentence for each program that is missing. */
  missing: string[];
}

/** Looks for every program, after installing the missing ones on a Debian machine where we are root. */
export async function findPrograms(): Promise<Programs> {
  // A variable that is set, even to nothing, is a decision: nothing is installed over it.
  const wanted = needs.filter(
    ({ program, variable }) => process.env[variable] === undefined && programPath(program) === null,
  );
  if (wanted.length > 0 && mayInstall()) await install(wanted.map(({ debianPackage }) => debianPackage));
  const environment: Record<string, string> = {};
  const missing: string[] = [];
  for (const { program, variable, debianPackage, tests } of needs) {
    const path = programPath(program);
    environment[variable] = path ?? '';
    if (path !== null) continue;
    const why = process.env[variable] === undefined ? `no ${debianPackage} here` : `${variable} is empty`;
    missing.push(`${tests} (${why})`);
  }
  return { environment, missing };
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

async function install(packages: readonly string[]): Promise<void> {
  console.log(`Installing ${packages.join(', ')} with apt-get ...`);
  const updated = await run('apt-get', ['update', '-q']);
  // The tests start their own servers; the packages' services must not.
  const installed = updated && (await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]));
  if (!installed) console.log('apt-get did not succeed; the tests that need these programs are left out.');
}

/** Runs a program with a sign of life every ten seconds; shows what it wrote only when it fails. */
function run(program: string, args: readonly string[]): Promise<boolean> {
  const began = Date.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // dpkg wants the administrator's folders on PATH, which a root shell need not have.
    env: {
      ...process.env,
      PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin`,
      DEBIAN_FRONTEND: 'noninteractive',
      RUNLEVEL: '1',
    },
  });
  const wrote: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => wrote.push(chunk));
  const ticker = setInterval(() => {
    console.log(`  still busy with ${program} ${args[0]}, ${Math.round((Date.now() - began) / 1000)} s`);
  }, 10_000);
  return new Promise((resolve) => {
    const finish = (isDone: boolean): void => {
      clearInterval(ticker);
      if (!isDone) console.log(Buffer.concat(wrote).toString('utf8').split('\n').slice(-15).join('\n'));
      resolve(isDone);
    };
    child.once('error', (error) => {
      console.log(error.message);
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });
}
