// What a camera, a phone or a program writes beside the picture never leaves this server: place, time, names, what was cut away.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

const secrets = ['+52.5200+013.4050/', 'Olga Kowalska', 'Secret Phone 12', 'The hidden chapter', '2024-05-17'];
const place = secrets[0] ?? '';
const written = [
  ...['-metadata', `location=${place}`, '-metadata', `location-eng=${place}`],
  ...['-metadata', `com.apple.quicktime.location.ISO6709=${place}`, '-metadata', `artist=${secrets[1]}`],
  ...['-metadata', `model=${secrets[2]}`, '-metadata', `comment=${secrets[2]}`, '-metadata', `title=${secrets[1]}`],
  ...['-metadata', `creation_time=${secrets[4]}T12:00:00Z`, '-metadata:s', `handler_name=${secrets[1]}`],
  ...['-metadata:s', `title=${secrets[2]}`],
];
const chapters = `;FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=${secrets[3]}\n`;

describe.runIf(hasFfmpeg)('films and sounds tell nothing of who made them', () => {
  let shop: Workshop;
  let marks: string;
  beforeAll(async () => {
    shop = await openWorkshop();
    marks = join(shop.folder, 'chapters.txt');
    await writeFile(marks, chapters);
  });
  afterAll(() => shop.close());

  async function expectSilent(source: string, made: Made): Promise<void> {
    const before = (await readFile(source)).toString('latin1');
    expect(secrets.filter((secret) => before.includes(secret)).length).toBeGreaterThan(1);
    for (const { path } of made.files) {
      const after = (await readFile(path)).toString('latin1');
      expect(secrets.filter((secret) => after.includes(secret))).toEqual([]);
    }
    const { format, streams, chapters: kept } = await shop.look(fileOf(made, 'original'));
    expect(kept).toEqual([]);
    const tags = [format, ...streams].flatMap(({ tags: own = {} }) => Object.keys(own));
    expect(tags.filter((tag) => /location|creation|title|artist|comment|model/i.test(tag))).toEqual([]);
  }

  test.each([
    ['an MP4 that is taken over', 'plain.mp4', plainFilm],
    ['a QuickTime film that is made anew', 'film.mov', ['-c:v', 'mpeg4', '-c:a', 'aac']],
    ['a Matroska film', 'film.mkv', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p', '-c:a', 'aac']],
  ])('%s', async (_, name, codecs) => {
    const source = await shop.write(name, [
      ...[...picture('64x48', 1), ...tone(1), '-i', marks, '-map_chapters', '2', '-map', '0', '-map', '1'],
      ...[...codecs, ...written, '-movflags', 'use_metadata_tags'],
    ]);
    await expectSilent(source, await shop.make('makeFilm', source));
  });

  test.each([
    ['an MP3 that is taken over', 'sound.mp3', ['-c:a', 'libmp3lame', '-write_id3v1', '1']],
    ['an M4A that is taken over', 'sound.m4a', ['-c:a', 'aac']],
    ['an Ogg that is made anew', 'sound.ogg', ['-c:a', 'libvorbis']],
  ])('%s', async (_, name, codecs) => {
    const source = await shop.write(name, [...tone(1), ...codecs, ...written]);
    await expectSilent(source, await shop.make('makeSound', source));
  });

  test('what was cut away at the beginning is gone, not only hidden', async () => {
    // Red is cut away: the file still holds it, since a copy can begin only where a frame stands alone.
    const graph = 'color=red:s=64x48:d=1:r=10[a];color=blue:s=64x48:d=2:r=10[b];[a][b]concat';
    const whole = await shop.write('whole.mp4', ['-filter_complex', graph, ...plainFilm, '-g', '100']);
    const cut = await shop.write('cut.mp4', ['-ss', '1.5', '-i', whole, '-c', 'copy']);
    const packets = ['-select_streams', 'v', '-show_entries', 'packet=flags', '-of', 'csv=p=0'];
    expect(await shop.probe([...packets, cut])).toContain('D');
    const made = await shop.make('makeFilm', cut);
    const film = fileOf(made, 'original');
    expect(await shop.probe([...packets, film])).not.toContain('D');
    expect(made.original.duration).toBeCloseTo(1.5, 0);
  });

  test('words that an encoder wrote between the frames are not taken over', async () => {
    const source = await shop.write('words.mp4', [...drawn('testsrc2=s=64x48:d=1:r=10'), ...plainFilm]);
    expect((await readFile(source)).includes('x264 - core')).toBe(true);
    const made = await shop.make('makeFilm', source);
    expect((await readFile(fileOf(made, 'original'))).includes('x264 - core')).toBe(false);
  });

  test('nothing but what is named is left in the folder', async () => {
    const source = await shop.write('plain2.mp4', [...picture('64x48', 1), ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    const folder = join(fileOf(made, 'original'), '..');
    expect((await readdir(folder)).map((name) => join(folder, name)).toSorted()).toEqual(
      made.files.map(({ path }) => path).toSorted(),
    );
  });
});
