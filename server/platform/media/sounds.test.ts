// Sounds of every kind become one that plays everywhere, with its cover and its shape for the eye.
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn, fileOf, hasFfmpeg, openWorkshop, tone, type Workshop } from '#server/testing/recordings.ts';
import { countWaveform } from './waveform.ts';

describe.runIf(hasFfmpeg)('sounds', () => {
  let shop: Workshop;
  beforeAll(async () => {
    shop = await openWorkshop();
  });
  afterAll(() => shop.close());

  test.each([
    ['WAV', 'sound.wav', []],
    ['WAV of 24 bits', 'deep.wav', ['-c:a', 'pcm_s24le', '-ar', '96000']],
    ['Vorbis in Ogg', 'sound.ogg', ['-c:a', 'libvorbis']],
    ['Opus', 'sound.opus', ['-c:a', 'libopus']],
    ['Opus in WebM', 'sound.webm', ['-c:a', 'libopus']],
    ['FLAC', 'sound.flac', []],
    ['ALAC', 'lossless.m4a', ['-c:a', 'alac']],
    ['AIFF', 'sound.aiff', []],
    ['AAC in MP4', 'sound.m4a', ['-c:a', 'aac']],
    ['AAC alone', 'sound.aac', ['-c:a', 'aac']],
    ['six channels', 'around.flac', ['-ac', '6']],
  ])('%s becomes AAC that plays everywhere', async (_, name, codecs) => {
    const source = await shop.write(name, [...tone(2), ...codecs]);
    const made = await shop.make('makeSound', source);
    const path = fileOf(made, 'original');
    const { streams } = await shop.look(path);
    expect(streams.map((stream) => stream['codec_name'])).toEqual(['aac']);
    expect(Number(streams[0]?.['channels'])).toBeLessThanOrEqual(2);
    const bytes = await readFile(path);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(made).toMatchObject({ kind: 'audio', small: null, blurhash: null });
    expect(made.files).toMatchObject([{ role: 'original', contentType: 'audio/mp4' }]);
    expect(made.original.duration).toBeCloseTo(2, 0);
    expect(made.original.bitrate).toBeGreaterThan(1000);
    expect(made.waveform).toHaveLength(64);
  });

  test('MP3 stays as it is; its cover is written anew', async () => {
    const cover = await shop.write('cover.jpg', [...drawn('color=red:s=700x700:d=1'), '-frames:v', '1']);
    const source = await shop.write('song.mp3', [
      ...[...tone(2), '-i', cover, '-map', '0', '-map', '1', '-c:a', 'libmp3lame', '-c:v', 'copy'],
      ...['-disposition:v', 'attached_pic', '-metadata', 'title=A song'],
    ]);
    const made = await shop.make('makeSound', source);
    const path = fileOf(made, 'original');
    const { streams, format } = await shop.look(path);
    expect(streams.map((stream) => stream['codec_name'])).toEqual(['mp3']);
    expect(format.tags?.['title']).toBeUndefined();
    const soundsOf = (file: string): Promise<string> =>
      shop.run(['-i', file, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-']);
    expect(await soundsOf(path)).toBe(await soundsOf(source));
    expect(made.files).toMatchObject([
      { role: 'original', contentType: 'audio/mpeg' },
      { role: 'small', contentType: 'image/webp' },
    ]);
    expect(made.small).toEqual({ width: 480, height: 480 });
    expect(made.blurhash).toMatch(/^.{28}$/);
    const { format: kind, exif, icc } = await sharp(fileOf(made, 'small')).metadata();
    expect([kind, exif, icc]).toEqual(['webp', undefined, undefined]);
  });

  test('a cover in FLAC is found too', async () => {
    const cover = await shop.write('cover.png', [...drawn('color=blue:s=64x64:d=1'), '-frames:v', '1']);
    const source = await shop.write('song.flac', [
      ...[...tone(1), '-i', cover, '-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic'],
    ]);
    const made = await shop.make('makeSound', source);
    expect(made.small).toEqual({ width: 64, height: 64 });
  });

  test('a cover that cannot be read is left out, and the sound is kept', async () => {
    const cover = await shop.write('bad.png', [...drawn('color=blue:s=64x64:d=1'), '-frames:v', '1']);
    const source = await shop.write('bad.flac', [
      ...[...tone(1), '-i', cover, '-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic'],
    ]);
    const bytes = await readFile(source);
    const at = bytes.indexOf('IDAT');
    bytes.fill(0xff, at, at + 40);
    await writeFile(source, bytes);
    const made = await shop.make('makeSound', source);
    expect(made).toMatchObject({ kind: 'audio' });
    expect(fileOf(made, 'original')).toMatch(/\.m4a$/);
  });

  test('the waveform shows where it is loud', async () => {
    const graph = "aevalsrc='sin(2*PI*440*t)*if(lt(t,1),0,if(lt(t,2),0.2,0.8))':d=3:s=44100";
    const source = await shop.write('steps.wav', drawn(graph));
    const { waveform } = await shop.make('makeSound', source);
    expect(waveform?.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(waveform?.[32]).toBeGreaterThan(20);
    expect(waveform?.[32]).toBeLessThan(30);
    expect(waveform?.at(-2)).toBeGreaterThan(95);
  });

  test('silence is flat', async () => {
    const source = await shop.write('silence.wav', drawn('anullsrc=d=1'));
    const { waveform } = await shop.make('makeSound', source);
    expect(waveform).toEqual(Array.from({ length: 64 }, () => 0));
  });
});

describe('the waveform', () => {
  test('is the same however the samples are cut', () => {
    const samples = Buffer.alloc(20_000);
    for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE(Math.round(Math.sin(at / 9) * at), at);
    const [whole, cut] = [countWaveform(), countWaveform()];
    whole.take(samples);
    for (let at = 0; at < samples.length; at += 7) cut.take(samples.subarray(at, at + 7));
    expect(cut.bars()).toEqual(whole.bars());
    expect(whole.bars()).toHaveLength(64);
    expect(Math.max(...whole.bars())).toBe(100);
  });

  test('of nothing is flat', () => {
    expect(countWaveform().bars()).toEqual(Array.from({ length: 64 }, () => 0));
  });
});
