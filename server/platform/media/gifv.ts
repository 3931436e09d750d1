// Moving pictures (GIF, APNG) as silent films that repeat: a tenth of the bytes, and any screen plays them.
import { join } from 'node:path';
import { Invalid } from '#server/platform/errors.ts';
import { convert, openStrange, type Ffmpeg, type Work } from './ffmpeg.ts';
import { measuresOf } from './films.ts';
import { clean, encoded, needEncoders, shapeOf } from './h264.ts';
import type { Made } from './made.ts';
import { makePoster } from './posters.ts';
import { filmLimits, probeOwn, probeStrange } from './probe.ts';

/** Makes a silent film of a moving picture. @throws {Invalid} in words for its owner */
export async function makeGifvOf(work: Work, source: string): Promise<Made> {
  needEncoders(work);
  const probed = await probeStrange(work, source);
  if (probed.film === null) throw new Invalid('This file holds no moving picture.');
  const made = join(work.folder, 'moving.mp4');
  const shape = shapeOf(probed.film, probed.duration);
  const { width, height } = shape;
  const threads = ['-threads', String(work.ffmpeg.limits.threads)];
  // What is see-through is shown on white. Frames keep their own moments, but none stays shorter than a fiftieth.
  const filter = [
    `[0:${probed.film.index}]select='isnan(prev_selected_t)+gte(t-prev_selected_t,0.0195)',scale=${width}:${height}:flags=bicubic`,
    `format=rgba,split[film][copy];[copy]lutrgb=r=255:g=255:b=255:a=255[ground]`,
    `[ground][film]overlay=format=auto,setsar=1,format=yuv420p[shown]`,
  ];
  const list = ['-filter_complex', `${filter[0]},${filter[1]};${filter[2]}`, '-map', '[shown]', '-an'];
  const output = [
    ...encoded(shape, probed.duration),
    ...ownMoments(work.ffmpeg),
    ...threads,
    ...clean,
    '-movflags',
    '+faststart',
    '-f',
    'mp4',
  ];
  await convert(work, [...openStrange(source), ...list, ...output, '-t', String(filmLimits.seconds), made], {
    duration: probed.duration,
    share: [0, 95],
  });
  const result = await probeOwn(work, made);
  if (result.film === null || result.duration <= 0)
    throw new Invalid('No frame of this moving picture could be read: the file is damaged.');
  const { file, measures, blurhash } = await makePoster(work, made, result.duration);
  const files: Made['files'] = [{ role: 'original', path: made, contentType: 'video/mp4' }, file];
  return { kind: 'gifv', files, original: measuresOf(result, result.film), small: measures, blurhash, waveform: null };
}

/** Keeps frames at their moments instead of filling in copies; the option got its present name with 5.1. */
function ownMoments({ version }: Ffmpeg): string[] {
  const [major, minor] = (/^n?(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const isOld = major !== undefined && (major < 5 || (major === 5 && (minor ?? 0) < 1));
  return [isOld ? '-vsync' : '-fps_mode', 'vfr'];
}
