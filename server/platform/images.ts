// Pictures that people upload: checked, turned upright, cut to size and written anew, so that nothing of the original
// file (place, camera, hidden content) is ever served.
import sharp from 'sharp';
import { Invalid } from './errors.ts';

/** What is taken, in the words of a file dialog. */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'] as const;

const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);
const maxPixels = 33_000_000;

// Loaders that are not needed stay shut: they read SVG, PDF and other formats that can point elsewhere.
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

export interface Picture {
  content: Buffer;
  contentType: 'image/webp';
  width: number;
  height: number;
}

/**
 * The picture cut to fill `size` (pixels) and written as WebP without any metadata; of a moving picture the first frame.
 * `field` is the name of the form field, for the refusal. @throws {Invalid} when it is no picture that we take
 */
export async function makePicture(
  field: string,
  content: Buffer,
  size: { width: number; height: number },
): Promise<Picture> {
  const options = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true, pages: 1 } as const;
  try {
    const { format, mediaType } = await sharp(content, options).metadata();
    if (!formats.has(format ?? '')) throw new Error(`the format is ${format ?? mediaType ?? 'unknown'}`);
    const made = await sharp(content, options)
      .autoOrient()
      .resize({ ...size, fit: 'cover' })
      .webp({ quality: 82, effort: 4 })
      .toBuffer({ resolveWithObject: true });
    return { content: made.data, contentType: 'image/webp', width: made.info.width, height: made.info.height };
  } catch (cause) {
    const description = `${field} must be a picture: JPEG, PNG, WebP, GIF or AVIF, of at most ${maxPixels / 1_000_000} megapixels`;
    throw new Invalid(`Validation failed: ${description}`, {
      cause,
      details: { [field]: [{ error: 'ERR_INVALID', description }] },
    });
  }
}
