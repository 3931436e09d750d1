// Picture files byte by byte, where no encoder makes what an attacker or an odd camera sends; and the reading of ours.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A PNG of one bit a pixel, all black, of any size: 30,000 × 30,000 pixels are 110 kB. */
export function makeVastPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 1 });
  return Buffer.concat([pngSignature, pngChunk('IHDR', header), pngChunk('IDAT', rows), pngChunk('IEND')]);
}

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function pngChunk(type: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** The PNG with a further chunk behind its header. */
export function withPngChunk(png: Buffer, type: string, content: Buffer): Buffer {
  return Buffer.concat([png.subarray(0, 33), pngChunk(type, content), png.subarray(33)]);
}

/** The JPEG with further segments behind its beginning; each holds at most 65,533 bytes. */
export function withJpegSegments(jpeg: Buffer, marker: number, contents: Buffer[]): Buffer {
  const segments = contents.map((content) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** A moving GIF whose frames each change one pixel, so that a large one is a small file. */
export function makeGif(width: number, height: number, frames: number): Buffer {
  const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\xff\0\0\0\0\xff', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  // A pause of a tenth of a second, a place of one pixel, and the codes: clear, the first colour, end.
  const frame = Buffer.from([
    ...[0x21, 0xf9, 4, 0, 10, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0],
    ...[2, 2, 0x44, 0x01, 0],
  ]);
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}

/** Frames of full size that are one colour each, as WebP or GIF. */
export async function makeMoving(
  format: 'webp' | 'gif',
  size: { width: number; height: number },
  colours: string[],
): Promise<Buffer> {
  const frames = await Promise.all(
    colours.map((background) =>
      sharp({ create: { ...size, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const joined = sharp(frames, { join: { animated: true } });
  const pace = { delay: colours.map(() => 120), loop: 0 };
  return (format === 'webp' ? joined.webp(pace) : joined.gif(pace)).toBuffer();
}

/** The names of the chunks that a WebP file consists of, read without any library; fails when bytes follow the last. */
export function webpChunks(file: Buffer): string[] {
  const text = (at: number): string => file.toString('latin1', at, at + 4);
  if (text(0) !== 'RIFF' || text(8) !== 'WEBP') throw new Error('this is no WebP file');
  if (file.readUInt32LE(4) + 8 !== file.length) throw new Error('the WebP file is longer than it says');
  const names: string[] = [];
  for (let at = 12; at < file.length; at += 8 + file.readUInt32LE(at + 4) + (file.readUInt32LE(at + 4) % 2))
    names.push(text(at));
  return names;
}

/** Red, green, blue of a pixel as a browser shows it that knows no profiles; `x` and `y` from 0 to 1. */
export async function colourAt(picture: Buffer, x: number, y: number): Promise<[number, number, number]> {
  const { data, info } = await sharp(picture, { ignoreIcc: true })
    .flatten({ background: '#fff' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels;
  return info.channels < 3
    ? [data[at] ?? 0, data[at] ?? 0, data[at] ?? 0]
    : [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

/** Farthest apart in one of the three. */
export function colourDistance(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, index) => Math.abs(value - (other[index] ?? 0))));
}

/** Red, green, blue and white quarters: shows at a glance how a picture was turned or mirrored. Pixels, as a PNG. */
export async function makeQuarters(width: number, height: number): Promise<Buffer> {
  const [w, h] = [Math.floor(width / 2), Math.floor(height / 2)];
  const quarter = (background: string, left: number, top: number) => ({
    input: { create: { width: w, height: h, channels: 3 as const, background } },
    left,
    top,
  });
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([quarter('#ff0000', 0, 0), quarter('#00ff00', w, 0), quarter('#0000ff', 0, h)])
    .png()
    .toBuffer();
}
