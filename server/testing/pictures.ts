// Files as people and attackers upload them, made here; nothing is downloaded.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AppContext } from '#server/context.ts';
import { takeUpload } from '#server/features/media/service/take.ts';
import type { Answer, Person } from './people.ts';

/** A photo of that size: noise over a gradient, which is as hard to compress as one, with a camera and a place in its EXIF. */
export async function photo(width = 640, height = 480): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 };
  return sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .withExif({
      IFD0: { Make: 'Secret Camera', Artist: 'Alice' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'W', GPSLongitude: '0/1 7/1 0/1' },
    })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** A GIF of three frames. */
export async function movingGif(): Promise<Buffer> {
  const frame = (background: string) =>
    sharp({ create: { width: 48, height: 32, channels: 3, background } })
      .png()
      .toBuffer();
  const frames = await Promise.all(['#f00', '#0f0', '#00f'].map(frame));
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100, 100] })
    .toBuffer();
}

/** A PNG that says it is of so many pixels, in a few bytes: the file of a decompression bomb. */
export async function bomb(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** A form with that file, and whatever else stands in it. */
export function form(
  content: Buffer | string,
  more: Record<string, string | Blob> = {},
  name = 'picture.jpg',
): FormData {
  const body = new FormData();
  for (const [key, value] of Object.entries(more)) body.set(key, value);
  body.set('file', new Blob([content as BlobPart]), name);
  return body;
}

/** Uploads a file as that person. */
export function upload(
  person: Person,
  content: Buffer | string,
  more: Record<string, string | Blob> = {},
  path = '/api/v2/media',
): Promise<Answer> {
  return person.api('POST', path, form(content, more));
}

/** A picture that this account has uploaded, by its id; no door is used. */
export async function uploadPicture(ctx: AppContext, accountId: string, content?: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-picture-'));
  try {
    const path = join(folder, 'picture');
    await writeFile(path, content ?? (await photo(32, 24)));
    const upload = { accountId, path, description: '', focus: { x: 0, y: 0 } };
    return await takeUpload(ctx, { ...upload, signal: AbortSignal.timeout(60_000) });
  } finally {
    await rm(folder, { recursive: true });
  }
}
