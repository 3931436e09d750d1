// Blurhashes: the few colours that stand where a picture will be until it has loaded.
import type { Sharp } from 'sharp';

/** Longest side of what is hashed; more shows nothing new, and the hash is worked out on the event loop. */
const side = 32;

/** The blurhash of a picture, by four and three components along its longer and its shorter side. */
export async function blurhashOf(picture: Sharp): Promise<string> {
  const { data, info } = await picture
    .resize(side, side, { fit: 'inside' })
    .flatten({ background: '#fff' })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { encode } = await import('blurhash');
  const [across, down] = info.width >= info.height ? [4, 3] : [3, 4];
  return encode(new Uint8ClampedArray(data), info.width, info.height, across, down);
}

const digits = /^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{6,166}$/;

/** Whether what a stranger calls a blurhash is one; others make clients fail that draw it. Source: blurha.sh, the algorithm. */
export async function isBlurhash(text: unknown): Promise<boolean> {
  if (typeof text !== 'string' || !digits.test(text)) return false;
  const { isBlurhashValid } = await import('blurhash');
  return isBlurhashValid(text).result;
}
