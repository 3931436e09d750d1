// Pictures of posts, with files as people and attackers send them, all made here.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePicture } from './pictures.ts';
import type { Made } from './made.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-pictures-'));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
/** Makes the picture of these bytes as an upload does: a file without a telling name, an empty folder. */
async function make(content: Buffer): Promise<Made> {
  count += 1;
  const source = join(folder, `upload-${count}`);
  await writeFile(source, content);
  const made = await makePicture(source, {
    folder: await mkdtemp(join(folder, 'made-')),
    signal: new AbortController().signal,
  });
  return made;
}

const file = (made: Made, role: 'original' | 'small'): Promise<Buffer> =>
  readFile(made.files.find((entry) => entry.role === role)?.path ?? '');

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c04020' } });

describe('formats', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)('takes %s', async (format) => {
    const made = await make(await flat(1600, 1200).toFormat(format).toBuffer());
    expect(made).toMatchObject({ kind: 'image', original: { width: 1600, height: 1200 }, waveform: null });
    expect(made.small).toEqual({ width: 554, height: 416 });
    expect(made.blurhash).toMatch(/^[^ ]{28}$/);
    for (const role of ['original', 'small'] as const) {
      const meta = await sharp(await file(made, role)).metadata();
      expect(meta.format).toBe('webp');
    }
    expect((await stat(made.files[0]?.path ?? '')).size).toBeGreaterThan(0);
  });
});
