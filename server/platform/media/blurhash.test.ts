// Blurhashes: ours show the picture's colours, and strangers' are believed only when they can be drawn.
import { decode } from 'blurhash';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { colourDistance, makeQuarters } from '#server/testing/picture-files.ts';
import { blurhashOf, isBlurhash } from './blurhash.ts';

describe('a blurhash of ours', () => {
  it('has more components along the longer side', async () => {
    const components = async (width: number, height: number) =>
      (await blurhashOf(sharp(await makeQuarters(width, height)))).charAt(0);
    // Four by three is 3 + 2 × 9 = 21, three by four 2 + 3 × 9 = 29, in base 83.
    expect(await components(400, 300)).toBe('L');
    expect(await components(300, 400)).toBe('T');
  });

  it('draws the colours of the picture', async () => {
    const drawn = decode(await blurhashOf(sharp(await makeQuarters(400, 300))), 40, 30);
    /** Which of red, green and blue is strongest there. */
    const strongest = (x: number, y: number): number => {
      const colour = [...drawn.subarray((y * 40 + x) * 4, (y * 40 + x) * 4 + 3)];
      return colour.indexOf(Math.max(...colour));
    };
    expect([strongest(8, 6), strongest(32, 6), strongest(8, 24)]).toEqual([0, 1, 2]);
  });

  it('takes what is transparent for white', async () => {
    const create = { width: 90, height: 60, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } as const;
    const hash = await blurhashOf(sharp({ create }));
    expect(colourDistance([...decode(hash, 2, 2).subarray(0, 3)], [255, 255, 255])).toBeLessThan(4);
    expect(isBlurhash(hash)).toBe(true);
  });
});

describe("a stranger's blurhash", () => {
  it('is one', () => {
    for (const hash of ['LEHV6nWB2yk8pyo0adR*.7kCMdnj', '00TSUA', 'U4S$M]_4IUD%%gM{M{of4nRjt7WB%MofRjt7'])
      expect(isBlurhash(hash)).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['too short', '00TSU'],
    ['of another length than its first sign says', 'LEHV6nWB2yk8pyo0adR*.7kCMdn'],
    ['of more components than there are', `~${'0'.repeat(45)}`],
    ['not in base 83', 'LEHV6nWB2yk8pyo0adR*.7kCMd<>'],
    ['begun by another sign', ' 0TSUA'],
    ['a number', 5],
    ['nothing', null],
    ['a list', ['00TSUA']],
    ['endless', '0'.repeat(1_000_000)],
  ])('is none when it is %s', (_what, text) => {
    expect(isBlurhash(text)).toBe(false);
  });
});
