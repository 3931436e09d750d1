// Making pictures, a few at a time: each takes a core and up to some hundred megabytes, and the others wait with their file on the disk.
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { OutOfSpace } from '#server/platform/errors.ts';
import { isDiskFull } from '#server/platform/files/files.ts';
import type { Made } from '#server/platform/media/made.ts';
import { createTurns } from '#server/platform/turns.ts';
import { asRefusal } from './makers.ts';

const cores = availableParallelism();
const turns = createTurns(cores);

/** So many pictures may wait for each core before others are left to a worker: some seconds of somebody's patience. */
const lineForCore = 8;
let places = cores * (1 + lineForCore);

/**
 * A place in the line of pictures whose uploaders wait for them; `leave` gives it back. Null when the line is long: one who waits
 * for an answer then gets it before the picture is made.
 */
export function joinLine(): { leave: () => void } | null {
  if (places === 0) return null;
  places -= 1;
  return { leave: () => void (places += 1) };
}

/**
 * Makes a picture in a new folder of that name below `folder`, when its turn comes.
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
    throw isDiskFull(cause) ? new OutOfSpace({ cause }) : cause;
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
  const { files, small, blurhash } = await makePictureIn(folder, 'thumbnail', path, signal).catch((error: unknown) => {
    throw asRefusal(error);
  });
  const chosen = files.filter(({ role }) => role === 'small').map((file) => ({ ...file, role: 'thumbnail' as const }));
  return { files: chosen, small, blurhash };
}
