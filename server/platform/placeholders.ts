// The pictures of accounts that have none: drawn once, by arithmetic, so that no picture file needs a licence.
import { loadSharp } from './media/pictures-sharp.ts';

type Colour = readonly [number, number, number];

const ground: Colour = [72, 88, 120];
const figure: Colour = [196, 208, 226];
const dawn: Colour = [94, 118, 160];
const dusk: Colour = [44, 54, 82];

const drawn = new Map<string, Promise<Buffer>>();

/** A PNG of 400×400 pixels: head and shoulders on a plain ground. */
export function avatarPlaceholder(): Promise<Buffer> {
  return once('avatar', () =>
    draw(400, 400, (x, y) =>
      mix(ground, figure, Math.max(inCircle(x, y, 0.5, 0.4, 0.18), inCircle(x, y, 0.5, 1.02, 0.4))),
    ),
  );
}

/** A PNG of 1500×500 pixels: one colour passing into another. */
export function headerPlaceholder(): Promise<Buffer> {
  return once('header', () => draw(1500, 500, (x, y) => mix(dawn, dusk, (x + y) / 2)));
}

function once(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
  const present = drawn.get(name);
  if (present) return present;
  const making = make();
  drawn.set(name, making);
  return making;
}

/** `colour` is given positions from 0 to 1. */
async function draw(width: number, height: number, colour: (x: number, y: number) => Colour): Promise<Buffer> {
  const sharp = await loadSharp();
  const pixels = Buffer.alloc(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1)
      pixels.set(colour(column / width, row / height), (row * width + column) * 3);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** 1 inside the circle, 0 outside, and a soft edge between. */
function inCircle(x: number, y: number, centreX: number, centreY: number, radius: number): number {
  const beyond = Math.hypot(x - centreX, y - centreY) - radius;
  return Math.min(1, Math.max(0, 0.5 - beyond * 200));
}

function mix(one: Colour, other: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2): number => Math.round(one[index] + (other[index] - one[index]) * share);
  return [part(0), part(1), part(2)];
}
