// Films of every kind that phones and recorders make become one kind that plays everywhere.
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  drawn,
  fileOf,
  hasFfmpeg,
  openWorkshop,
  picture,
  plainFilm,
  tone,
  type Workshop,
} from '#server/testing/recordings.ts';
import type { Made } from './made.ts';

describe.runIf(hasFfmpeg)('films', () => {
  let shop: Workshop;
  beforeAll(async () => {
    shop = await openWorkshop();
  });
  afterAll(() => shop.close());

  /** Plays everywhere: H.264 in 4:2:0 and AAC, the index before the film. Returns what is said of the picture. */
  async function expectPlays(made: Made, { sound = true } = {}): Promise<Record<string, unknown>> {
    const path = fileOf(made, 'original');
    const { streams } = await shop.look(path);
    expect(streams.map((stream) => stream['codec_name'])).toEqual(sound ? ['h264', 'aac'] : ['h264']);
    expect(streams[0]).toMatchObject({ pix_fmt: 'yuv420p', codec_tag_string: 'avc1' });
    const bytes = await readFile(path);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    return streams[0] ?? {};
  }

  test.each([
    ['VP8 in WebM', 'vp8.webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']],
    ['VP9 in WebM', 'vp9.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-c:a', 'libopus']],
    ['Matroska', 'film.mkv', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p', '-c:a', 'flac']],
    ['MPEG-4 in QuickTime', 'old.mov', ['-c:v', 'mpeg4', '-c:a', 'pcm_s16le']],
    ['Theora in Ogg', 'film.ogv', ['-c:v', 'libtheora', '-c:a', 'libvorbis']],
  ])('%s becomes a film that plays everywhere', async (_, name, codecs) => {
    const source = await shop.write(name, [...picture('64x48', 1), ...tone(1), ...codecs]);
    const made = await shop.make('makeFilm', source);
    await expectPlays(made);
    expect(made).toMatchObject({ kind: 'video', waveform: null });
    expect(made.original).toMatchObject({ width: 64, height: 48, duration: expect.closeTo(1, 0.2) });
    expect(made.original.frameRate).toBeCloseTo(10, 0);
    expect(made.blurhash).toMatch(/^.{28}$/);
  });

  test('HEVC that was filmed with the phone upright is turned, and so is its poster', async () => {
    const halves = 'color=red:s=32x48:d=1:r=10[l];color=blue:s=32x48:d=1:r=10[r];[l][r]hstack';
    const source = await shop.write('phone.mp4', [
      ...['-filter_complex', halves],
      ...['-c:v', 'libx265', '-x265-params', 'log-level=none', '-tag:v', 'hvc1'],
    ]);
    await turn(source);
    const made = await shop.make('makeFilm', source);
    const stream = await expectPlays(made, { sound: false });
    expect(stream).toMatchObject({ width: 48, height: 64 });
    expect(stream['side_data_list']).toBeUndefined();
    expect(made.original).toMatchObject({ width: 48, height: 64 });
    expect(made.small).toMatchObject({ width: 48, height: 64 });
    const [upper, lower] = await Promise.all([0, 40].map((top) => colourOf(fileOf(made, 'small'), top)));
    expect([upper?.red, lower?.blue].every((strength) => (strength ?? 0) > 180)).toBe(true);
    expect([upper?.blue, lower?.red].every((strength) => (strength ?? 255) < 60)).toBe(true);
  });

  test('what already plays everywhere is taken over frame by frame', async () => {
    const source = await shop.write('plain.mp4', [...picture('160x120', 1), ...tone(1), ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    await expectPlays(made);
    const framesOf = (path: string): Promise<string> => shop.run(['-i', path, '-map', '0:v', '-f', 'md5', '-']);
    expect(await framesOf(fileOf(made, 'original'))).toBe(await framesOf(source));
  });

  test('a film without sound stays one', async () => {
    const source = await shop.write('silent.webm', [...picture('64x48', 1), '-c:v', 'libvpx']);
    const made = await shop.make('makeFilm', source);
    await expectPlays(made, { sound: false });
    expect(made.kind).toBe('video');
  });

  test.each([
    ['odd sides become even ones', 'testsrc=s=63x47:d=1:r=5', { width: 64, height: 48 }],
    ['pixels that are not square are made so', 'testsrc2=s=60x48:d=1:r=5,setsar=4/3', { width: 80, height: 48 }],
    ['a film larger than 1080p is made smaller', 'testsrc2=s=2560x1440:d=0.4:r=5', { width: 1920, height: 1080 }],
    ['so is one that stands upright', 'testsrc2=s=1440x2560:d=0.4:r=5', { width: 1080, height: 1920 }],
  ])('%s', async (_, graph, size) => {
    const source = await shop.write('sized.mkv', [
      ...drawn(graph),
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p'],
    ]);
    const made = await shop.make('makeFilm', source);
    expect(await expectPlays(made, { sound: false })).toMatchObject(size);
    expect(made.original).toMatchObject(size);
    // A preview of at most 640 × 360 pixels, in any shape.
    expect((made.small?.width ?? 0) * (made.small?.height ?? 0)).toBeLessThanOrEqual(231_000);
  });

  test('a film of 100 frames a second keeps every second one', async () => {
    const source = await shop.write('fast.mp4', [...picture('64x48', 1, 100), ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    await expectPlays(made, { sound: false });
    expect(made.original.frameRate).toBeCloseTo(50, 1);
  });

  test('a recording that does not know its length is taken', async () => {
    const source = await shop.write('live.webm', [
      ...[...picture('64x48', 2), ...tone(2)],
      ...['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus', '-live', '1'],
    ]);
    expect((await shop.look(source)).format.duration).toBeUndefined();
    const made = await shop.make('makeFilm', source);
    expect(made.original.duration).toBeCloseTo(2, 0);
  });

  test('a film brighter than ordinary screens show gets the colours of ordinary ones', async () => {
    const hdr = ['-color_primaries', 'bt2020', '-color_trc', 'arib-std-b67', '-colorspace', 'bt2020nc'];
    const source = await shop.write('hdr.mp4', [
      ...[...picture('64x48', 0.4), '-pix_fmt', 'yuv420p10le', ...hdr],
      ...['-c:v', 'libx265', '-x265-params', 'log-level=none:colorprim=9:transfer=18:colormatrix=9'],
    ]);
    expect((await shop.look(source)).streams[0]).toMatchObject({ color_transfer: 'arib-std-b67' });
    const made = await shop.make('makeFilm', source);
    const stream = await expectPlays(made, { sound: false });
    expect(stream['color_transfer']).not.toBe('arib-std-b67');
  });

  test('the poster is no black frame when the film begins in the dark', async () => {
    const graph = 'color=black:s=64x48:d=2:r=10[a];testsrc2=s=64x48:d=3:r=10[b];[a][b]concat';
    const source = await shop.write('dark.mp4', ['-filter_complex', graph, ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    const { channels } = await sharp(fileOf(made, 'small')).stats();
    expect(Math.max(...channels.map(({ mean }) => mean))).toBeGreaterThan(40);
  });

  test('a sound that calls itself a film becomes a sound', async () => {
    const source = await shop.write('voice.webm', [...tone(1), '-c:a', 'libopus']);
    expect(await shop.make('makeFilm', source)).toMatchObject({ kind: 'audio' });
  });

  test('progress only grows, and does not come all at once', async () => {
    const source = await shop.write('progress.mkv', [...picture('320x240', 8, 25), '-c:v', 'libx264']);
    const heard: number[] = [];
    await shop.make('makeFilm', source, { onProgress: (percent) => heard.push(percent) });
    expect(heard.length).toBeGreaterThan(1);
    expect(heard).toEqual(heard.toSorted((one, other) => one - other));
    expect(heard.at(-1)).toBe(100);
  });
});

/** Writes "show this turned by a quarter" into the track's header of an MP4, as phones do. */
async function turn(path: string): Promise<void> {
  const bytes = await readFile(path);
  const plain = Buffer.from('000100000000000000000000000000000001000000000000000000000000000040000000', 'hex');
  const turned = Buffer.from(
    '000000000001000000000000ffff0000000000000000000000000000000000004000000000'.slice(0, 72),
    'hex',
  );
  const at = bytes.indexOf(plain, bytes.indexOf('tkhd'));
  turned.copy(bytes, at);
  await writeFile(path, bytes);
}

async function colourOf(path: string, top: number): Promise<{ red: number; blue: number }> {
  const { data } = await sharp(path)
    .extract({ left: 10, top: top + 5, width: 20, height: 10 })
    .resize(1, 1)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { red: data[0] ?? 0, blue: data[2] ?? 0 };
}
