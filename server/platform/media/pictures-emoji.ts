// Pictures of custom emoji: small, in their own shape, moving where they move, written anew.
import { Invalid } from '../errors.ts';
import { openPicture, orRefusal } from './pictures-sharp.ts';

export interface EmojiPicture {
  /** WebP. */
  picture: Buffer;
  /** The first frame of one that moves; null for one that stands still. */
  still: Buffer | null;
}

/** Pixels: at most so high, and twice as wide. */
const height = 128;

/** Makes the pictures of an emoji. @throws {Invalid} when it is no picture that we take */
export async function makeEmoji(content: Buffer): Promise<EmojiPicture> {
  try {
    const source = await openPicture(content, { freeze: true });
    const scale = Math.min(1, height / source.height, (2 * height) / source.width);
    const scaled = (side: number): number => Math.max(1, Math.round(side * scale));
    const size = { width: scaled(source.width), height: scaled(source.height), fit: 'fill' } as const;
    const write = (begin: ReturnType<typeof source.begin>): Promise<Buffer> =>
      orRefusal(() => begin.resize(size).webp({ quality: 90, effort: 4 }).toBuffer());
    return {
      picture: await write(source.begin()),
      still: source.moving ? await write(source.beginStill()) : null,
    };
  } catch (cause) {
    if (!(cause instanceof Invalid)) throw cause;
    const description = `image is not taken. ${cause.message}`;
    throw new Invalid(`Validation failed: ${description}`, {
      cause,
      details: { image: [{ error: 'ERR_INVALID', description }] },
    });
  }
}
