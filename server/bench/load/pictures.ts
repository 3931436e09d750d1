// Makes one picture again and again as an upload does, in a process of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makePicture } from '#server/platform/media/pictures.ts';
import { answerParent } from '../processes.ts';
import { repeatWork, type PictureFigures, type PictureQuestion } from './repeat.ts';

answerParent<PictureQuestion>(async ({ path, folder, ...pace }): Promise<PictureFigures> =>
  repeatWork(pace, async () => {
    const place = await mkdtemp(join(folder, 'ours-'));
    await makePicture(path, { folder: place, signal: new AbortController().signal });
    await rm(place, { recursive: true });
  }),
);
process.send?.('ready');
