// HEIC pictures as phones write them: one HEVC key frame by the system's ffmpeg in the boxes of ISO/IEC 23008-12, put together here.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from './programs.ts';

const run = promisify(execFile);

export interface Size {
  width: number;
  height: number;
}

export interface HeicOptions {
  /** Quarter turns against the clock that a viewer must make. */
  turns?: 0 | 1 | 2 | 3;
  /** An ICC profile that its colours are meant in; else sRGB. */
  profile?: Buffer;
  /** Only names its colours: Display P3. */
  displayP3?: boolean;
  /** What the file says that its size is; the truth if absent. */
  claimedSize?: Size;
  brand?: 'heic' | 'mif1';
  bits?: 8 | 10;
}

/** Whether this machine can make one. */
export const canMakeHeic = (): boolean => programPath('ffmpeg') !== null;

/** A HEIC file of the picture in a PNG. */
export async function makeHeic(png: Buffer, size: Size, options: HeicOptions = {}): Promise<Buffer> {
  const { turns = 0, claimedSize, bits = 8 } = options;
  const { configuration, frame } = await encodeFrame(png, bits === 8 ? 'yuv420p' : 'yuv420p10le');
  const properties = [configuration, ispe(claimedSize ?? size), colr(options)];
  if (turns !== 0) properties.push(box('irot', Buffer.from([turns])));
  const item = {
    type: 'hvc1',
    properties: properties.map((_, index) => index + 1),
    extent: [0, frame.length],
  } as const;
  return fileOf(options.brand ?? 'heic', properties, [item], frame);
}

/** As phones write large pictures: a grid of tiles, here of two by two that are all the same. */
export async function makeTiledHeic(png: Buffer, tile: Size): Promise<Buffer> {
  const { configuration, frame } = await encodeFrame(png);
  const whole = { width: tile.width * 2, height: tile.height * 2 };
  const grid = Buffer.concat([Buffer.from([0, 0, 1, 1]), u16(whole.width), u16(whole.height)]);
  const properties = [configuration, ispe(tile), colr({}), ispe(whole)];
  const tiles = Array.from({ length: 4 }, () => ({
    type: 'hvc1',
    properties: [1, 2, 3],
    extent: [0, frame.length] as const,
  }));
  const main = { type: 'grid', properties: [4, 3], extent: [frame.length, grid.length] as const };
  return fileOf('heic', properties, [main, ...tiles], Buffer.concat([frame, grid]));
}

/** One key frame: its decoder configuration (hvcC) and its units, each behind its length. */
async function encodeFrame(png: Buffer, pixels = 'yuv420p'): Promise<{ configuration: Buffer; frame: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-heic-'));
  try {
    await writeFile(join(folder, 'in.png'), png);
    await run(programPath('ffmpeg') ?? 'ffmpeg', [
      ...['-v', 'error', '-i', join(folder, 'in.png'), '-frames:v', '1', '-c:v', 'libx265'],
      ...['-vf', 'scale=out_color_matrix=bt709:out_range=pc', '-pix_fmt', pixels, '-preset', 'ultrafast'],
      ...['-color_range', 'pc', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'iec61966-2-1'],
      ...['-x265-params', 'crf=10:log-level=none:info=0:pools=1', '-tag:v', 'hvc1', join(folder, 'out.mp4')],
    ]);
    const film = await readFile(join(folder, 'out.mp4'));
    const at = film.indexOf('hvcC');
    const configuration = film.subarray(at - 4, at - 4 + film.readUInt32BE(at - 4));
    const data = film.indexOf('mdat');
    return { configuration, frame: film.subarray(data + 4, data - 4 + film.readUInt32BE(data - 4)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Item {
  type: string;
  /** Numbers of its properties, from 1. */
  properties: readonly number[];
  /** Where its bytes begin in the data, and how many they are. */
  extent: readonly [offset: number, length: number];
}

/** The file; its main picture is the first item, which the others are pieces of. */
function fileOf(brand: string, properties: Buffer[], items: readonly Item[], data: Buffer): Buffer {
  const ftyp = box('ftyp', ascii(brand), u32(0), ascii('mif1'), ascii('heic'));
  const before = ftyp.length + metaBox(properties, items, 0).length + 8;
  return Buffer.concat([ftyp, metaBox(properties, items, before), box('mdat', data)]);
}

function metaBox(properties: Buffer[], items: readonly Item[], dataOffset: number): Buffer {
  const ids = items.map((_, index) => u16(index + 1));
  const places = items.map(({ extent: [offset, length] }, index) =>
    Buffer.concat([u16(index + 1), u16(0), u16(1), u32(dataOffset + offset), u32(length)]),
  );
  const entries = items.map(({ type }, index) =>
    boxOf('infe', 2, u16(index + 1), u16(0), ascii(type), Buffer.alloc(1)),
  );
  // What readers must understand has the high bit: the decoder's configuration and the rotation.
  const isEssential = (number: number): boolean =>
    /hvcC|irot/.test(properties[number - 1]?.toString('latin1', 4, 8) ?? '');
  const owners = items.map((item, index) => {
    const numbers = item.properties.map((number) => number | (isEssential(number) ? 0x80 : 0));
    return Buffer.concat([u16(index + 1), Buffer.from([numbers.length, ...numbers])]);
  });
  const pieces = ids.length === 1 ? [] : [fullBox('iref', box('dimg', u16(1), u16(ids.length - 1), ...ids.slice(1)))];
  return fullBox(
    'meta',
    fullBox('hdlr', u32(0), ascii('pict'), Buffer.alloc(13)),
    fullBox('pitm', u16(1)),
    fullBox('iloc', Buffer.from([0x44, 0x00]), u16(items.length), ...places),
    fullBox('iinf', u16(items.length), ...entries),
    ...pieces,
    box('iprp', box('ipco', ...properties), fullBox('ipma', u32(items.length), ...owners)),
  );
}

const ispe = ({ width, height }: Size): Buffer => fullBox('ispe', u32(width), u32(height));

function colr({ profile, displayP3 = false }: HeicOptions): Buffer {
  return profile === undefined
    ? box('colr', ascii('nclx'), u16(displayP3 ? 12 : 1), u16(13), u16(1), Buffer.from([0x80]))
    : box('colr', ascii('prof'), profile);
}

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function box(type: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(content.length + 8), ascii(type), content]);
}

const boxOf = (type: string, version: number, ...parts: Buffer[]): Buffer =>
  box(type, Buffer.from([version, 0, 0, 0]), ...parts);

const fullBox = (type: string, ...parts: Buffer[]): Buffer => boxOf(type, 0, ...parts);
