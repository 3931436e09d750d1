// Pictures of posts: checked, turned upright, brought to sRGB, cut to size and written anew as WebP, so that nothing of the
// original file (place, camera, hidden content) is ever served. Sizes and their reasons: docs/build/media.md.
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputInfo, Sharp } from 'sharp';
import { blurhashOf } from './blurhash.ts';
import type { MadeFile, Maker, Measures } from './made.ts';
import { fitWithin, loadSharp, openPicture, orRefusal, type OpenPicture } from './pictures-sharp.ts';

/** Areas and longest sides in pixels; WebP ends at a side of 16,383. */
export const pictureSizes = {
  original: { area: 8_294_400, side: 16_383 },
  moving: { area: 921_600, side: 4096 },
  preview: { area: 230_400, side: 4096 },
} as const;

/** Of a photo of twelve megapixels, effort 4 takes twice the time of effort 2 and saves 6 % of its bytes. */
const photo = { quality: 80, effort: 2 } as const;
const preview = { quality: 80, effort: 4 } as const;
const drawing = { lossless: true, effort: 2 } as const;

/** Formats without loss take less than this for a drawing, in bytes a pixel, and more for a photo. */
const drawingBytes = 0.6;

/**
 * Makes the full size, the preview and the blurhash of a picture. One that moves stays so in full size, and its preview
 * stands still.
 * @throws {Invalid} in words for its owner
 */
export const makePicture: Maker = async (source, { folder, signal, onProgress }) => {
  const picture = await openPicture(source);
  signal.throwIfAborted();
  const originalPath = join(folder, 'original.webp');
  const smallPath = join(folder, 'small.webp');
  const isDrawing = await looksDrawn(picture, source);
  // Both read the file anew: the preview of a JPEG is decoded at a fraction of its size, which is cheaper than handing
  // 25 MB of pixels from one to the other.
  const made = await orRefusal(() =>
    together(writeOriginal(picture, originalPath, isDrawing), writePreview(picture, smallPath)),
  );
  signal.throwIfAborted();
  const [original, { small, blurhash }] = made;
  // What is as small as its preview is its own preview.
  if (!picture.moving && isSame(original, small)) await copyFile(originalPath, smallPath);
  onProgress?.(100);
  return { kind: 'image', files: filesOf(originalPath, smallPath), original, small, blurhash, waveform: null };
};

function filesOf(original: string, small: string): MadeFile[] {
  return [
    { role: 'original', path: original, contentType: 'image/webp' },
    { role: 'small', path: small, contentType: 'image/webp' },
  ];
}

/** Waits for both even when one fails: files must not be written to a folder that is being removed. */
async function together<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function writeOriginal(picture: OpenPicture, path: string, isDrawing: boolean): Promise<Measures> {
  const { width, height } = fitWithin(picture, picture.moving ? pictureSizes.moving : pictureSizes.original);
  const begin = (): Sharp => picture.begin().resize(width, height, { fit: 'fill' });
  const info = await begin().webp(photo).toFile(path);
  if (!isDrawing || picture.moving) return measuresOf(info);
  const exact = `${path}.exact`;
  const other = await begin().webp(drawing).toFile(exact);
  await (other.size <= info.size ? rename(exact, path) : rm(exact));
  return measuresOf(info);
}

async function writePreview(picture: OpenPicture, path: string): Promise<{ small: Measures; blurhash: string }> {
  const { width, height } = fitWithin(picture, pictureSizes.preview);
  const sharp = await loadSharp();
  const { data, info } = await picture
    .beginStill()
    .resize(width, height, { fit: 'fill' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const [written, blurhash] = await together(
    sharp(data, { raw }).webp(preview).toFile(path),
    blurhashOf(sharp(data, { raw })),
  );
  return { small: measuresOf(written), blurhash };
}

/** Drawings and screens are few bytes for their pixels in formats without loss; those of photos are many. */
async function looksDrawn(picture: OpenPicture, source: string): Promise<boolean> {
  if (picture.format !== 'png' && picture.format !== 'gif' && picture.format !== 'webp') return false;
  const { size } = await stat(source);
  return picture.format === 'gif' || size < drawingBytes * picture.width * picture.height;
}

function measuresOf(info: OutputInfo): Measures & { width: number; height: number } {
  return { width: info.width, height: info.pageHeight ?? info.height };
}

function isSame(one: Measures, other: Measures): boolean {
  return one.width === other.width && one.height === other.height;
}
