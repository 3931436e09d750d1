// Makes pictures in a test as an upload does: a file without a telling name in, files of an empty folder out.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Made } from '#server/platform/media/made.ts';
import { makePicture } from '#server/platform/media/pictures.ts';

export interface MadePicture extends Made {
  full: Buffer;
  preview: Buffer;
}

/** What is made of these bytes. Leaves nothing behind. */
export async function makeFrom(content: Buffer, signal = new AbortController().signal): Promise<MadePicture> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-picture-'));
  try {
    const source = join(folder, 'upload');
    await writeFile(source, content);
    const made = await makePicture(source, { folder: await mkdtemp(join(folder, 'made-')), signal });
    const read = (role: string): Promise<Buffer> =>
      readFile(made.files.find((file) => file.role === role)?.path ?? 'nothing was made');
    return { ...made, full: await read('original'), preview: await read('small') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
