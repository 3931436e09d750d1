// Files in any S3-compatible store, with a public address of its own for a CDN. Long files travel in parts, each of which is
// tried again when the store fails for a moment.
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { Files, ListedFile } from './files.ts';
import { putFolder } from './folder.ts';
import { checkKey, checkPlace, checkPrefix } from './keys.ts';
import { partBytes, putParts } from './parts.ts';
import { s3ClientOptions, type S3Access } from './s3-client.ts';

export interface S3Options extends S3Access {
  bucket: string;
  /** Where people fetch files, without a trailing slash. */
  publicUrl: string;
}

/** How what is stored is kept on its way to people. */
const keeping = { public: 'public, max-age=31536000, immutable', private: 'private, no-store' };

/** Opens the bucket; nothing is sent before the first file. */
export function openS3Files(options: S3Options): Files {
  const client = new S3Client(s3ClientOptions(options));
  const Bucket = options.bucket;
  const putFrom = async (key: string, path: string, ContentType: string, CacheControl: string): Promise<void> => {
    const target = { Bucket, Key: key, ContentType, CacheControl };
    if ((await stat(path)).size > partBytes) return putParts(client, target, path);
    await client.send(new PutObjectCommand({ ...target, Body: await readWhole(path) }));
  };
  const files: Files = {
    async put(key, content, ContentType) {
      checkPlace(key, false);
      await client.send(
        new PutObjectCommand({ Bucket, Key: key, Body: content, ContentType, CacheControl: keeping.public }),
      );
    },
    async putFile(key, path, contentType) {
      checkPlace(key, false);
      await putFrom(key, path, contentType, keeping.public);
    },
    async putPrivate(key, path, contentType) {
      checkPlace(key, true);
      await putFrom(key, path, contentType, keeping.private);
    },
    putFolder: (prefix, folder) => putFolder(files, prefix, folder),
    async read(key, range) {
      checkKey(key);
      const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end ?? ''}`;
      const found = await orNull(client.send(new GetObjectCommand({ Bucket, Key: key, Range })));
      return found === 'behind the end' ? Readable.from([]) : found === null ? null : bodyOf(found);
    },
    get: async (key) => getWhole(client, Bucket, key),
    async head(key) {
      checkKey(key);
      const found = await orNull(client.send(new HeadObjectCommand({ Bucket, Key: key })));
      if (found === null || found === 'behind the end') return null;
      return { bytes: found.ContentLength ?? 0, contentType: found.ContentType ?? 'application/octet-stream' };
    },
    list(prefix) {
      checkPrefix(prefix);
      return listBelow(client, Bucket, prefix);
    },
    async delete(key) {
      checkKey(key);
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    },
    async deleteFolder(prefix) {
      if (prefix === '') throw new Error('not everything at once');
      for await (const { key } of files.list(prefix)) await files.delete(key);
    },
    url: (key) => `${options.publicUrl}/${key}`,
  };
  return files;
}

/** The whole content; an answer that breaks off is asked for once more. */
async function getWhole(client: S3Client, Bucket: string, key: string): Promise<Buffer | null> {
  checkKey(key);
  for (let left = 2; ; left -= 1) {
    const found = await orNull(client.send(new GetObjectCommand({ Bucket, Key: key })));
    if (found === null || found === 'behind the end') return null;
    try {
      return Buffer.concat(await bodyOf(found).toArray());
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  if (Body instanceof Readable) return Body;
  throw new Error('the store answered without a body');
}

async function* listBelow(client: S3Client, Bucket: string, prefix: string): AsyncGenerator<ListedFile> {
  for await (const page of paginateListObjectsV2({ client, pageSize: 1000 }, { Bucket, Prefix: prefix })) {
    for (const { Key, Size, LastModified } of page.Contents ?? [])
      if (Key !== undefined) yield { key: Key, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) };
  }
}

async function readWhole(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** What the store says, or null when it says that there is none. */
async function orNull<T>(asked: Promise<T>): Promise<T | 'behind the end' | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name)) return null;
    if (error instanceof Error && error.name === 'InvalidRange') return 'behind the end';
    throw error;
  }
}
