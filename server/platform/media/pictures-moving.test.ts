// Moving pictures: they go on moving in full size, within bounds, and stand still in lists.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeFrom } from '#server/testing/made-pictures.ts';
import {
  colourAt,
  colourDistance,
  makeGif,
  makeMoving,
  makeQuarters,
  makeVastPng,
  webpChunks,
  withPngChunk,
} from '#server/testing/picture-files.ts';
import { cutPicture } from './pictures-cut.ts';
import { openPicture } from './pictures-sharp.ts';

const colours = ['#ff0000', '#00ff00', '#0000ff'];

describe('moving pictures', () => {
  it.each(['webp', 'gif'] as const)('a moving %s moves on, as WebP', async (format) => {
    const made = await makeFrom(await makeMoving(format, { width: 640, height: 480 }, colours));
    expect(made).toMatchObject({ kind: 'image', original: { width: 640, height: 480 } });
    const { pages, pageHeight, delay, loop } = await sharp(made.full, { animated: true }).metadata();
    expect({ pages, pageHeight, delay, loop }).toEqual({ pages: 3, pageHeight: 480, delay: [120, 120, 120], loop: 0 });
    for (const [index, colour] of [[0, [255, 0, 0]] as const, [2, [0, 0, 255]] as const]) {
      const frame = await sharp(made.full, { page: index }).png().toBuffer();
      expect(colourDistance(await colourAt(frame, 0.5, 0.5), colour)).toBeLessThan(12);
    }
  });

  it('its preview and its hash are of the first frame', async () => {
    const made = await makeFrom(await makeMoving('webp', { width: 1280, height: 960 }, colours));
    expect(made.small).toEqual({ width: 554, height: 416 });
    expect(webpChunks(made.preview)).toEqual(['VP8 ']);
    expect(colourDistance(await colourAt(made.preview, 0.5, 0.5), [255, 0, 0])).toBeLessThan(12);
    const other = ['#ff0000', '#ffffff', '#000000'];
    const begunAlike = await makeFrom(await makeMoving('webp', { width: 1280, height: 960 }, other));
    expect(made.blurhash).toBe(begunAlike.blurhash);
  });

  it('a large one is cut down to 0.9 megapixels, each frame of it', async () => {
    const made = await makeFrom(await makeMoving('webp', { width: 2000, height: 1500 }, colours));
    expect(made.original).toEqual({ width: 1109, height: 831 });
    expect(await sharp(made.full, { animated: true }).metadata()).toMatchObject({ pages: 3, pageHeight: 831 });
  });

  it('frames of nothing but pixels come out', async () => {
    const made = await makeFrom(await makeMoving('webp', { width: 200, height: 100 }, colours));
    expect(new Set(webpChunks(made.full))).toEqual(new Set(['VP8X', 'ANIM', 'ANMF']));
  });

  it('a profile picture stands still, however long the movement', async () => {
    const cut = await cutPicture('avatar', makeGif(600, 500, 5000), { width: 400, height: 400 });
    expect(cut).toMatchObject({ width: 400, height: 400 });
    expect(webpChunks(cut.content)).not.toContain('ANIM');
  });

  it('one of another server that moves too long is shown standing still', async () => {
    const opened = await openPicture(makeGif(60, 50, 5000), { freeze: true });
    expect(opened).toMatchObject({ width: 60, height: 50, moving: false });
    expect(await openPicture(makeGif(60, 50, 20), { freeze: true })).toMatchObject({ moving: true });
    await expect(openPicture(makeVastPng(6000, 6000), { freeze: true })).rejects.toThrow(/too large/);
  });

  it('a moving PNG is shown as its first frame, a moving AVIF is refused by name', async () => {
    const still = await makeFrom(await makeQuarters(90, 60));
    const control = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
    const made = await makeFrom(withPngChunk(await makeQuarters(90, 60), 'acTL', control));
    expect(made.full.equals(still.full)).toBe(true);
    const avif = await sharp(await makeQuarters(90, 60))
      .avif()
      .toBuffer();
    avif.write('avis', 8, 'latin1');
    await expect(makeFrom(avif)).rejects.toThrow(/Moving AVIF pictures cannot be read/);
  });
});
