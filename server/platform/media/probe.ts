// What a film or sound says of itself, read by ffprobe and held against what this server takes.
import { Invalid } from '#server/platform/errors.ts';
import { openOwn, openStrange, probe, taken, type Work } from './ffmpeg.ts';

/** Mastodon's limits, so that what is posted here is taken there too. @see https://docs.joinmastodon.org/user/posting/#media */
export const filmLimits = { pixels: 8_294_400, frameRate: 120, frames: 36_000, side: 8192, seconds: 3600 };
const soundSeconds = 4 * 3600;
const coverPixels = 33_000_000;
/** What is looked at, so that it can be said by how much a film is too large. */
const lookedAtPixels = 70_000_000;

export interface FilmStream {
  index: number;
  codec: string;
  profile: string;
  level: number;
  /** As it is shown: turned upright, with square pixels. */
  width: number;
  height: number;
  /** True when what is stored differs from what is shown: turned, or with pixels that are not square. */
  isTransformed: boolean;
  pixelFormat: string;
  /** On average; null when the file does not say. */
  frameRate: number | null;
  /** The finest that all moments of frames fit in; much higher than the average when frames come at odd moments. */
  baseRate: number | null;
  isInterlaced: boolean;
  /** Brighter than ordinary screens show; needs other curves. */
  isHdr: boolean;
  bitrate: number | null;
}

export interface SoundStream {
  index: number;
  codec: string;
  profile: string;
  channels: number;
  sampleRate: number;
  bitrate: number | null;
}

/** A file that holds something playable. */
export interface Probed {
  /** Names of ffmpeg's reader: `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  /** In seconds; 0 when the file does not say. */
  duration: number;
  bitrate: number | null;
  film: FilmStream | null;
  sound: SoundStream | null;
  /** The number of the stream that holds a cover. */
  cover: number | null;
  /** How many there are of all kinds. */
  streams: number;
}

type Fields = Record<string, unknown>;

/** Reads a file of strangers. @throws {Invalid} in words for its owner, when it is not taken */
export async function probeStrange(work: Work, path: string): Promise<Probed> {
  const probed = await read(work, openStrange(path, lookedAtPixels));
  if (probed.streams === 0)
    throw new Invalid('This file is damaged or ends too early: it holds nothing to show or to play.');
  if (probed.film === null && probed.sound === null)
    throw new Invalid(`This file holds neither film nor sound that can be played. ${taken}`);
  if (probed.film !== null) checkFilm(probed.film, probed.duration);
  else if (probed.duration > soundSeconds)
    throw new Invalid(`This sound is ${inWords(probed.duration)} long; taken are up to ${inWords(soundSeconds)}.`);
  return probed;
}

/** Reads a file that we made. */
export async function probeOwn(work: Work, path: string): Promise<Probed> {
  return read(work, openOwn(path));
}

async function read(work: Work, open: readonly string[]): Promise<Probed> {
  const text = await probe(work, [...open, '-of', 'json', '-show_format', '-show_streams']);
  const answer: unknown = JSON.parse(text);
  const { format, streams } = fieldsOf(answer);
  const list = Array.isArray(streams) ? streams.map(fieldsOf) : [];
  const isPicture = (stream: Fields): boolean => fieldsOf(stream['disposition'])['attached_pic'] === 1;
  const film = list.find(({ codec_type: type, ...rest }) => type === 'video' && !isPicture(rest));
  const sound = list.find(({ codec_type: type }) => type === 'audio');
  const cover = list.find(isPicture);
  const about = fieldsOf(format);
  return {
    container: textOf(about['format_name']),
    duration: durationOf(about, film, sound),
    bitrate: numberOf(about['bit_rate']),
    film: film === undefined ? null : filmStream(film),
    sound: sound === undefined ? null : soundStream(sound),
    cover: cover === undefined || !isSmall(cover) ? null : (numberOf(cover['index']) ?? null),
    streams: list.length,
  };
}

function filmStream(stream: Fields): FilmStream {
  const turned = Math.abs(rotationOf(stream)) % 180 === 90;
  const [across, down] = ratioOf(textOf(stream['sample_aspect_ratio']), ':') ?? [1, 1];
  const stored = { width: numberOf(stream['width']) ?? 0, height: numberOf(stream['height']) ?? 0 };
  const width = Math.round((stored.width * across) / down);
  return {
    index: numberOf(stream['index']) ?? 0,
    codec: textOf(stream['codec_name']),
    profile: textOf(stream['profile']),
    level: numberOf(stream['level']) ?? 0,
    width: turned ? stored.height : width,
    height: turned ? width : stored.height,
    isTransformed: rotationOf(stream) !== 0 || across !== down || hasMatrix(stream),
    pixelFormat: textOf(stream['pix_fmt']),
    frameRate: rateOf(stream['avg_frame_rate']),
    baseRate: rateOf(stream['r_frame_rate']),
    isInterlaced: ['tt', 'bb', 'tb', 'bt'].includes(textOf(stream['field_order'])),
    isHdr: ['smpte2084', 'arib-std-b67'].includes(textOf(stream['color_transfer'])),
    bitrate: numberOf(stream['bit_rate']),
  };
}

function soundStream(stream: Fields): SoundStream {
  return {
    index: numberOf(stream['index']) ?? 0,
    codec: textOf(stream['codec_name']),
    profile: textOf(stream['profile']),
    channels: numberOf(stream['channels']) ?? 0,
    sampleRate: numberOf(stream['sample_rate']) ?? 0,
    bitrate: numberOf(stream['bit_rate']),
  };
}

function checkFilm(film: FilmStream, duration: number): void {
  const { width, height, frameRate } = film;
  const { pixels, side, frames, seconds, frameRate: most } = filmLimits;
  if (width === 0 || height === 0) throw new Invalid('This film cannot be read: it is damaged, or far too large.');
  if (width < 2 && height < 2) throw new Invalid('This film cannot be shown: it is a single pixel large.');
  if (width * height > pixels || Math.max(width, height) > side)
    throw new Invalid(
      `This film is ${width} × ${height} pixels large; taken are up to 3840 × 2160, and no side longer than ${side}.`,
    );
  if (frameRate !== null && frameRate > most)
    throw new Invalid(`This film has ${Math.round(frameRate)} frames a second; taken are up to ${most}.`);
  if (duration > seconds)
    throw new Invalid(`This film is ${inWords(duration)} long; taken are up to ${inWords(seconds)}.`);
  if (duration * (frameRate ?? 0) > frames)
    throw new Invalid(
      `This film is ${inWords(duration)} long with ${Math.round(frameRate ?? 0)} frames a second; taken are up to ${inWords(frames / (frameRate ?? 1))} of these.`,
    );
}

/** The longest that any of them says: one that says less than it holds is cut off later. */
function durationOf(...parts: Array<Fields | undefined>): number {
  return Math.max(0, ...parts.map((part) => numberOf(part?.['duration']) ?? 0));
}

function isSmall(cover: Fields): boolean {
  const pixels = (numberOf(cover['width']) ?? 0) * (numberOf(cover['height']) ?? 0);
  return pixels > 0 && pixels <= coverPixels;
}

function sideOf(stream: Fields): Fields[] {
  const list = stream['side_data_list'];
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

/** In degrees. Older versions say it as a tag. */
function rotationOf(stream: Fields): number {
  const said = sideOf(stream).map((side) => numberOf(side['rotation']));
  return said.find((angle) => angle !== null) ?? numberOf(fieldsOf(stream['tags'])['rotate']) ?? 0;
}

const hasMatrix = (stream: Fields): boolean =>
  sideOf(stream).some((side) => textOf(side['side_data_type']) === 'Display Matrix');

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Numbers come as numbers and as text; what is not said comes as `N/A` or not at all. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function ratioOf(text: string, by: string): [number, number] | null {
  const [one = NaN, other = NaN] = text.split(by).map(Number);
  return one > 0 && other > 0 ? [one, other] : null;
}

function rateOf(value: unknown): number | null {
  const ratio = ratioOf(textOf(value), '/');
  return ratio === null ? null : ratio[0] / ratio[1];
}

/** `75 s`, `12 min`, `3.5 h`. */
function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
