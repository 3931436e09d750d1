// What files are, by their bytes: every format, under no name at all.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeGif, makeMoving, pngChunk, withPngChunk } from '#server/testing/picture-files.ts';
import { sniff } from './sniff.ts';

const size = { width: 20, height: 20 };
const flat = () => sharp({ create: { ...size, channels: 3, background: '#c04020' } });

/** A first box with its brands. Source: ISO/IEC 14496-12, 4.3. */
function brands(...names: string[]): Buffer {
  const box = Buffer.alloc(8 + 8 + (names.length - 1) * 4);
  box.writeUInt32BE(box.length);
  box.write('ftyp', 4, 'latin1');
  names.forEach((name, index) => box.write(name, index === 0 ? 8 : 12 + index * 4, 'latin1'));
  return Buffer.concat([box, Buffer.alloc(200)]);
}

describe('pictures', () => {
  it.each(['jpeg', 'png', 'gif', 'webp', 'avif'] as const)('%s, standing still', async (format) => {
    const content = await flat().toFormat(format).toBuffer();
    expect(await sniff(content)).toEqual({ kind: 'picture', format, type: `image/${format}`, moving: false });
  });

  it('tells moving ones apart', async () => {
    const still = await flat().png().toBuffer();
    const animation = withPngChunk(still, 'acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
    const files: Array<[Buffer, string]> = [
      [await makeMoving('gif', size, ['red', 'blue']), 'gif'],
      [makeGif(300, 200, 2), 'gif'],
      [await makeMoving('webp', size, ['red', 'blue']), 'webp'],
      [animation, 'png'],
      [brands('avis', 'avif', 'mif1'), 'avif'],
      [brands('hevc', 'heic'), 'heic'],
    ];
    for (const [content, format] of files) expect(await sniff(content)).toMatchObject({ format, moving: true });
    expect(await sniff(makeGif(300, 200, 1))).toMatchObject({ format: 'gif', moving: false });
  });

  it('tells HEIC and AVIF apart when the first brand does not', async () => {
    expect(await sniff(brands('heic', 'mif1', 'heic'))).toMatchObject({ format: 'heic', moving: false });
    expect(await sniff(brands('heix', 'mif1'))).toMatchObject({ format: 'heic' });
    expect(await sniff(brands('mif1', 'heic'))).toMatchObject({ format: 'heic' });
    expect(await sniff(brands('mif1', 'avif'))).toMatchObject({ format: 'avif' });
    expect(await sniff(brands('msf1', 'avis'))).toMatchObject({ format: 'avif', moving: true });
    expect(await sniff(brands('mif1'))).toMatchObject({ format: 'heic' });
  });

  it('reads files as it reads memory, whatever they are called', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rookery-sniff-'));
    try {
      const path = join(folder, 'film.mp4');
      await writeFile(path, await makeMoving('gif', size, ['red', 'blue']));
      expect(await sniff(path)).toMatchObject({ kind: 'picture', format: 'gif', moving: true });
      await writeFile(path, '');
      expect(await sniff(path)).toEqual({ kind: 'refused', type: null });
      await expect(sniff(join(folder, 'absent'))).rejects.toThrow(/ENOENT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('walks through a GIF that is cut off or lies about its blocks', async () => {
    const gif = await makeMoving('gif', { width: 90, height: 90 }, ['red', 'blue']);
    for (let length = 0; length < gif.length; length += 1) {
      const found = await sniff(gif.subarray(0, length));
      if (length < 40) expect(found).not.toMatchObject({ moving: true });
    }
    expect(await sniff(Buffer.concat([gif.subarray(0, 13), Buffer.alloc(5000, 0x21)]))).toMatchObject({
      moving: false,
    });
  });
});

describe('films and sounds', () => {
  it.each([
    ['film', 'video/mp4', () => brands('isom', 'iso2', 'mp41')],
    ['film', 'video/quicktime', () => brands('qt  ')],
    ['film', 'video/3gpp', () => brands('3gp4')],
    [
      'film',
      'video/webm',
      () =>
        Buffer.concat([
          Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'),
          Buffer.alloc(60),
        ]),
    ],
    ['sound', 'audio/x-m4a', () => brands('M4A ')],
    ['sound', 'audio/mpeg', () => Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(500)])],
    ['sound', 'audio/flac', () => Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(60)])],
    ['sound', 'audio/wav', () => Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'), Buffer.alloc(60)])],
    [
      'sound',
      'audio/ogg; codecs=opus',
      () =>
        Buffer.concat([
          Buffer.from('OggS\0\x02', 'latin1'),
          Buffer.alloc(22),
          Buffer.from('OpusHead'),
          Buffer.alloc(60),
        ]),
    ],
  ] as const)('%s: %s', async (kind, type, file) => {
    expect(await sniff(file())).toEqual({ kind, type });
  });
});

describe('what is refused', () => {
  it.each([
    ['a list of pieces of a film', Buffer.from('#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1/x.ts\n')],
    ['a list of files for ffmpeg', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n")],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['HTML', Buffer.from('<!doctype html><img src=x onerror=alert(1)>')],
    ['PDF', Buffer.from('%PDF-1.7\n')],
    ['ZIP', Buffer.from('504b030414000000', 'hex')],
    ['a PNG without its header', pngChunk('IDAT', Buffer.alloc(20))],
    ['AVI', Buffer.concat([Buffer.from('RIFF\x24\0\0\0AVI LIST', 'latin1'), Buffer.alloc(60)])],
  ])('%s', async (_name, content) => {
    expect((await sniff(content)).kind).toBe('refused');
  });
});
