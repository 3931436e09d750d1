// Pictures for programs that cannot read WebP: made when one of them asks, the last ones kept in memory.
import { LRUCache } from 'lru-cache';
import { makePlain } from '#server/features/media/service/remote-make.ts';
import type { Files } from '#server/platform/files/files.ts';
import { createTurns } from '#server/platform/turns.ts';

const keptBytes = 32 * 1024 * 1024;
/** Each takes a core for a moment, and there are few who ask. */
const together = 2;

/** True for whoever says what they read, and neither that type nor any picture is among it. */
export function wantsPlain(accept: string | undefined, contentType: string): boolean {
  if (accept === undefined || accept.trim() === '') return false;
  const read = accept.toLowerCase();
  return ![contentType, 'image/*', '*/*'].some((type) => read.includes(type));
}

/** Gives the picture of a key as JPEG, or null when there is none. */
export function openPlainPictures(files: Pick<Files, 'get'>): (key: string) => Promise<Buffer | null> {
  const turns = createTurns(together);
  const kept = new LRUCache<string, Buffer>({ maxSize: keptBytes, sizeCalculation: ({ length }) => length });
  const making = new Map<string, Promise<Buffer | null>>();
  const make = async (key: string): Promise<Buffer | null> => {
    const content = await files.get(key);
    if (content === null) return null;
    const jpeg = await makePlain(content);
    kept.set(key, jpeg);
    return jpeg;
  };
  return async (key) => {
    const present = kept.get(key);
    if (present !== undefined) return present;
    const begun = making.get(key) ?? turns(() => make(key)).finally(() => making.delete(key));
    making.set(key, begun);
    return begun;
  };
}
