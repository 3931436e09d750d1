// Writes pixels as a PNG without compression: a container that sharp reads, with a colour profile, for one copy of the bytes.
import { crc32, deflateSync } from 'node:zlib';

export interface PlainPixels {
  width: number;
  height: number;
  channels: 3 | 4;
  /** Eight bits a channel; rows begin every `stride` bytes. */
  bytes: Uint8Array;
  stride: number;
  /** An ICC profile, or null for sRGB. */
  profile: Uint8Array | null;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** A block of deflate without compression holds no more. Source: RFC 1951, 3.2.4. */
const blockBytes = 65_535;

/** The PNG file. Source: PNG specification (W3C), 5.3 and 11. */
export function writePlainPng(pixels: PlainPixels): Uint8Array<ArrayBuffer> {
  const header = chunk('IHDR', headerOf(pixels));
  const profile = pixels.profile === null ? Buffer.alloc(0) : chunk('iCCP', profileOf(pixels.profile));
  const end = chunk('IEND', Buffer.alloc(0));
  const rowBytes = pixels.width * pixels.channels + 1;
  const blocks = Math.ceil(rowBytes / blockBytes) * pixels.height;
  const dataBytes = 2 + rowBytes * pixels.height + 5 * blocks + 4;
  const before = Buffer.concat([Buffer.from(signature), header, profile]);
  const png = new Uint8Array(before.length + 12 + dataBytes + end.length);
  png.set(before);
  const data = Buffer.from(png.buffer, before.length, 12 + dataBytes);
  data.writeUInt32BE(dataBytes);
  data.write('IDAT', 4, 'latin1');
  writeRows(data.subarray(8, 8 + dataBytes), pixels, rowBytes);
  data.writeUInt32BE(crc32(data.subarray(4, 8 + dataBytes)), 8 + dataBytes);
  png.set(end, png.length - end.length);
  return png;
}

/** Each row in blocks of its own, behind the byte that says "not filtered". */
function writeRows(into: Buffer, { width, height, channels, bytes, stride }: PlainPixels, rowBytes: number): void {
  into[0] = 0x78;
  into[1] = 0x01;
  let at = 2;
  const row = Buffer.alloc(rowBytes);
  let sum: Sum = { low: 1, high: 0 };
  for (let index = 0; index < height; index += 1) {
    row.set(bytes.subarray(index * stride, index * stride + width * channels), 1);
    sum = addAdler(sum, row);
    for (let from = 0; from < rowBytes; from += blockBytes) {
      const length = Math.min(blockBytes, rowBytes - from);
      const isLast = index === height - 1 && from + length === rowBytes;
      into[at] = isLast ? 1 : 0;
      into.writeUInt16LE(length, at + 1);
      into.writeUInt16LE(length ^ 0xffff, at + 3);
      row.copy(into, at + 5, from, from + length);
      at += 5 + length;
    }
  }
  into.writeUInt32BE(((sum.high << 16) | sum.low) >>> 0, at);
}

interface Sum {
  low: number;
  high: number;
}

/** Adler-32, continued. Source: RFC 1950, 9; 5,552 bytes are the most before a sum outgrows 32 bits. */
function addAdler({ low, high }: Sum, bytes: Uint8Array): Sum {
  let [a, b] = [low, high];
  for (let from = 0; from < bytes.length; from += 5552) {
    const end = Math.min(from + 5552, bytes.length);
    for (let at = from; at < end; at += 1) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return { low: a, high: b };
}

function headerOf({ width, height, channels }: PlainPixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = channels === 3 ? 2 : 6;
  return header;
}

function profileOf(profile: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('ICC\0\0', 'latin1'), deflateSync(profile)]);
}

function chunk(type: string, content: Buffer): Buffer {
  const whole = Buffer.alloc(12 + content.length);
  whole.writeUInt32BE(content.length, 0);
  whole.write(type, 4, 'latin1');
  content.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + content.length)), 8 + content.length);
  return whole;
}
