// Storing a whole folder of this machine: the pieces of a film, for instance.
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Files } from './files.ts';
import { checkPrefix, typeOfKey } from './keys.ts';

const together = 4;

/** `Files.putFolder` for every adapter, by its `putFile`. */
export async function putFolder(
  files: Pick<Files, 'putFile' | 'deleteFolder'>,
  prefix: string,
  folder: string,
): Promise<{ files: number; bytes: number }> {
  checkPrefix(prefix);
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  let bytes = 0;
  const putNext = async (): Promise<void> => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const key = prefix + relative(folder, path).split(sep).join('/');
      await files.putFile(key, path, typeOfKey(key));
      const { size } = await stat(path);
      bytes += size;
    }
  };
  const count = paths.length;
  const ended = await Promise.allSettled(Array.from({ length: together }, putNext));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed === undefined) return { files: count, bytes };
  await files.deleteFolder(prefix);
  throw failed.reason;
}
