// Files in any S3-compatible store, with a public address of its own for a CDN.
import { Disk } from 'flydrive';
import { S3Driver } from 'flydrive/drivers/s3';
import type { Files } from './files.ts';
import { flydriveFiles } from './flydrive.ts';

export interface S3Options {
  bucket: string;
  region: string;
  /** Absent for AWS itself. */
  endpoint?: string | undefined;
  /** Where people fetch files, without a trailing slash; the bucket's own address when absent. */
  publicUrl?: string | undefined;
  accessKey: string;
  secretKey: string;
}

/** Opens the bucket; nothing is sent before the first file. */
export function openS3Files(options: S3Options): Files {
  const { bucket, region, endpoint, accessKey, secretKey } = options;
  const driver = new S3Driver({
    bucket,
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Stores that speak S3 without being AWS refuse the newer checksums and know no access lists.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    supportsACL: false,
    visibility: 'public',
  });
  const base =
    options.publicUrl ??
    (endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint}/${bucket}`);
  return flydriveFiles(new Disk(driver), (key) => `${base}/${key}`);
}
