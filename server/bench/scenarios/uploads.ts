// (j) Uploads: a hundred people upload a photo of twelve megapixels at the same moment, through the door of a real server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePhoto } from '../load/photo.ts';
import type { PictureFigures, PictureQuestion } from '../load/repeat.ts';
import type { UploadFigures, UploadQuestion } from '../load/uploads.ts';
import { residentMb, serverMemory, startChild } from '../processes.ts';
import type { Rig } from '../rig.ts';
import { readerNumbers, readerToken, type SeedSize } from '../seed/size.ts';
import { percentile } from '../table.ts';

const scenario = 'uploads';
const counts: Record<SeedSize['name'], { people: number; width: number; height: number }> = {
  full: { people: 100, width: 4000, height: 3000 },
  quick: { people: 100, width: 4000, height: 3000 },
  tiny: { people: 4, width: 400, height: 300 },
};
const lookEachMs = 50;

/** Starts with a fresh server, because its memory is what is measured. */
export async function runUploads(rig: Rig): Promise<void> {
  const { people, width, height } = counts[rig.size.name];
  const folder = await mkdtemp(join(tmpdir(), 'rookery-bench-uploads-'));
  await rig.stopServer();
  const { child: load } = await startChild<'ready'>({ file: 'server/bench/load/uploads.ts' });
  const { child: alone } = await startChild<'ready'>({ file: 'server/bench/load/pictures.ts', env: serverMemory });
  try {
    const path = join(folder, 'photo.jpg');
    await writeFile(path, await makePhoto(width, height));
    const server = await rig.server();
    const readers = readerNumbers(rig.size);
    const tokens = Array.from({ length: people }, (_, index) => readerToken(readers[index % readers.length] ?? 1));
    const question: UploadQuestion = { url: server.url, path, tokens };
    // The first picture loads what makes pictures: that stays, however many come.
    await load.ask<UploadFigures>({ ...question, tokens: tokens.slice(0, 1) });
    const before = (await residentMb(server.child.pid)) ?? NaN;
    const { result, most } = await watchMemory(server.child.pid, () => load.ask<UploadFigures>(question, 600_000));
    if (result.refused > 0) rig.say(`  ${result.refused} uploads were refused: ${result.reason}`);
    const made = await alone.ask<PictureFigures>({
      ...{ path, folder, seconds: rig.seconds * 2, atOnce: availableParallelism() },
    } satisfies PictureQuestion);
    const row = (figure: string, unit: string, ours: number, limit: number | null) => ({
      scenario,
      figure: `${people} at once: ${figure}`,
      unit,
      ours,
      limit,
    });
    rig.report(
      { ...row('growth of memory', 'MB', most - before, null), aim: { atMost: 300 } },
      { ...row('refused', '', result.refused, null), aim: { atMost: 0 } },
      row('ready', '/s', people / result.seconds, made.perSecond),
      row('the last is answered', 'ms', percentile(result.answered, 1), null),
      row('p50 until ready', 'ms', percentile(result.ready, 0.5), null),
    );
  } finally {
    await load.stop();
    await alone.stop();
    await rm(folder, { recursive: true });
  }
}

/** The most resident memory of a process while `work` runs, in MB. */
async function watchMemory<Result>(
  pid: number,
  work: () => Promise<Result>,
): Promise<{ result: Result; most: number }> {
  let most = 0;
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(async () => void (most = Math.max(most, (await residentMb(pid)) ?? 0)));
  }, lookEachMs);
  try {
    return { result: await work(), most };
  } finally {
    clearInterval(timer);
    await looking;
  }
}
