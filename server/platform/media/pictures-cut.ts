// Pictures of profiles: cut to fill one size and written anew, so that nothing of the original file is ever served.
import { Invalid } from '../errors.ts';
import { openPicture, orRefusal } from './pictures-sharp.ts';

export interface CutPicture {
  content: Buffer;
  contentType: 'image/webp';
  width: number;
  height: number;
}

/**
 * The picture cut to fill `size` (pixels) and written as WebP without any metadata; of a moving picture the first frame.
 * `field` is the name of the form field, for the refusal. @throws {Invalid} when it is no picture that we take
 */
export async function cutPicture(
  field: string,
  content: Buffer,
  size: { width: number; height: number },
): Promise<CutPicture> {
  try {
    const picture = await openPicture(content, { still: true });
    const made = await orRefusal(() =>
      picture
        .begin()
        .resize({ ...size, fit: 'cover' })
        .webp({ quality: 82, effort: 4 })
        .toBuffer({ resolveWithObject: true }),
    );
    return { content: made.data, contentType: 'image/webp', width: made.info.width, height: made.info.height };
  } catch (cause) {
    if (!(cause instanceof Invalid)) throw cause;
    const description = `${field} is not taken. ${cause.message}`;
    const details = { [field]: [{ error: 'ERR_INVALID' as const, description }] };
    throw new Invalid(`Validation failed: ${description}`, { cause, details });
  }
}
