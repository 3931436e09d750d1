// Pictures as attackers send them: security.md's rows on what is refused, and on what must never reach anybody else.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeFrom } from '#server/testing/made-pictures.ts';
import { makeGif, makeVastPng, webpChunks, withJpegSegments, withPngChunk } from '#server/testing/picture-files.ts';

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c04020' } });

/** The refusal in its owner's words. */
async function refusal(content: Buffer): Promise<string> {
  return makeFrom(content).then(
    (made) => `was taken as ${made.kind}`,
    (error: unknown) => String(error),
  );
}

describe('too large', () => {
  it.each([
    [30_000, 30_000, '900 megapixels'],
    [16_400, 16_400, '269 megapixels'],
    [5_800, 5_800, '33.7 megapixels'],
  ])('a PNG of %i × %i pixels', async (width, height, size) => {
    const file = makeVastPng(width, height);
    expect(file.length).toBeLessThan(1_000_000);
    expect(await refusal(file)).toBe(
      `Invalid: The picture is too large (${width} × ${height} pixels, ${size}); at most 33 megapixels are taken.`,
    );
  });

  it('a moving GIF of 10,000 frames', async () => {
    expect(await refusal(makeGif(8, 8, 10_000))).toMatch(/Invalid: .* too long \(10000 frames\); at most 1000/);
  });

  it('a moving GIF whose frames are 500 megapixels together', async () => {
    const file = makeGif(1000, 1000, 500);
    expect(file.length).toBeLessThan(20_000);
    expect(await refusal(file)).toMatch(/Invalid: .* too large \(500 frames of 1000 × 1000 pixels\)/);
  });
});

describe('what is no picture that is taken', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="http://127.0.0.1/x"/></svg>';
  // Headers of formats that nothing here can write.
  const jxl = Buffer.from('ff0a7f0208044b38005c8cf100000000', 'hex');
  const jxlBoxes = Buffer.concat([Buffer.from('0000000c4a584c200d0a870a', 'hex'), Buffer.alloc(64)]);
  const psd = Buffer.concat([
    Buffer.from('8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x10\0\0\0\x10\0\x08\0\x03', 'latin1'),
    Buffer.alloc(900),
  ]);
  const ico = Buffer.from('000001000100101000000100200068040000160000002800000010000000200000000100200000', 'hex');
  const bmp = Buffer.concat([
    Buffer.from('424d3a0000000000000036000000280000000100000001000000010018', 'hex'),
    Buffer.alloc(40),
  ]);
  const jp2 = Buffer.concat([
    Buffer.from('0000000c6a5020200d0a870a00000014667479706a703220000000006a703220', 'hex'),
    Buffer.alloc(64),
  ]);

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['SVG', () => Buffer.from(svg)],
    ['SVG behind an XML line', () => Buffer.from(`<?xml version="1.0"?>\n${svg}`)],
    ['compressed SVG', () => deflateSync(svg)],
    ['HTML', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['PDF', () => Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')],
    ['text', () => Buffer.from('just words')],
    ['nothing', () => Buffer.alloc(0)],
    ['one byte', () => Buffer.from([0xff])],
    ['TIFF', () => flat(20, 20).tiff().toBuffer()],
    ['JPEG XL', () => jxl],
    ['JPEG XL in boxes', () => jxlBoxes],
    ['JPEG 2000', () => jp2],
    ['PSD', () => psd],
    ['ICO', () => ico],
    ['BMP', () => bmp],
    ['ZIP', () => Buffer.from('504b0304140000000000000000000000000000000000000000000000', 'hex')],
    ['a program', () => Buffer.concat([Buffer.from('7f454c460201010000000000', 'hex'), Buffer.alloc(200)])],
  ])('%s', async (_name, file) => {
    expect(await refusal(await file())).toMatch(/^Invalid: This is no picture that can be shown; JPEG, PNG, GIF/);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a JPEG that ends in the middle', async () => half(await noisy().jpeg().toBuffer())],
    ['a PNG that ends in the middle', async () => half(await noisy().png().toBuffer())],
    ['a WebP that ends in the middle', async () => half(await noisy().webp().toBuffer())],
    ['an AVIF that ends in the middle', async () => half(await noisy().avif({ effort: 0 }).toBuffer())],
    ['a PNG whose pixels are noise', async () => (await noisy().png().toBuffer()).fill(0x5a, 60)],
    ['the first bytes of a JPEG', async () => (await noisy().jpeg().toBuffer()).subarray(0, 30)],
  ])('%s', async (_name, file) => {
    expect(await refusal(await file())).toMatch(/^Invalid: The picture cannot be read/);
  });

  const noisy = () =>
    sharp({ create: { width: 300, height: 200, channels: 3, background: '#808080', noise: { type: 'gaussian' } } });
  const half = (file: Buffer): Buffer => file.subarray(0, file.length / 2);
});

describe('what else is in the file', () => {
  const secret = 'SECRET-4711';

  /** Neither file that people get has anything but pixels in it. */
  async function expectClean(content: Buffer): Promise<void> {
    expect(content.includes(secret)).toBe(true);
    const made = await makeFrom(content);
    for (const picture of [made.full, made.preview]) {
      expect(picture.includes(secret)).toBe(false);
      expect(webpChunks(picture).filter((name) => !['VP8 ', 'VP8L', 'VP8X', 'ALPH'].includes(name))).toEqual([]);
      const { exif, xmp, icc, iptc } = await sharp(picture).metadata();
      expect({ exif, xmp, icc, iptc }).toEqual({});
    }
  }

  const place = { GPSLatitude: '52/1 31/1 12/1', GPSLatitudeRef: 'N', GPSLongitude: '13/1 24/1 18/1' };
  const exif = { IFD0: { Copyright: secret, Model: 'Camera' }, IFD3: place };
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- ${secret} --></x:xmpmeta>`;

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('place, camera and notes of a %s are gone', async (format) => {
    await expectClean(await flat(900, 700).withExif(exif).withXmp(xmp).toFormat(format).toBuffer());
  });

  it('thumbnails and remarks of a JPEG are gone', async () => {
    const thumbnail = Buffer.concat([Buffer.from(`${secret}\0`), await flat(160, 120).jpeg().toBuffer()]);
    const jpeg = await flat(900, 700).jpeg().toBuffer();
    await expectClean(withJpegSegments(jpeg, 0xed, [Buffer.from(`Photoshop 3.0\0${secret}`)]));
    await expectClean(withJpegSegments(jpeg, 0xfe, [Buffer.from(secret)]));
    await expectClean(withJpegSegments(jpeg, 0xe2, [Buffer.concat([Buffer.from('MPF\0'), thumbnail])]));
  });

  it('a colour profile of five megabytes is gone, and the picture is there', async () => {
    const pieces = Array.from({ length: 80 }, (_, index) =>
      Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([index + 1, 80]), Buffer.alloc(65_000, secret)]),
    );
    await expectClean(withJpegSegments(await flat(900, 700).jpeg().toBuffer(), 0xe2, pieces));
  });

  it('a colour profile that unpacks to a hundred megabytes is never unpacked', async () => {
    const bomb = Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(Buffer.alloc(100_000_000))]);
    const text = Buffer.from(`Comment\0${secret}`, 'latin1');
    await expectClean(withPngChunk(withPngChunk(await flat(900, 700).png().toBuffer(), 'tEXt', text), 'iCCP', bomb));
  });

  it.each([
    ['ZIP', Buffer.from(`PK\x03\x04\x14\0${secret}.txt`, 'latin1')],
    ['HTML', Buffer.from(`<script>alert('${secret}')</script>`)],
  ])('a PNG that is also %s is only a picture afterwards', async (_name, tail) => {
    const png = await flat(900, 700).png().toBuffer();
    await expectClean(Buffer.concat([png, tail]));
    await expectClean(withPngChunk(png, 'tEXt', Buffer.concat([Buffer.from('Comment\0'), tail])));
  });
});
