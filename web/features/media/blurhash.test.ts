// The average colour that stands in for a picture before anything else is loaded.
import { encode } from 'blurhash';
import { expect, test } from 'vitest';
import { averageColour } from './blurhash.ts';

test('the average colour of a blurhash is read without the decoder', () => {
  const pixels = new Uint8ClampedArray(16 * 16 * 4).map((_, at) => [200, 40, 90, 255][at % 4] ?? 0);
  const [red, green, blue] =
    /^#(..)(..)(..)$/
      .exec(averageColour(encode(pixels, 16, 16, 3, 3)) ?? '')
      ?.slice(1)
      .map((part) => Number.parseInt(part, 16)) ?? [];
  expect(red).toBeGreaterThan(197);
  expect(red).toBeLessThan(203);
  expect(green).toBeGreaterThan(37);
  expect(green).toBeLessThan(43);
  expect(blue).toBeGreaterThan(87);
  expect(blue).toBeLessThan(93);
});

test('what is no blurhash has no colour', () => {
  expect(averageColour(null)).toBeUndefined();
  expect(averageColour('short')).toBeUndefined();
  expect(averageColour('00 "ö€xyz')).toBeUndefined();
});
