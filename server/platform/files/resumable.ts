// Where uploads lie that come piece by piece, until they are whole: beside the files of this server, by the tus store that fits.
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataStore } from '@tus/server';
import type { Config, Secrets } from '#config/load.ts';
import { s3ClientOptions } from './s3-client.ts';

/** The store of uploads that are not whole yet. */
export interface ResumableStore {
  store: DataStore;
  /** What the store calls the upload with that token. */
  nameOf(token: string): string;
  /** Where a whole one lies on this machine; null when it lies in the bucket, under the key `nameOf`. */
  pathOf(token: string): string | null;
  /** Whether a file of that size would leave some room on this machine's disk. */
  hasRoomFor(bytes: number): Promise<boolean>;
}

/** What other things on the same disk need in any case. */
const spareBytes = 64 * 1024 * 1024;

/** Opens the store where the files of these settings are: DATA_DIR/uploads, or the bucket's private folder. */
export async function openResumableStore(config: Config, secrets: Secrets): Promise<ResumableStore> {
  const { s3Bucket: bucket, s3Region: region, s3Endpoint: endpoint } = config;
  const { s3AccessKey: accessKey, s3SecretKey: secretKey } = secrets;
  if (bucket === undefined || accessKey === undefined || secretKey === undefined)
    return openOnDisk(resumableFolder(config));
  const { S3Store } = await import('@tus/s3-store');
  const s3ClientConfig = { bucket, ...s3ClientOptions({ region, endpoint, accessKey, secretKey }) };
  return {
    store: new S3Store({ s3ClientConfig, useTags: false }),
    nameOf: (token) => `uploads/resumable/${token}`,
    pathOf: () => null,
    hasRoomFor: async () => true,
  };
}

/** Where they lie on a disk. */
export function resumableFolder({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'uploads');
}

async function openOnDisk(directory: string): Promise<ResumableStore> {
  const { FileStore } = await import('@tus/file-store');
  await mkdir(directory, { recursive: true });
  return {
    store: new FileStore({ directory }),
    nameOf: (token) => token,
    pathOf: (token) => join(directory, token),
    async hasRoomFor(bytes) {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize > bytes + spareBytes;
    },
  };
}
