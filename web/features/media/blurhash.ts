// The blurred picture that stands where one is loading. Its average colour is read here; the decoder comes later, in a file of its own.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';
const SIZE = 32;

/** The average colour of a blurhash as CSS; undefined when the text is none. @see https://github.com/woltapp/blurhash/blob/master/Algorithm.md */
export function averageColour(hash: string | null | undefined): string | undefined {
  if (!hash || hash.length < 6) return undefined;
  let value = 0;
  for (const char of hash.slice(2, 6)) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) return undefined;
    value = value * 83 + digit;
  }
  return value > 0xffffff ? undefined : `#${value.toString(16).padStart(6, '0')}`;
}

/** Paints a blurhash on a canvas of its own small size; leaves it as it is when the text is none. */
export async function paintBlurhash(canvas: HTMLCanvasElement, hash: string): Promise<void> {
  const { decode, isBlurhashValid } = await import('blurhash');
  if (!isBlurhashValid(hash).result) return;
  canvas.width = SIZE;
  canvas.height = SIZE;
  const picture = new ImageData(SIZE, SIZE);
  picture.data.set(decode(hash, SIZE, SIZE));
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}
