// Films of over a minute also come in pieces, in sizes that players choose from.
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  fileOf,
  hasFfmpeg,
  openWorkshop,
  picture,
  plainFilm,
  tone,
  type Workshop,
} from '#server/testing/recordings.ts';

interface Variant {
  attributes: Record<string, string>;
  path: string;
}

/** The sizes that a playlist names. Source: RFC 8216, 4.3.4.2. */
async function readVariants(playlist: string): Promise<Variant[]> {
  const text = await readFile(playlist, 'utf8');
  expect(text).toMatch(/^#EXTM3U\n/);
  return [...text.matchAll(/^#EXT-X-STREAM-INF:(.*)\n(.*)$/gm)].map(([, list = '', path = '']) => ({
    attributes: Object.fromEntries(
      [...list.matchAll(/([A-Z-]+)=("[^"]*"|[^,]*)/g)].map(([, name = '', value = '']) => [
        name,
        value.replaceAll('"', ''),
      ]),
    ),
    path: join(dirname(playlist), path),
  }));
}

/** The pieces of one size. Source: RFC 8216, 4.3.2. */
async function readPieces(
  playlist: string,
): Promise<{ text: string; pieces: Array<{ path: string; seconds: number }> }> {
  const text = await readFile(playlist, 'utf8');
  const pieces = [...text.matchAll(/^#EXTINF:([\d.]+),\n(.*)$/gm)].map(([, seconds, name = '']) => ({
    path: join(dirname(playlist), name),
    seconds: Number(seconds),
  }));
  return { text, pieces };
}

describe.runIf(hasFfmpeg)('films in pieces', () => {
  let shop: Workshop;
  beforeAll(async () => {
    shop = await openWorkshop();
  });
  afterAll(() => shop.close());

  async function expectWhole(playlist: string, seconds: number): Promise<void> {
    const { text, pieces } = await readPieces(playlist);
    expect(text).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
    expect(text).toContain('#EXT-X-ENDLIST');
    expect(pieces.reduce((sum, piece) => sum + piece.seconds, 0)).toBeCloseTo(seconds, 0);
    expect(Math.max(...pieces.map((piece) => piece.seconds))).toBeLessThanOrEqual(6);
    for (const { path } of pieces) expect((await stat(path)).size).toBeGreaterThan(0);
    const longest = Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1]);
    expect(longest).toBeGreaterThanOrEqual(Math.round(Math.max(...pieces.map((piece) => piece.seconds))));
  }

  test('a film of 64 seconds plays from its pieces in both sizes', async () => {
    const source = await shop.write('long.mkv', [...picture('800x600', 64, 2), ...tone(64), ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    const folder = fileOf(made, 'hls');
    const variants = await readVariants(join(folder, 'index.m3u8'));
    expect(variants.map(({ attributes }) => attributes['RESOLUTION'])).toEqual(['800x600', '640x480']);
    for (const { attributes, path } of variants) {
      expect(attributes['CODECS']).toMatch(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
      expect(Number(attributes['BANDWIDTH'])).toBeGreaterThanOrEqual(Number(attributes['AVERAGE-BANDWIDTH']));
      await expectWhole(path, 64);
      const counted = await shop.probe([
        ...[
          '-count_frames',
          '-select_streams',
          'v',
          '-show_entries',
          'stream=nb_read_frames,codec_name',
          '-of',
          'csv=p=0',
        ],
        path,
      ]);
      expect(counted.trim().split('\n')[0]).toMatch(/^h264,12[78]$/);
    }
    const [first] = (await readPieces(variants[0]?.path ?? '')).pieces;
    expect(first?.seconds).toBeGreaterThanOrEqual(2);
  });

  test('a small one comes in its own size only, and without sound says so', async () => {
    const source = await shop.write('small.mkv', [...picture('64x48', 61, 2), ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    const variants = await readVariants(join(fileOf(made, 'hls'), 'index.m3u8'));
    expect(variants.map(({ attributes }) => attributes['RESOLUTION'])).toEqual(['64x48']);
    expect(variants[0]?.attributes['CODECS']).toMatch(/^avc1\.[0-9a-f]{6}$/);
    await expectWhole(variants[0]?.path ?? '', 61);
  });

  test('only playlists and pieces are in the folder', async () => {
    const source = await shop.write('names.mkv', [...picture('64x48', 61, 1), ...tone(61), ...plainFilm]);
    const folder = fileOf(await shop.make('makeFilm', source), 'hls');
    const names = await readdir(folder, { recursive: true });
    expect(
      names.filter((name) => !/^(whole|index\.m3u8|whole\/(index\.m3u8|init\.mp4|\d{4}\.m4s))$/.test(name)),
    ).toEqual([]);
  });

  test('a minute is not long', async () => {
    const source = await shop.write('minute.mkv', [...picture('64x48', 59, 1), ...plainFilm]);
    const made = await shop.make('makeFilm', source);
    expect(made.files.map(({ role }) => role)).toEqual(['original', 'small']);
  });
});
