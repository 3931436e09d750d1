// Blurhashes: the few colours that stand where a picture will be until it has loaded.
import { encode, isBlurhashValid } from 'blurhash';
import type { Sharp } from 'sharp';

/** Longest side of what is hashed; more shows nothing new, and the hash is worked out on the event loop. */
const side = 32;

/** The blurhash of a picture: four components along its longer side, three along the other. */
export async function blurhashOf(picture: Sharp): Promise<string> {
  const { data, info } = await picture
    .resize(side, side, { fit: 'inside' })
    .flatten({ background: '#fff' })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const [across, down] = info.width >= info.height ? [4, 3] : [3, 4];
  return encode(new Uint8ClampedArray(data), info.width, info.height, across, down);
}

/** At most nine by nine components, told by the first sign, in base 83. */
const form = /^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|][0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{5,165}$/;

/** Whether what a stranger calls a blurhash is one: others make clients fail that draw it. Source: blurha.sh, the algorithm. */
export function isBlurhash(text: unknown): text is string {
  return typeof text === 'string' && form.test(text) && isBlurhashValid(text).result;
}
