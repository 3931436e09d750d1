// (i) Pictures: a photo of twelve megapixels to its full size, preview and blurhash, against bare sharp doing the same resizes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePhoto } from '../load/photo.ts';
import type { PictureFigures, PictureQuestion } from '../load/repeat.ts';
import { serverMemory, startChild } from '../processes.ts';
import type { Rig } from '../rig.ts';
import { median } from '../table.ts';

const scenario = 'pictures';
/** The photo of a phone. */
const [width, height] = [4000, 3000];

export async function runPictures(rig: Rig): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-bench-pictures-'));
  const { child: ours } = await startChild<'ready'>({ file: 'server/bench/load/pictures.ts', env: serverMemory });
  const { child: limit } = await startChild<'ready'>({ file: 'server/bench/limits/pictures.ts' });
  try {
    const path = join(folder, 'photo.jpg');
    await writeFile(path, await makePhoto(width, height));
    const question: PictureQuestion = { path, folder, seconds: rig.seconds, atOnce: availableParallelism() };
    for (const child of [ours, limit]) await child.ask<PictureFigures>({ ...question, seconds: 1 });
    const pairs: Array<{ ours: PictureFigures; limit: PictureFigures }> = [];
    for (let round = 0; round < rig.rounds; round += 1)
      pairs.push({ ours: await ours.ask<PictureFigures>(question), limit: await limit.ask<PictureFigures>(question) });
    const row = (figure: string, unit: string, pick: (figures: PictureFigures) => number) => ({
      scenario,
      figure,
      unit,
      ours: median(pairs.map((pair) => pick(pair.ours))),
      limit: median(pairs.map((pair) => pick(pair.limit))),
      ratio: median(pairs.map((pair) => pick(pair.ours) / pick(pair.limit))),
    });
    rig.report(
      { ...row('12 MP made', '/s', ({ perSecond }) => perSecond), aim: { ratio: 0.85 } },
      row('CPU for one', 'ms', ({ cpuMs }) => cpuMs),
      row('most memory', 'MB', ({ peakMb }) => peakMb),
    );
  } finally {
    await ours.stop();
    await limit.stop();
    await rm(folder, { recursive: true });
  }
}
