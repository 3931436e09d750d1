// How H.264 is written here: sizes, rates and quality that every screen plays, for films and moving pictures alike.
import { Invalid } from '#server/platform/errors.ts';
import type { Ffmpeg, Work } from './ffmpeg.ts';
import type { FilmStream } from './probe.ts';

/** A frame that stands alone comes at least so often, so that pieces can begin with it. */
export const pieceSeconds = 4;

/** The largest that old phones and cheap televisions play. */
export const largest = { long: 1920, short: 1080, frameRate: 60 };
const reduced = { long: 1280, short: 720, frameRate: 30 };
/** Pixels of all frames together, above which a core would need too many minutes at the largest size. */
const muchWork = 25_000_000_000;
/** Above this it is done a little less thoroughly. */
const someWork = 12_000_000_000;

/** What a film looks like when it is done. */
export interface Shape {
  width: number;
  height: number;
  frameRate: number;
}

/** What films are written with and this ffmpeg was built without. */
export function missingEncoders({ encoders }: Ffmpeg): string[] {
  return ['libx264', 'aac'].filter((name) => !encoders.has(name));
}

/** @throws {Invalid} when this ffmpeg cannot write films */
export function needEncoders({ ffmpeg }: Work): void {
  const missing = missingEncoders(ffmpeg);
  if (missing.length > 0)
    throw new Invalid(
      `This server cannot make films: its ffmpeg was built without ${missing.join(' and ')}. Its administrators can install another.`,
    );
}

/** Nothing that tells of place, time, camera or program; no chapters, subtitles or streams of measurements. */
export const clean = [
  ...['-map_metadata', '-1', '-map_metadata:s', '-1', '-map_chapters', '-1', '-sn', '-dn'],
  ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'],
];

/** The encoder and its words for this shape and so many seconds. */
export function encoded(shape: Shape, duration: number): string[] {
  const most = mostBitrate(shape);
  const preset = pixelsOf(shape, duration) > someWork ? 'superfast' : 'veryfast';
  return [
    ...['-c:v', 'libx264', '-preset', preset, '-profile:v', 'high', '-crf', '23'],
    ...['-maxrate', String(most), '-bufsize', String(most * 2)],
    ...['-force_key_frames', `expr:gte(t,n_forced*${pieceSeconds})`],
  ];
}

/** In bits a second: about six million for 1080p with 30 frames. */
export function mostBitrate({ width, height, frameRate }: Shape): number {
  return Math.round(Math.min(9_000_000, Math.max(200_000, width * height * Math.max(24, frameRate) * 0.1)));
}

/** The size and rate that a film gets. */
export function shapeOf(film: FilmStream, duration: number): Shape {
  const shape = largestShape(film);
  return pixelsOf(shape, duration) > muchWork ? fitInto(film, reduced) : shape;
}

/** The size and rate of a film that time is no matter for. */
export const largestShape = (film: FilmStream): Shape => fitInto(film, largest);

/** Of all frames together; they tell how long the work takes. */
const pixelsOf = ({ width, height, frameRate }: Shape, duration: number): number =>
  width * height * frameRate * duration;

function fitInto(film: FilmStream, box: typeof largest): Shape {
  const { width, height } = film;
  const scale = Math.min(1, box.long / Math.max(width, height), box.short / Math.min(width, height));
  const even = (side: number): number => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height), frameRate: rateWithin(film, box.frameRate) };
}

/** Frames at odd moments are put on the finest grid that is no finer than `most`; a fast film loses every second one. */
function rateWithin({ baseRate, frameRate }: FilmStream, most: number): number {
  let rate = [baseRate, frameRate].find((found) => found !== null && found <= most + 0.1) ?? frameRate ?? 30;
  while (rate > most + 0.1) rate /= 2;
  return Math.max(1, rate);
}
