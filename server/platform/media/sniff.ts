// What a file is, told by its bytes alone: the name and the type that somebody announces are never believed.
import { open } from 'node:fs/promises';
import type { FileTypeResult } from 'file-type';

/** The formats of pictures that are taken. */
export type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'heic';

/** `type` is the media type that the bytes speak of; `refused` is everything that is not taken, known or not. */
export type Sniffed =
  | { kind: 'picture'; format: PictureFormat; type: string; moving: boolean }
  | { kind: 'film'; type: string }
  | { kind: 'sound'; type: string }
  | { kind: 'refused'; type: string | null };

/** Pictures that are taken, in the words of a file dialog. */
export const pictureTypes = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/heic',
  'image/heif',
] as const;

const pictures: Record<string, PictureFormat> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/heif': 'heic',
  'image/heic-sequence': 'heic',
  'image/heif-sequence': 'heic',
};

const films = new Set([
  'video/mp4',
  'video/x-m4v',
  'video/quicktime',
  'video/webm',
  'video/matroska',
  'video/ogg',
  'video/3gpp',
  'video/3gpp2',
]);

const sounds = new Set([
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/aac',
  'audio/ogg',
  'audio/opus',
  'audio/ogg; codecs=opus',
  'audio/wav',
  'audio/flac',
  'audio/amr',
  'audio/aiff',
  'application/ogg',
]);

/** The first frame of a moving GIF that is shared by people is far smaller than this. */
const headBytes = 4 * 1024 * 1024;
const withinMs = 5000;

/** What the file at a path, or in memory, is. It reads no more of it than it must. */
export async function sniff(source: string | Uint8Array): Promise<Sniffed> {
  const found = await detect(source);
  if (found === undefined) return { kind: 'refused', type: null };
  const type = found.mime;
  if (films.has(type)) return { kind: 'film', type };
  if (sounds.has(type)) return { kind: 'sound', type };
  const format = pictures[type];
  if (format === undefined) return { kind: 'refused', type };
  if (format === 'avif' || format === 'heic') return sniffBrands(await readHead(source, 256), type);
  const moving = type === 'image/apng' || (await isMoving(format, source));
  return { kind: 'picture', format, type, moving };
}

/** Undefined also for what ends too early or is built to keep a reader busy. */
async function detect(source: string | Uint8Array): Promise<FileTypeResult | undefined> {
  const { fileTypeFromBuffer, fileTypeFromFile } = await import('file-type');
  const options = { signal: AbortSignal.timeout(withinMs), maxBufferSize: headBytes };
  if (typeof source !== 'string') return fileTypeFromBuffer(source, options).catch(() => undefined);
  // A file that is not there is a fault of ours and must not look like a refusal.
  await (await open(source)).close();
  return fileTypeFromFile(source, options).catch(() => undefined);
}

/**
 * The brands of an ISO-BMFF file: a first brand that only says "pictures" or "sequence" is told by the others.
 * Source: ISO/IEC 23008-12, 10; AV1 Image File Format, 6.
 */
function sniffBrands(head: Uint8Array, type: string): Sniffed {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const end = view.length < 4 ? 0 : Math.min(view.readUInt32BE(0), view.length);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.push(view.toString('latin1', at, at + 4));
  const has = (...names: string[]): boolean => names.some((name) => brands.includes(name));
  const first = brands[0] ?? '';
  const moving = ['avis', 'msf1', 'hevc', 'hevx'].includes(first);
  const isAvif = first.startsWith('avi') || (!first.startsWith('he') && has('avif', 'avis'));
  if (isAvif) return { kind: 'picture', format: 'avif', type: 'image/avif', moving };
  if (has('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx') || first === 'mif1')
    return { kind: 'picture', format: 'heic', type, moving };
  return { kind: 'refused', type };
}

async function isMoving(format: PictureFormat, source: string | Uint8Array): Promise<boolean> {
  if (format === 'webp') return isMovingWebp(await readHead(source, 32));
  if (format === 'gif') return isMovingGif(await readHead(source, headBytes));
  return false;
}

/** The animation flag of the extended header. Source: RFC 9649, 2.7. */
function isMovingWebp(head: Uint8Array): boolean {
  const isExtended = Buffer.from(head.subarray(12, 16)).toString('latin1') === 'VP8X';
  return isExtended && ((head[20] ?? 0) & 0x02) !== 0;
}

/** True when a second frame begins within the head. Source: GIF89a, 17 to 26. */
export function isMovingGif(head: Uint8Array): boolean {
  const byte = (at: number): number => head[at] ?? 0;
  const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1));
  const afterBlocks = (from: number): number => {
    let at = from;
    while (at < head.length && byte(at) !== 0) at += byte(at) + 1;
    return at + 1;
  };
  let at = 13 + tableBytes(byte(10));
  let frames = 0;
  while (at < head.length) {
    if (byte(at) === 0x21) at = afterBlocks(at + 2);
    else if (byte(at) === 0x2c) {
      frames += 1;
      if (frames === 2) return true;
      at = afterBlocks(at + 10 + tableBytes(byte(at + 9)) + 1);
    } else return false;
  }
  return false;
}

async function readHead(source: string | Uint8Array, bytes: number): Promise<Uint8Array> {
  if (typeof source !== 'string') return source.subarray(0, bytes);
  const file = await open(source);
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(bytes, size));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
