// The machine: Node, the folder for data, the disk, the clock, ffmpeg, the built web app.
import { existsSync } from 'node:fs';
import { open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '#config/load.ts';
import { softwareFolder } from '#config/parsers.ts';
import { checkFfmpeg } from './ffmpeg.ts';
import { broken, fine, probe, warning, type Finding } from './finding.ts';

/** Looks at everything that needs no connection. */
export async function checkMachine({ config }: Settings): Promise<Finding[]> {
  return [
    checkNode(),
    await checkFolder(config.dataDir),
    await probe('disk', 'Make sure that DATA_DIR can be read.', () => checkDisk(config.dataDir)),
    await probe('clock', 'Make sure that the folder migrations is there.', checkClock),
    await checkFfmpeg(config),
    checkWebApp(),
  ];
}

function checkNode(): Finding {
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= 24) return fine('Node.js', process.versions.node);
  return broken(
    'Node.js',
    `${process.versions.node} is too old`,
    'Start through bin/rookery and bin/start, which bring their own, or install Node.js 24.',
  );
}

async function checkFolder(folder: string): Promise<Finding> {
  const mend = `Give this user the right to write in ${folder}, or set DATA_DIR to another folder.`;
  return probe('DATA_DIR', mend, async () => {
    const path = join(folder, `.doctor-${process.pid}`);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.write('can this be written?');
      await file.sync();
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
    return fine('DATA_DIR', `${folder} can be written`);
  });
}

async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const share = (100 * bavail) / blocks;
  const text = `${share.toFixed(0)} % free (${((bavail * bsize) / 1e9).toFixed(1)} GB)`;
  if (share < 5) return broken('disk', text, 'Free some space: below 5 % the server reports that it is not ready.');
  return share < 15
    ? warning('disk', text, 'Free some space soon: below 5 % the server reports that it is not ready.')
    : fine('disk', text);
}

/** Signatures of other servers are refused when the clock is an hour off; a clock before our own making is surely wrong. */
async function checkClock(): Promise<Finding> {
  const newest =
    (await readdir(join(softwareFolder, 'migrations')))
      .filter((name) => /^\d{14}/.test(name))
      .toSorted()
      .at(-1) ?? '';
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(newest) ?? [];
  const now = new Date();
  if (year !== undefined && now.getTime() < Date.parse(`${year}-${month}-${day}`) - 86_400_000) {
    return broken(
      'clock',
      `it says ${now.toISOString()}, before this version was made`,
      'Set the clock, best by a time service such as systemd-timesyncd or chrony.',
    );
  }
  return fine('clock', now.toISOString());
}

function checkWebApp(): Finding {
  if (existsSync(join(softwareFolder, 'web', 'dist', 'index.html'))) return fine('web app', 'built');
  return warning('web app', 'it is not built', 'Start the server with bin/start, or run npm run build:web.');
}
