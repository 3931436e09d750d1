// What was built from the very same sources before need not be built again: a digest says whether they are.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The software's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** All files below a folder of the software that `isRead` holds of, as whole paths in order. */
export function filesBelow(folder: string, isRead: (path: string) => boolean): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isRead)
    .toSorted();
}

/** SHA-256 over `more`, names and contents, in hexadecimal. Paths are whole, or within the software's folder. */
export function digestOf(files: readonly string[], more = ''): string {
  const hash = createHash('sha256').update(more);
  for (const path of files.map((file) => resolve(root, file))) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}
