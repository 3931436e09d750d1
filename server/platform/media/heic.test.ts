// HEIC as phones write it: each file is one HEVC frame by the system's ffmpeg in boxes that are put together here.
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { Invalid } from '#server/platform/errors.ts';
import { canMakeHeic, makeHeic, makeTiledHeic } from '#server/testing/heic.ts';
import { makeFrom } from '#server/testing/made-pictures.ts';
import { colourAt, colourDistance, makeQuarters, webpChunks } from '#server/testing/picture-files.ts';
import { decodeHeic, type HeicLimits } from './heic.ts';

const size = { width: 1200, height: 800 };
const noProfile = new Uint8Array();

describe.skipIf(!canMakeHeic())('HEIC (needs ffmpeg)', () => {
  let quarters: Buffer;
  let upright: Buffer;
  beforeAll(async () => {
    quarters = await makeQuarters(size.width, size.height);
    upright = await makeHeic(quarters, size);
  });

  it.each(['heic', 'mif1'] as const)('becomes a WebP as others do, with first brand %s', async (brand) => {
    const made = await makeFrom(await makeHeic(quarters, size, { brand }));
    expect(made).toMatchObject({ kind: 'image', original: size, small: { width: 588, height: 392 } });
    expect(webpChunks(made.full)).toEqual(['VP8 ']);
    for (const picture of [made.full, made.preview]) {
      expect(colourDistance(await colourAt(picture, 0.2, 0.2), [255, 0, 0])).toBeLessThan(12);
      expect(colourDistance(await colourAt(picture, 0.8, 0.2), [0, 255, 0])).toBeLessThan(12);
      expect(colourDistance(await colourAt(picture, 0.2, 0.8), [0, 0, 255])).toBeLessThan(12);
    }
  });

  // Where the red corner is seen after so many quarter turns against the clock. Source: ISO/IEC 23008-12, 6.5.10.
  it.each<[1 | 2 | 3, number, number]>([
    [1, 0.2, 0.8],
    [2, 0.8, 0.8],
    [3, 0.8, 0.2],
  ])('stands upright after %i quarter turns', async (turns, x, y) => {
    const made = await makeFrom(await makeHeic(quarters, size, { turns }));
    expect(made.original).toEqual(turns === 2 ? size : { width: 800, height: 1200 });
    expect(colourDistance(await colourAt(made.full, x, y), [255, 0, 0])).toBeLessThan(12);
  });

  it('is put together from tiles, as phones write it', async () => {
    const tile = { width: 512, height: 512 };
    const made = await makeFrom(await makeTiledHeic(await makeQuarters(512, 512), tile));
    expect(made.original).toEqual({ width: 1024, height: 1024 });
    for (const [x, y] of [
      [0.1, 0.1],
      [0.6, 0.1],
      [0.1, 0.6],
      [0.6, 0.6],
    ] as const)
      expect(colourDistance(await colourAt(made.full, x, y), [255, 0, 0])).toBeLessThan(12);
    expect(colourDistance(await colourAt(made.full, 0.9, 0.1), [0, 255, 0])).toBeLessThan(12);
  });

  it('may have ten bits a channel', async () => {
    const made = await makeFrom(await makeHeic(quarters, size, { bits: 10 }));
    expect(colourDistance(await colourAt(made.full, 0.2, 0.8), [0, 0, 255])).toBeLessThan(12);
  });

  it('brings the colours of its profile to sRGB', async () => {
    const colour = [200, 60, 40];
    const create = { ...size, channels: 3, background: 'rgb(200,60,40)' } as const;
    const wide = await sharp({ create }).withIccProfile('p3').png().toBuffer();
    const { icc: profile } = await sharp(wide).metadata();
    const bare = await sharp(wide, { ignoreIcc: true }).png().toBuffer();
    const plain = await makeFrom(await makeHeic(bare, size));
    expect(colourDistance(await colourAt(plain.full, 0.5, 0.5), colour)).toBeGreaterThan(10);
    for (const options of [{ profile }, { displayP3: true }]) {
      const made = await makeFrom(await makeHeic(bare, size, options));
      expect(colourDistance(await colourAt(made.full, 0.5, 0.5), colour)).toBeLessThan(6);
    }
  });

  it('refuses what claims too many pixels before it decodes any', async () => {
    const vast = await makeHeic(quarters, size, { claimedSize: { width: 30_000, height: 30_000 } });
    await expect(makeFrom(vast)).rejects.toThrow(/too large \(30000 × 30000 pixels\); at most 33 megapixels/);
  });

  it.each([
    ['half of it', (file: Buffer) => file.subarray(0, file.length / 2)],
    ['its boxes only', (file: Buffer) => file.subarray(0, file.indexOf('mdat') + 4)],
    ['noise for a picture', (file: Buffer) => Buffer.from(file).fill(0xa5, file.indexOf('mdat') + 8)],
    ['its first box only', (file: Buffer) => file.subarray(0, 24)],
  ])('refuses a damaged one: %s', async (_name, damage) => {
    await expect(makeFrom(damage(upright))).rejects.toThrow(Invalid);
  });

  it('gives up when it takes too long, or too much memory, and reads the next one', async () => {
    const large = { width: 3000, height: 2000 };
    const file = await makeHeic(await makeQuarters(large.width, large.height), large);
    const attempt = async (limits: Partial<HeicLimits>): Promise<string> =>
      decodeHeic(file, noProfile, limits).then(
        ({ width, height }) => `${width} × ${height}`,
        (error: unknown) => String(error),
      );
    expect(await attempt({ ms: 1 })).toMatch(/Invalid: .* takes too long/);
    expect(await attempt({ memoryBytes: 20 * 1024 * 1024 })).toMatch(/Invalid: .* cannot be read/);
    expect(await attempt({})).toBe('3000 × 2000');
  });

  it('ends with the work that it is part of', async () => {
    await expect(makeFrom(upright, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const controller = new AbortController();
    const made = makeFrom(upright, controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 1);
    await expect(made).rejects.toThrow('enough');
  });
});
