// Films of every kind that phones and recorders make become one kind that plays everywhere and tells nothing of its maker.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileOf, hasFfmpeg, openWorkshop, picture, tone, type Workshop } from '#server/testing/recordings.ts';
import type { Made } from './made.ts';

describe.runIf(hasFfmpeg)('films', () => {
  let shop: Workshop;
  beforeAll(async () => {
    shop = await openWorkshop();
  });
  afterAll(() => shop.close());

  /** Plays everywhere: H.264 in 4:2:0 and AAC, the index before the film. */
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
    expect(made.blurhash).toMatch(/^.{28,}$/);
  });
});
