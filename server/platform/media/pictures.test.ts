// Pictures as people send them: every format, turned by every camera, in every colour space, all made here.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeFrom } from '#server/testing/made-pictures.ts';
import { colourAt, colourDistance, makeQuarters, webpChunks } from '#server/testing/picture-files.ts';

const flat = (width: number, height: number, background = '#c04020') =>
  sharp({ create: { width, height, channels: 3, background } });

/** What a photo is for a machine: no two pixels are the same. */
const noisy = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', sigma: 40 } } });

describe('every format', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)(
    '%s becomes a WebP, a preview and a hash',
    async (format) => {
      const made = await makeFrom(await flat(1600, 1200).toFormat(format).toBuffer());
      expect(made).toMatchObject({ kind: 'image', original: { width: 1600, height: 1200 }, waveform: null });
      expect(made.small).toEqual({ width: 554, height: 416 });
      expect(made.blurhash).toMatch(/^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{28}$/);
      expect(made.files.map(({ contentType }) => contentType)).toEqual(['image/webp', 'image/webp']);
      expect((await sharp(made.full).metadata()).width).toBe(1600);
      expect((await sharp(made.preview).metadata()).height).toBe(416);
      expect(colourDistance(await colourAt(made.full, 0.5, 0.5), [0xc0, 0x40, 0x20])).toBeLessThan(5);
    },
  );
});

describe('sizes', () => {
  it('keeps at most 8.3 megapixels of a photo of twelve', async () => {
    const made = await makeFrom(await flat(4000, 3000).jpeg().toBuffer());
    expect(made.original).toEqual({ width: 3326, height: 2494 });
  });

  it('keeps a tall screen readable: by its area, not by its height', async () => {
    const made = await makeFrom(await flat(1000, 12_000).png().toBuffer());
    expect(made.original).toEqual({ width: 831, height: 9977 });
    expect(made.small).toEqual({ width: 139, height: 1663 });
  });

  it('makes a line of one pixel by 65,535 a shorter line', async () => {
    const made = await makeFrom(await flat(1, 65_535).png().toBuffer());
    expect(made.original).toEqual({ width: 1, height: 16_383 });
    expect(made.small).toEqual({ width: 1, height: 4096 });
  });

  it('never makes a small picture larger, and keeps it once', async () => {
    const made = await makeFrom(await noisy(60, 40).jpeg().toBuffer());
    expect(made.original).toEqual({ width: 60, height: 40 });
    expect(made.preview.equals(made.full)).toBe(true);
  });

  it('makes a single pixel', async () => {
    const made = await makeFrom(await flat(1, 1).png().toBuffer());
    expect(made).toMatchObject({ original: { width: 1, height: 1 }, small: { width: 1, height: 1 } });
  });
});

describe('drawings and photos', () => {
  it('keeps a drawing without loss where that is smaller', async () => {
    const drawing = await makeQuarters(900, 700);
    const made = await makeFrom(drawing);
    expect(webpChunks(made.full)).toEqual(['VP8L']);
    const pixels = (picture: Buffer) => sharp(picture).removeAlpha().raw().toBuffer();
    expect((await pixels(made.full)).equals(await pixels(drawing))).toBe(true);
  });

  it('keeps a photo that came as PNG as small as one that came as JPEG', async () => {
    const made = await makeFrom(await noisy(900, 700).png().toBuffer());
    expect(webpChunks(made.full)).toEqual(['VP8 ']);
  });

  it('keeps transparency', async () => {
    const clear = { r: 200, g: 0, b: 0, alpha: 0.25 };
    const content = await sharp({ create: { width: 800, height: 600, channels: 4, background: clear } })
      .png()
      .toBuffer();
    const made = await makeFrom(content);
    for (const picture of [made.full, made.preview]) {
      const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
      expect(info.channels).toBe(4);
      expect(colourDistance([...data.subarray(0, 4)], [200, 0, 0, 64])).toBeLessThan(4);
    }
  });
});

describe('cameras that were turned', () => {
  type Corner = 'top left' | 'top right' | 'bottom left' | 'bottom right';
  const places: Record<Corner, [number, number]> = {
    'top left': [0.2, 0.2],
    'top right': [0.8, 0.2],
    'bottom left': [0.2, 0.8],
    'bottom right': [0.8, 0.8],
  };
  // Where the red, green and blue corners of the file (top left, top right, bottom left) are seen. Source: Exif 2.32, 4.6.4.A.
  it.each<[number, Corner, Corner, Corner]>([
    [1, 'top left', 'top right', 'bottom left'],
    [2, 'top right', 'top left', 'bottom right'],
    [3, 'bottom right', 'bottom left', 'top right'],
    [4, 'bottom left', 'bottom right', 'top left'],
    [5, 'top left', 'bottom left', 'top right'],
    [6, 'top right', 'bottom right', 'top left'],
    [7, 'bottom right', 'top right', 'bottom left'],
    [8, 'bottom left', 'top left', 'bottom right'],
  ])('orientation %i stands upright', async (orientation, red, green, blue) => {
    const content = await sharp(await makeQuarters(1200, 800))
      .withMetadata({ orientation })
      .jpeg({ quality: 95 })
      .toBuffer();
    const made = await makeFrom(content);
    expect(made.original).toEqual(orientation < 5 ? { width: 1200, height: 800 } : { width: 800, height: 1200 });
    for (const picture of [made.full, made.preview]) {
      expect((await sharp(picture).metadata()).orientation).toBeUndefined();
      const seen = async (corner: Corner) => colourAt(picture, ...places[corner]);
      expect(colourDistance(await seen(red), [255, 0, 0])).toBeLessThan(20);
      expect(colourDistance(await seen(green), [0, 255, 0])).toBeLessThan(20);
      expect(colourDistance(await seen(blue), [0, 0, 255])).toBeLessThan(20);
    }
  });
});

describe('colours', () => {
  const colour = [200, 60, 40];

  it('brings Display P3 to sRGB, so that it looks the same without a profile', async () => {
    const content = await flat(900, 700, 'rgb(200,60,40)').withIccProfile('p3').png().toBuffer();
    expect(colourDistance(await colourAt(content, 0.5, 0.5), colour)).toBeGreaterThan(10);
    const made = await makeFrom(content);
    for (const picture of [made.full, made.preview])
      expect(colourDistance(await colourAt(picture, 0.5, 0.5), colour)).toBeLessThan(5);
  });

  it('reads sixteen bits a channel', async () => {
    const content = await flat(900, 700, 'rgb(200,60,40)').toColourspace('rgb16').png().toBuffer();
    expect((await sharp(content).metadata()).depth).toBe('ushort');
    const made = await makeFrom(content);
    for (const picture of [made.full, made.preview])
      expect(colourDistance(await colourAt(picture, 0.5, 0.5), colour)).toBeLessThan(5);
  });

  it('reads CMYK as printers mean it', async () => {
    const content = await flat(900, 700, 'rgb(200,60,40)').toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(content).metadata()).channels).toBe(4);
    const made = await makeFrom(content);
    for (const picture of [made.full, made.preview])
      expect(colourDistance(await colourAt(picture, 0.5, 0.5), colour)).toBeLessThan(30);
  });

  it('reads grey, with and without transparency', async () => {
    const grey = flat(900, 700, 'rgb(90,90,90)').toColourspace('b-w');
    for (const content of [await grey.clone().png().toBuffer(), await grey.clone().ensureAlpha(0.9).png().toBuffer()]) {
      const { full, blurhash } = await makeFrom(content);
      expect(colourDistance(await colourAt(full, 0.5, 0.5), [90, 90, 90])).toBeLessThan(20);
      expect(blurhash).toHaveLength(28);
    }
  });
});
