// The one door to sharp: which loaders may run, how large a picture may be, and what its owner is told when it is refused.
import type sharpModule from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { Invalid } from '../errors.ts';
import { decodeHeic } from './heic.ts';
import { sniff, type PictureFormat } from './sniff.ts';

type SharpModule = typeof sharpModule;

export const pictureLimits = {
  /** Of a still picture: somewhat more than the cameras of phones make by default. */
  pixels: 33_000_000,
  /** Of a moving one: frames, and the pixels of all of them together. */
  frames: 1000,
  movingPixels: 120_000_000,
  /** What one piece of work on one picture may take. */
  seconds: 60,
} as const;

const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);
const taken = 'JPEG, PNG, GIF, WebP, AVIF and HEIC are taken';

let loaded: Promise<SharpModule> | undefined;

/**
 * sharp, loaded when the first picture comes: it takes some thirty megabytes. Loaders that are not needed stay shut,
 * since they read SVG, PDF and other formats that can point elsewhere.
 */
export function loadSharp(): Promise<SharpModule> {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({
      operation: [
        'VipsForeignLoadJpeg',
        'VipsForeignLoadPng',
        'VipsForeignLoadWebp',
        'VipsForeignLoadNsgif',
        'VipsForeignLoadHeif',
      ],
    });
    // No picture is worked on twice, so nothing is gained by keeping any; see docs/build/media.md for what was measured.
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loaded;
}

/** A picture that is known to be within bounds. */
export interface OpenPicture {
  format: PictureFormat;
  /** Upright, of one frame. */
  width: number;
  height: number;
  /** More than one frame, all of which were asked for. */
  moving: boolean;
  /** A new pipeline that begins with the picture, upright; of all frames if it is moving. */
  begin(): Sharp;
  /** The same of the first frame only. */
  beginStill(): Sharp;
}

export interface OpenOptions {
  /** A moving picture counts by its first frame alone. */
  still?: boolean;
  /** One whose movement is too long or too large stands still, instead of being refused. */
  freeze?: boolean;
  signal?: AbortSignal;
}

/**
 * Opens a picture and looks at its header only; a HEIC is decoded.
 * @throws {Invalid} when it is none that we take, in words for its owner
 */
export async function openPicture(
  source: string | Buffer,
  { still = false, freeze = false, signal }: OpenOptions = {},
): Promise<OpenPicture> {
  const sniffed = await sniff(source);
  if (sniffed.kind !== 'picture') throw new Invalid(`This is no picture that can be shown; ${taken}.`);
  const { format } = sniffed;
  if (format === 'avif' && sniffed.moving)
    throw new Invalid('Moving AVIF pictures cannot be read; as GIF, WebP or film they are taken.');
  const sharp = await loadSharp();
  const readable = format === 'heic' ? (await decodeHeic(source, await displayP3(), { signal })).png : source;
  const metadata = await orRefusal(() => sharp(readable, { limitInputPixels: false, animated: !still }).metadata());
  if (!formats.has(metadata.format)) throw new Invalid(`This is no picture that can be shown; ${taken}.`);
  const frames = still ? 1 : (metadata.pages ?? 1);
  // Only GIF and WebP move here; the pages of others are pictures beside the first.
  const moves = frames > 1 && (format === 'gif' || format === 'webp');
  const { width, height: whole } = metadata.autoOrient;
  const height = moves ? (metadata.pageHeight ?? whole / frames) : whole;
  const { seconds, pixels, movingPixels, frames: maxFrames } = pictureLimits;
  const moving = moves && !(freeze && (frames > maxFrames || width * height * frames > movingPixels));
  checkSize(width, height, moving ? frames : 1);
  const options: SharpOptions = { failOn: 'error', sequentialRead: true };
  const beginStill = (): Sharp =>
    sharp(readable, { ...options, pages: 1, limitInputPixels: pixels })
      .timeout({ seconds })
      .autoOrient();
  const begin = (): Sharp =>
    sharp(readable, { ...options, animated: true, limitInputPixels: movingPixels }).timeout({ seconds });
  return { format, width, height, moving, beginStill, begin: moving ? begin : beginStill };
}

let profile: Promise<Buffer> | undefined;

/** The ICC profile of Display P3, for pictures that only name these colours. */
function displayP3(): Promise<Buffer> {
  profile ??= readDisplayP3();
  return profile;
}

async function readDisplayP3(): Promise<Buffer> {
  const sharp = await loadSharp();
  const create = { width: 1, height: 1, channels: 3, background: '#000' } as const;
  const { icc } = await sharp(await sharp({ create }).withIccProfile('p3').png().toBuffer()).metadata();
  return icc ?? Buffer.alloc(0);
}

function checkSize(width: number, height: number, frames: number): void {
  const { pixels, movingPixels, frames: maxFrames } = pictureLimits;
  const inMillions = (count: number): string => String(Math.ceil(count / 100_000) / 10);
  if (width * height > pixels) {
    const size = `${width} × ${height} pixels, ${inMillions(width * height)} megapixels`;
    throw new Invalid(`The picture is too large (${size}); at most ${inMillions(pixels)} megapixels are taken.`);
  }
  if (frames > maxFrames)
    throw new Invalid(`The moving picture is too long (${frames} frames); at most ${maxFrames} are taken.`);
  if (width * height * frames > movingPixels) {
    const size = `${frames} frames of ${width} × ${height} pixels`;
    throw new Invalid(
      `The moving picture is too large (${size}); at most ${inMillions(movingPixels)} megapixels in all are taken.`,
    );
  }
}

/** What sharp says when it is the surroundings that fail, not the picture. */
const faultOfOurs = /no space left|unable to (?:open|create|write)|write error|system error|out of memory/i;

/**
 * Runs work of sharp on a stranger's picture.
 * @throws {Invalid} when the picture is the reason that it fails; other faults as they are
 */
export async function orRefusal<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Invalid || (cause instanceof Error && faultOfOurs.test(cause.message))) throw cause;
    const isLate = cause instanceof Error && /timeout/i.test(cause.message);
    const reason = isLate
      ? 'The picture takes too long to be worked on; a smaller one may do.'
      : `The picture cannot be read: it is damaged, or not what it says it is. ${taken}.`;
    throw new Invalid(reason, { cause });
  }
}

/** Width and height in the same shape, within an area and a longest side, in pixels; never larger than it was. */
export function fitWithin(
  { width, height }: { width: number; height: number },
  { area, side }: { area: number; side: number },
): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(area / (width * height)), side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
