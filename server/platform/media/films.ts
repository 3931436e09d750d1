// Films that play everywhere: H.264 and AAC in an MP4 that starts before it is loaded, upright, without anything that the
// camera wrote beside the picture; a poster; and for long ones pieces in several sizes (HLS).
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Invalid } from '#server/platform/errors.ts';
import { convert, openStrange, probe, type Work } from './ffmpeg.ts';
import { clean, encoded, largest, largestShape, mostBitrate, needEncoders, shapeOf, type Shape } from './h264.ts';
import { makePieces } from './hls.ts';
import type { Made, Measures } from './made.ts';
import { makePoster } from './posters.ts';
import { filmLimits, probeOwn, type FilmStream, type Probed, type SoundStream } from './probe.ts';

/** Longer ones are also cut to pieces, in seconds. */
const longFilm = 60;

/** Makes everything of a film whose streams are known. @throws {Invalid} in words for its owner */
export async function makeFilmOf(work: Work, source: string, probed: Probed, film: FilmStream): Promise<Made> {
  needEncoders(work);
  const made = join(work.folder, 'film.mp4');
  const cuts = probed.duration > longFilm;
  await write(work, source, { probed, film, made, until: cuts ? 70 : 95 });
  const result = await probeOwn(work, made);
  const shown = checkResult(result);
  const poster = await makePoster(work, made, result.duration);
  const files: Made['files'] = [{ role: 'original', path: made, contentType: 'video/mp4' }, poster.file];
  if (result.duration > longFilm) {
    const folder = await makePieces(work, made, result, shown);
    files.push({ role: 'hls', path: folder, contentType: 'application/vnd.apple.mpegurl' });
  }
  const { blurhash, measures } = poster;
  return { kind: 'video', files, original: measuresOf(result, shown), small: measures, blurhash, waveform: null };
}

/** Width, height, duration and rates of what was made. */
export function measuresOf(result: Probed, film: FilmStream): Measures {
  return {
    width: film.width,
    height: film.height,
    duration: result.duration,
    ...(film.frameRate === null ? {} : { frameRate: film.frameRate }),
    ...(result.bitrate === null ? {} : { bitrate: result.bitrate }),
  };
}

interface Writing {
  probed: Probed;
  film: FilmStream;
  made: string;
  /** Per cent of the whole work when this is done. */
  until: number;
}

/** Streams that already are as they should be are taken over as they are; all others are made anew. */
async function write(work: Work, source: string, writing: Writing): Promise<void> {
  const { probed, film, made, until } = writing;
  const { duration, sound } = probed;
  const options = { duration, share: [0, until] as const };
  if (playsEverywhere(probed, film) && !(await hidesFrames(work, source, film))) {
    const copied = ['-c', 'copy', '-bsf:v', 'filter_units=remove_types=6', ...clean, ...startsEarly, made];
    try {
      await convert(work, [...openStrange(source), ...mapOf(film, sound), ...copied], options);
      const again = await probeOwn(work, made);
      if (again.film !== null && Math.abs(again.duration - duration) < 2) return;
    } catch (error) {
      if (!(error instanceof Invalid) || work.cpuLeft <= 1) throw error;
    }
    await rm(made, { force: true });
  }
  const shape = shapeOf(film, duration);
  const threads = ['-threads', String(work.ffmpeg.limits.threads)];
  const picture = [
    '-vf',
    filtersOf(work, film, shape),
    ...encoded(shape, duration),
    ...threads,
    '-filter_threads',
    '1',
  ];
  const list = [...mapOf(film, sound), ...picture, ...(sound === null ? [] : audible), ...clean, ...startsEarly];
  await convert(work, [...threads, ...openStrange(source), ...list, '-t', String(filmLimits.seconds), made], options);
}

const mapOf = (film: FilmStream, sound: SoundStream | null): string[] => [
  ...['-map', `0:${film.index}`],
  ...(sound === null ? [] : ['-map', `0:${sound.index}`]),
];

const startsEarly = ['-movflags', '+faststart', '-max_muxing_queue_size', '4096', '-f', 'mp4'];
const audible = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000', '-af', 'aresample=async=1:first_pts=0'];

/** ffmpeg turns the film upright before these. */
function filtersOf({ ffmpeg }: Work, film: FilmStream, { width, height, frameRate }: Shape): string {
  const tones = film.isHdr && ffmpeg.filters.has('zscale') && ffmpeg.filters.has('tonemap');
  return [
    ...(film.isInterlaced ? ['yadif=deint=interlaced'] : []),
    `fps=${frameRate.toFixed(4)}`,
    `scale=${width}:${height}:flags=bicubic`,
    ...(tones
      ? ['zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv']
      : []),
    'setsar=1',
    'format=yuv420p',
  ].join(',');
}

const plainProfiles = new Set(['Constrained Baseline', 'Main', 'High']);

function playsEverywhere({ sound, duration }: Probed, film: FilmStream): boolean {
  const { width, height, frameRate, baseRate, bitrate } = film;
  const shape = largestShape(film);
  return (
    film.codec === 'h264' &&
    plainProfiles.has(film.profile) &&
    film.level <= 42 &&
    film.pixelFormat === 'yuv420p' &&
    !film.isTransformed &&
    !film.isInterlaced &&
    !film.isHdr &&
    shape.width === width &&
    shape.height === height &&
    Math.max(frameRate ?? Infinity, baseRate ?? Infinity) <= largest.frameRate + 0.1 &&
    duration > 0 &&
    (bitrate ?? Infinity) <= Math.max(1_000_000, mostBitrate(shape) * 1.3) &&
    (sound === null || (sound.codec === 'aac' && sound.profile === 'LC' && sound.channels <= 2))
  );
}

/** A film that was cut on the phone may still hold what was cut away, marked not to be shown. (Sounds begin so anyway.) */
async function hidesFrames(work: Work, source: string, { index }: FilmStream): Promise<boolean> {
  const few = [
    '-select_streams',
    String(index),
    '-show_entries',
    'packet=flags',
    '-of',
    'csv=p=0',
    '-read_intervals',
    '%+#400',
  ];
  const flags = await probe(work, [...openStrange(source), ...few]);
  return flags.includes('D');
}

function checkResult(result: Probed): FilmStream {
  const { film, duration } = result;
  if (film === null || duration <= 0) throw new Invalid('No frame of this film could be read: the file is damaged.');
  if (duration >= filmLimits.seconds - 1)
    throw new Invalid(`This film is longer than ${filmLimits.seconds / 60} min, which is the most that is taken.`);
  return film;
}
