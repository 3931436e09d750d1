// Faults whose proof is a file of the ordinary tests: it is run here, and its figures stand in the same table.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault, Finding } from '../fault.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Recorded {
  id: string;
  title: string;
  promise: string;
  files: readonly string[];
  /** Only tests whose name holds this. */
  named?: string;
}

const list: readonly Recorded[] = [
  {
    id: 'R4',
    title: 'a worker ends between the effect and the note that it is done',
    promise: 'effect once, the job is found done',
    files: ['server/platform/relay.test.ts'],
    named: 'killed process|is not begun a second time|run anything twice',
  },
  {
    id: 'R6',
    title: 'activities in every order',
    promise: 'one final state, what is deleted stays deleted',
    files: ['server/federation/inbox-order.test.ts'],
  },
  {
    id: 'R19',
    title: 'a server is away for days (clock moved), then back',
    promise: 'delivered up to four days, two at once, in order',
    files: ['server/federation/courier.test.ts', 'server/federation/courier-hosts.test.ts'],
  },
  {
    id: 'R23',
    title: 'two schedulers at once',
    promise: 'each task once a period',
    files: ['server/schedule.test.ts'],
  },
  {
    id: 'R24',
    title: 'a job that always fails',
    promise: 'dead letter after its tries, others go on',
    files: ['server/platform/queue/queue.test.ts'],
    named: 'keeps failing|does not wait for another lane',
  },
  {
    id: 'R39',
    title: 'random streams of three actors, lost, repeated and shuffled',
    promise: 'the same state as the model',
    files: [
      'server/federation/streams.test.ts',
      'server/federation/shuffle.test.ts',
      'server/federation/inbox-shuffled.test.ts',
    ],
  },
];

/** One fault for each entry. */
export const recorded: readonly Fault[] = list.map(({ id, title, promise, files, named }) => ({
  id,
  title,
  run: async (rig) => [await runFiles(promise, files, named, join(rig.folder, `${id}.json`))],
}));

async function runFiles(
  promise: string,
  files: readonly string[],
  named: string | undefined,
  out: string,
): Promise<Finding> {
  const filter = named === undefined ? [] : ['-t', named];
  const list = ['run', ...files, ...filter, '--retry=0', '--reporter=json', `--outputFile=${out}`];
  const child = spawn(join(root, 'node_modules/.bin/vitest'), list, { cwd: root, stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  const text = await readFile(out, 'utf8').catch(() => '{}');
  await rm(out, { force: true });
  const told: { success?: boolean; numPassedTests?: number; numFailedTests?: number } = JSON.parse(text);
  const { success = false, numPassedTests = 0, numFailedTests = 0 } = told;
  const all = numPassedTests + numFailedTests;
  // A file that cannot be read has no tests that fail.
  return { promise, measured: `${numPassedTests} of ${all} tests`, isMet: all > 0 && success };
}
