// HEIC pictures as phones write them: one HEVC key frame by the system's ffmpeg in the boxes of ISO/IEC 23008-12, put together here.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from './programs.ts';

const run = promisify(execFile);

export interface HeicOptions {
  /** Quarter turns against the clock that a viewer must make. */
  turns?: 0 | 1 | 2 | 3;
  /** An ICC profile that its colours are meant in; else sRGB. */
  profile?: Buffer;
  /** Only names its colours: Display P3. */
  displayP3?: boolean;
  /** What the file says that its size is; the truth if absent. */
  claimedSize?: { width: number; height: number };
  brand?: 'heic' | 'mif1';
}

/** Whether this machine can make one. */
export const canMakeHeic = (): boolean => programPath('ffmpeg') !== null;

/** A HEIC file of the picture in a PNG. */
export async function makeHeic(
  png: Buffer,
  size: { width: number; height: number },
  options: HeicOptions = {},
): Promise<Buffer> {
  const { configuration, frame } = await encodeFrame(png);
  const meta = (offset: number): Buffer => metaBox(configuration, size, options, { offset, length: frame.length });
  const brand = options.brand ?? 'heic';
  const ftyp = box('ftyp', ascii(brand), u32(0), ascii('mif1'), ascii('heic'));
  const before = ftyp.length + meta(0).length + 8;
  return Buffer.concat([ftyp, meta(before), box('mdat', frame)]);
}

/** One key frame: its decoder configuration (hvcC) and its units, each behind its length. */
async function encodeFrame(png: Buffer): Promise<{ configuration: Buffer; frame: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-heic-'));
  try {
    await writeFile(join(folder, 'in.png'), png);
    await run(programPath('ffmpeg') ?? 'ffmpeg', [
      ...['-v', 'error', '-i', join(folder, 'in.png'), '-frames:v', '1', '-c:v', 'libx265'],
      ...['-vf', 'scale=out_color_matrix=bt709:out_range=pc', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast'],
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

function metaBox(
  configuration: Buffer,
  size: { width: number; height: number },
  { turns = 0, profile, claimedSize, displayP3 = false }: HeicOptions,
  place: { offset: number; length: number },
): Buffer {
  const { width, height } = claimedSize ?? size;
  const colour =
    profile === undefined
      ? box('colr', ascii('nclx'), u16(displayP3 ? 12 : 1), u16(13), u16(1), Buffer.from([0x80]))
      : box('colr', ascii('prof'), profile);
  const properties = [
    configuration,
    fullBox('ispe', u32(width), u32(height)),
    colour,
    ...(turns === 0 ? [] : [box('irot', Buffer.from([turns]))]),
  ];
  // The configuration and the rotation must be understood by readers: the high bit of their numbers.
  const numbers = properties.map((_, index) => (index === 0 || index === 3 ? 0x80 : 0) | (index + 1));
  return fullBox(
    'meta',
    fullBox('hdlr', u32(0), ascii('pict'), Buffer.alloc(13)),
    fullBox('pitm', u16(1)),
    fullBox('iloc', Buffer.from([0x44, 0x00]), u16(1), u16(1), u16(0), u16(1), u32(place.offset), u32(place.length)),
    fullBox('iinf', u16(1), boxOf('infe', 2, u16(1), u16(0), ascii('hvc1'), Buffer.alloc(1))),
    box(
      'iprp',
      box('ipco', ...properties),
      fullBox('ipma', u32(1), u16(1), Buffer.from([numbers.length]), Buffer.from(numbers)),
    ),
  );
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
