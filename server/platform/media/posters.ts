// Still pictures out of films and sounds: the poster of a film, the cover of a record; written anew as WebP.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { Invalid } from '#server/platform/errors.ts';
import { blurhashOf } from './blurhash.ts';
import { convert, openOwn, openStrange, type Work } from './ffmpeg.ts';
import type { MadeFile, Measures } from './made.ts';
import { pictureSizes } from './pictures.ts';
import { fitWithin, loadSharp } from './pictures-sharp.ts';

const coverPixels = 33_000_000;

export interface Still {
  file: MadeFile;
  measures: Measures;
  blurhash: string;
}

/** The first frame that shows something, sought a little after the beginning, where titles and fades are over. */
export async function makePoster(work: Work, film: string, duration: number): Promise<Still> {
  const raw = join(work.folder, 'frame.png');
  const moments = [0.1, 0.3, 0.6].map((share) => duration * share).filter((moment) => moment > 0.2);
  for (const moment of [...moments, 0]) {
    const seek = ['-ss', moment.toFixed(3), ...openOwn(film), '-an', '-threads', '1', ...oneFrame(raw)];
    await convert(work, seek).catch((error: unknown) => {
      // A film may be shorter than it says; the first frame must be there.
      if (moment === 0 || !(error instanceof Invalid)) throw error;
    });
    if (moment > 0 && (await showsSomething(raw))) break;
  }
  return finish(work, raw).catch((cause: unknown) => {
    throw new Invalid('No frame of this film could be shown: the file is damaged.', { cause });
  });
}

/** The cover out of a file of strangers; null when it cannot be read, which is no reason to refuse the sound. */
export async function makeCover(work: Work, source: string, stream: number): Promise<Still | null> {
  const raw = join(work.folder, 'cover.png');
  const one = ['-map', `0:${stream}`, '-threads', '1', '-map_metadata', '-1', ...oneFrame(raw)];
  try {
    await convert(work, ['-threads', '1', ...openStrange(source, coverPixels), ...one]);
    return await finish(work, raw);
  } catch {
    work.signal.throwIfAborted();
    return null;
  }
}

const oneFrame = (path: string): string[] => ['-frames:v', '1', '-update', '1', '-c:v', 'png', '-f', 'image2', path];

/** A frame that is all of one colour, or nearly black, tells nothing. */
async function showsSomething(path: string): Promise<boolean> {
  const sharp = await loadSharp();
  try {
    const { channels } = await sharp(path).stats();
    return channels.some(({ mean, stdev }) => mean > 24 && stdev > 6);
  } catch {
    // Nothing was written: the film is shorter than it says.
    return false;
  }
}

async function finish(work: Work, raw: string): Promise<Still> {
  const sharp = await loadSharp();
  const path = join(work.folder, 'small.webp');
  const content = await readFile(raw);
  const { width: fullWidth, height: fullHeight } = await sharp(content).metadata();
  const { width, height } = fitWithin({ width: fullWidth, height: fullHeight }, pictureSizes.preview);
  const begin = (): Sharp => sharp(content).resize(width, height, { fit: 'fill' });
  await begin().webp({ quality: 80, effort: 4 }).toFile(path);
  const blurhash = await blurhashOf(begin());
  await rm(raw, { force: true });
  return { file: { role: 'small', path, contentType: 'image/webp' }, measures: { width, height }, blurhash };
}
