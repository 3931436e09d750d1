// Long files on their way into an S3 store: part by part, so that memory stays small and only what failed is sent again.
import { open, type FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Bytes of a part: above the 5 MiB that stores ask for, and small enough that ten thousand of them are 80 GiB. */
export const partBytes = 8 * 1024 * 1024;

interface Target {
  Bucket: string;
  Key: string;
  ContentType: string;
  CacheControl: string;
}

/** Sends the file; of what fails the store keeps nothing. */
export async function putParts(client: S3Client, target: Target, path: string): Promise<void> {
  const { Bucket, Key } = target;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const handle = await open(path, 'r');
  try {
    const Parts = [];
    for (let PartNumber = 1; ; PartNumber += 1) {
      const Body = await readPart(handle);
      if (Body.length === 0) break;
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ ETag, PartNumber });
    }
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    // The first failure is the one to tell of; a store forgets parts that nobody completes, if this fails too.
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

async function readPart(handle: FileHandle): Promise<Buffer> {
  const part = Buffer.allocUnsafe(partBytes);
  let length = 0;
  while (length < partBytes) {
    const { bytesRead } = await handle.read(part, length, partBytes - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return part.subarray(0, length);
}
