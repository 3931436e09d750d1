// One contract for both places where files are kept; S3 is spoken with a real S3 server.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import S3rver from 's3rver';
import { afterEach, describe, expect, test } from 'vitest';
import { openDiskFiles } from './disk.ts';
import type { Files } from './files.ts';
import { openS3Files } from './s3.ts';

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-files-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openStore(store: string): Promise<Files> {
  const folder = await temporaryFolder();
  if (store === 'disk') return openDiskFiles(folder, 'http://localhost:3000/media');
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'rookery', configs: [] }],
  });
  const address = await server.run();
  closers.push(() => server.close());
  return openS3Files({
    bucket: 'rookery',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${address.port}`,
    publicUrl: 'http://localhost:3000/media',
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
  });
}

describe.each(['disk', 'S3'])('files on %s', (store) => {
  test('gives back what was stored, with its size and type', async () => {
    const files = await openStore(store);
    const content = Buffer.from([0, 255, 1, 254, 10, 13]);
    await files.put('avatars/ab/picture.webp', content, 'image/webp');
    expect(await files.get('avatars/ab/picture.webp')).toEqual(content);
    expect(await files.head('avatars/ab/picture.webp')).toEqual({ bytes: 6, contentType: 'image/webp' });
  });

  test('takes a long private file from this machine and gives it back piece by piece', async () => {
    const files = await openStore(store);
    const path = join(await temporaryFolder(), 'long.zip');
    const content = randomBytes(3_000_000);
    await writeFile(path, content);
    await files.putPrivate('archives/secret.zip', path, 'application/zip');
    expect(await files.head('archives/secret.zip')).toEqual({ bytes: 3_000_000, contentType: 'application/zip' });
    const pieces = await files.read('archives/secret.zip');
    expect(pieces && content.equals(await buffer(pieces))).toBe(true);
    expect(await files.read('archives/none.zip')).toBeNull();
  });

  test('knows what is not there', async () => {
    const files = await openStore(store);
    expect(await files.get('avatars/none.webp')).toBeNull();
    expect(await files.head('avatars/none.webp')).toBeNull();
  });

  test('a deleted file is gone, and deleting it again is fine', async () => {
    const files = await openStore(store);
    await files.put('a.webp', Buffer.from('x'), 'image/webp');
    await files.delete('a.webp');
    await files.delete('a.webp');
    expect(await files.get('a.webp')).toBeNull();
  });

  test('a key that leaves the folder is refused or kept inside', async () => {
    const files = await openStore(store);
    await expect(files.put('../../escape.webp', Buffer.from('x'), 'image/webp')).rejects.toThrow();
  });

  test('says where people fetch it', async () => {
    const files = await openStore(store);
    expect(files.url('avatars/a.webp')).toBe('http://localhost:3000/media/avatars/a.webp');
  });
});
