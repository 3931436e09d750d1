// Files on the local disk, under DATA_DIR/media.
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { Files } from './files.ts';
import { flydriveFiles } from './flydrive.ts';

/** `baseUrl` is where app.ts serves the folder, without a trailing slash. */
export function openDiskFiles(folder: string, baseUrl: string): Files {
  const disk = new Disk(new FSDriver({ location: folder, visibility: 'public' }));
  return flydriveFiles(disk, (key) => `${baseUrl}/${key}`);
}
