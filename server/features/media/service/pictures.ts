// Making pictures, a few at a time: each takes a core and up to some hundred megabytes, and the others wait with their file on the disk.
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Failure, Invalid, OutOfSpace } from '#server/platform/errors.ts';
import { isDiskFull } from '#server/platform/files/files.ts';
import type { Made } from '#server/platform/media/made.ts';
import { createTurns } from '#server/platform/turns.ts';
import { refuseFile } from './makers.ts';

const turns = createTurns(availableParallelism());

/**
 * Makes a picture in a new folder of that name below `folder`.
 * @throws {Invalid} when it is none that is taken, in words for its owner
 * @throws {OutOfSpace} when the disk is full
 */
export async function makePictureIn(folder: string, name: string, path: string, signal: AbortSignal): Promise<Made> {
  const { makePicture } = await import('#server/platform/media/pictures.ts');
  const place = join(folder, name);
  await mkdir(place);
  try {
    return await turns(async () => {
      signal.throwIfAborted();
      return makePicture(path, { folder: place, signal });
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (isDiskFull(cause)) throw new OutOfSpace({ cause });
    if (cause instanceof Invalid) throw refuseFile(cause.message);
    if (cause instanceof Failure) throw cause;
    throw cause;
  }
}

/** A picture that its owner chose to stand for a file: its measures, blurhash, and the file under the role `thumbnail`. */
export interface Thumbnail {
  files: Made['files'];
  small: Made['small'];
  blurhash: string | null;
}

/** Makes a thumbnail in `folder`. @throws as `makePictureIn` */
export async function makeThumbnail(folder: string, path: string, signal: AbortSignal): Promise<Thumbnail> {
  const { files, small, blurhash } = await makePictureIn(folder, 'thumbnail', path, signal);
  const chosen = files.filter(({ role }) => role === 'small').map((file) => ({ ...file, role: 'thumbnail' as const }));
  return { files: chosen, small, blurhash };
}
