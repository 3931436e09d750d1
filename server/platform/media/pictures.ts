// Pictures of posts: checked, turned upright, brought to sRGB, cut to size and written anew as WebP, so that nothing of the
// original file (place, camera, hidden content) is ever served. Sizes and their reasons: docs/build/media.md.
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputInfo, Sharp } from 'sharp';
import { blurhashOf } from './blurhash.ts';
import type { MadeFile, Maker, Measures } from './made.ts';
import { fitWithin, loadSharp, openPicture, orRefusal, type OpenPicture } from './pictures-sharp.ts';

/** Areas, so that tall screens stay readable, and longest sides, in pixels; WebP ends at a side of 16,383. */
export const pictureSizes = {
  original: { area: 8_294_400, side: 16_383 },
  moving: { area: 921_600, side: 4096 },
  preview: { area: 230_400, side: 4096 },
} as const;

/** Options of WebP. For a photo of twelve megapixels, effort 4 takes more than twice the time of effort 2 and saves 6 %. */
const writings = {
  photo: { quality: 80, effort: 2 },
  drawing: { lossless: true, effort: 2 },
  preview: { quality: 80, effort: 4 },
} as const;

/** Formats without loss take less than this for a drawing, in bytes a pixel, and more for a photo. */
const drawingBytes = 0.6;

/**
 * Makes the full size, the preview and the blurhash of a picture. One that moves stays so in full size, and its preview
 * stands still.
 * @throws {Invalid} in words for its owner
 */
export const makePicture: Maker = async (source, { folder, signal, onProgress }) => {
  const picture = await openPicture(source, { signal });
  signal.throwIfAborted();
  const paths = { original: join(folder, 'original.webp'), small: join(folder, 'small.webp') };
  const { size } = await stat(source);
  // Both read the file anew: the preview of a JPEG is decoded at a fraction of its size, which is cheaper than handing
  // 25 MB of pixels from one to the other.
  const [original, { small, blurhash }] = await orRefusal(() =>
    together(writeFull(picture, paths.original, size), writePreview(picture, paths.small)),
  );
  signal.throwIfAborted();
  // What is as small as its preview is its own preview.
  if (!picture.moving && original.width === small.width && original.height === small.height)
    await copyFile(paths.original, paths.small);
  onProgress?.(100);
  return { kind: 'image', files: filesOf(paths), original, small, blurhash, waveform: null };
};

function filesOf(paths: { original: string; small: string }): MadeFile[] {
  return [
    { role: 'original', path: paths.original, contentType: 'image/webp' },
    { role: 'small', path: paths.small, contentType: 'image/webp' },
  ];
}

/** Waits for both even when one fails: nothing may be written to a folder that is being removed. */
async function together<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function writeFull(picture: OpenPicture, path: string, sourceBytes: number): Promise<Measures> {
  const size = fitWithin(picture, picture.moving ? pictureSizes.moving : pictureSizes.original);
  const resize = (): Sharp => picture.begin().resize({ ...size, fit: 'fill' });
  const info = await resize().webp(writings.photo).toFile(path);
  if (!isDrawing(picture, sourceBytes)) return measuresOf(info);
  const exact = `${path}.exact`;
  const other = await resize().webp(writings.drawing).toFile(exact);
  await (other.size <= info.size ? rename(exact, path) : rm(exact));
  return measuresOf(info);
}

/** True for a drawing or a screen, which may be smaller without loss than with: by what it took for its pixels. */
function isDrawing({ format, moving, width, height }: OpenPicture, sourceBytes: number): boolean {
  if (moving) return false;
  return format === 'gif' || ((format === 'png' || format === 'webp') && sourceBytes < drawingBytes * width * height);
}

async function writePreview(picture: OpenPicture, path: string): Promise<{ small: Measures; blurhash: string }> {
  const sharp = await loadSharp();
  const { data, info } = await picture
    .beginStill()
    .resize({ ...fitWithin(picture, pictureSizes.preview), fit: 'fill' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const [written, blurhash] = await together(
    sharp(data, { raw }).webp(writings.preview).toFile(path),
    blurhashOf(sharp(data, { raw })),
  );
  return { small: measuresOf(written), blurhash };
}

/** `info` counts the frames of a moving picture one below the other. */
function measuresOf(info: OutputInfo): Measures {
  return { width: info.width, height: info.pageHeight ?? info.height };
}
