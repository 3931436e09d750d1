// Moving pictures become silent films that look the same and take less.
import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn, fileOf, hasFfmpeg, openWorkshop, picture, type Workshop } from '#server/testing/recordings.ts';

describe.runIf(hasFfmpeg)('moving pictures', () => {
  let shop: Workshop;
  beforeAll(async () => {
    shop = await openWorkshop();
  });
  afterAll(() => shop.close());

  test.each([
    ['GIF', 'moving.gif', []],
    ['APNG', 'moving.png', ['-f', 'apng', '-plays', '0']],
  ])('a %s becomes a silent film', async (_, name, format) => {
    const source = await shop.write(name, [...picture('160x120', 2), ...format]);
    const made = await shop.make('makeGifv', source);
    const path = fileOf(made, 'original');
    const { streams } = await shop.look(path);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p', width: 160, height: 120 });
    expect(made).toMatchObject({ kind: 'gifv', waveform: null, small: { width: 160, height: 120 } });
    expect(made.original.duration).toBeCloseTo(2, 0);
    expect((await stat(path)).size).toBeLessThan((await stat(source)).size);
  });

  test('odd sides are made even', async () => {
    const source = await shop.write('odd.gif', drawn('testsrc=s=33x21:d=1:r=5'));
    const made = await shop.make('makeGifv', source);
    expect(made.original).toMatchObject({ width: 34, height: 22 });
  });

  test('frames keep their own moments', async () => {
    // Two seconds of one frame, then five that hurry.
    const source = await shop.write(
      'pauses.gif',
      drawn('testsrc=s=32x32:d=2.5:r=10,select=not(n)+gte(n\\,20),setpts=PTS'),
    );
    const made = await shop.make('makeGifv', source);
    const times = await shop.probe([
      ...['-show_entries', 'packet=pts_time', '-of', 'csv=p=0', fileOf(made, 'original')],
    ]);
    const moments = times
      .trim()
      .split('\n')
      .map(Number.parseFloat)
      .toSorted((one, other) => one - other);
    expect(moments[1]).toBeCloseTo(2, 1);
    expect(moments).toHaveLength(6);
  });

  test('what is see-through is shown on white', async () => {
    const graph =
      'color=black@0.0:s=32x32:d=1:r=5,format=rgba,split[a][b];[b]palettegen=reserve_transparent=1[p];[a][p]paletteuse';
    const source = await shop.write('clear.gif', ['-filter_complex', graph]);
    const made = await shop.make('makeGifv', source);
    const { channels } = await sharp(fileOf(made, 'small')).stats();
    expect(Math.min(...channels.slice(0, 3).map(({ mean }) => mean))).toBeGreaterThan(240);
  });

  test('a GIF of a thousand frames a second is slowed to what screens show', async () => {
    const source = await shop.write('hasty.gif', drawn('testsrc=s=32x32:d=1:r=100'));
    const made = await shop.make('makeGifv', source);
    expect(made.original.frameRate).toBeLessThanOrEqual(60);
  });
});
