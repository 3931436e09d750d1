// Bare sharp, as it comes: the two resizes of an upload from one photo, without any question or hash.
import { join } from 'node:path';
import sharp from 'sharp';
import { repeatWork, type PictureFigures, type PictureQuestion } from '../load/repeat.ts';
import { answerParent } from '../processes.ts';

let count = 0;

answerParent<PictureQuestion>(async ({ path, folder, ...pace }): Promise<PictureFigures> =>
  repeatWork(pace, async () => {
    const name = join(folder, `limit-${(count += 1) % 16}`);
    await Promise.all([
      sharp(path).autoOrient().resize(3326, 2494).webp({ quality: 80, effort: 2 }).toFile(`${name}-full.webp`),
      sharp(path).autoOrient().resize(554, 416).webp({ quality: 80, effort: 4 }).toFile(`${name}-small.webp`),
    ]);
  }),
);
process.send?.('ready');
