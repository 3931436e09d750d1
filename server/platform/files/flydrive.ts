// What the files adapters share.
import type { Disk } from 'flydrive';
import type { Files } from './files.ts';

/** The files port over a flydrive disk; `url` makes public addresses. */
export function flydriveFiles(disk: Disk, url: (key: string) => string): Files {
  return {
    async put(key, content, contentType) {
      await disk.put(key, content, { contentType, cacheControl: 'public, max-age=31536000, immutable' });
    },
    async putPrivate(key, path, contentType) {
      await disk.copyFromFs(path, key, { contentType, cacheControl: 'private, no-store' });
    },
    async read(key) {
      return (await disk.exists(key)) ? disk.getStream(key) : null;
    },
    async get(key) {
      if (!(await disk.exists(key))) return null;
      return Buffer.from(await disk.getBytes(key));
    },
    async head(key) {
      if (!(await disk.exists(key))) return null;
      const found = await disk.getMetaData(key);
      return { bytes: found.contentLength, contentType: found.contentType ?? 'application/octet-stream' };
    },
    async delete(key) {
      await disk.delete(key);
    },
    url,
  };
}
