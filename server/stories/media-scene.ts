// Files that people choose in stories about media.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { until } from '#server/testing/until.ts';
import { openWorkshop, picture, plainFilm, tone } from '#server/testing/recordings.ts';

/** A file as the browser's chooser takes it. */
export interface ChosenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A photo of that size: a gradient with a disc. Drawn as pixels, because our server lets sharp read no drawings. */
export async function photo(name: string, width: number, height: number, hue = 0): Promise<ChosenFile> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const isDisc = Math.hypot(x - width * 0.3, y - height * 0.4) < Math.min(width, height) / 6;
    pixels[at * 3] = isDisc ? 250 : 90 + (x / width) * 120;
    pixels[at * 3 + 1] = isDisc ? 200 : 200 - (y / height) * 120;
    pixels[at * 3 + 2] = isDisc ? 60 : (120 + hue) % 256;
  }
  const buffer = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
  return { name, mimeType: 'image/jpeg', buffer };
}

/** A PNG of noise that takes at least so many bytes. */
export async function heavyPicture(bytes: number): Promise<Buffer> {
  const edge = Math.ceil(Math.sqrt(bytes / 3));
  const raw = { width: edge, height: edge, channels: 3 } as const;
  return sharp(randomBytes(edge * edge * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** A film of so many seconds, with a tone. */
export async function film(name: string, seconds: number): Promise<ChosenFile> {
  const shop = await openWorkshop();
  try {
    const path = await shop.write(name, [...picture('320x240', seconds), ...tone(seconds), ...plainFilm, '-shortest']);
    return { name, mimeType: 'video/mp4', buffer: await readFile(path) };
  } finally {
    await shop.close();
  }
}

/** Opens the device's chooser by the composer's button and picks these, or the file with that path. */
export async function attach(page: Page, files: readonly ChosenFile[] | string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add pictures, films or sounds' }).first().click();
  await (await chooser).setFiles(typeof files === 'string' ? files : [...files]);
}

/** The files that stand in the composer. */
export const tiles = (page: Page): Locator => page.getByRole('list', { name: 'Attached files' }).getByRole('listitem');

/** Waits until so many files stand in the composer and all of them have come to the server. */
export async function attached(page: Page, count: number): Promise<void> {
  await until(async () => (await tiles(page).count()) === count && (await page.getByRole('progressbar').count()) === 0);
}
