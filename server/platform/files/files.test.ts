// One contract for both places where files are kept; S3 is spoken with a real S3 server.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { openBucket } from '#server/testing/bucket.ts';
import { openDiskFiles } from './disk.ts';
import type { Files, ListedFile } from './files.ts';
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

/** A bucket that is closed after the test; resolves to its address. */
async function openEndpoint(): Promise<string> {
  const bucket = await openBucket();
  closers.push(() => bucket.close());
  return bucket.endpoint;
}

/** Stands before a store and answers 500 to every tenth question, at the least, without handing it on. */
async function openUnwell(endpoint: string): Promise<{ endpoint: string; refused: () => number }> {
  let asked = 0;
  let refused = 0;
  const server = createServer((incoming, answer) => {
    asked += 1;
    if (asked % 10 === 3) {
      refused += 1;
      incoming.resume().on('end', () => answer.writeHead(500).end());
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request(new URL(url ?? '/', endpoint), { method: method ?? 'GET', headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { endpoint: `http://127.0.0.1:${port}`, refused: () => refused };
}

const openS3 = (endpoint: string): Files =>
  openS3Files({
    bucket: 'rookery',
    region: 'us-east-1',
    endpoint,
    publicUrl: 'http://localhost:3000/media',
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
  });

async function openStore(store: string): Promise<Files> {
  if (store === 'disk') return openDiskFiles(await temporaryFolder(), 'http://localhost:3000/media');
  return openS3(await openEndpoint());
}

async function listed(files: Files, prefix: string): Promise<ListedFile[]> {
  const found = [];
  for await (const one of files.list(prefix)) found.push(one);
  return found;
}

async function keysOf(files: Files, prefix: string): Promise<string[]> {
  return (await listed(files, prefix)).map(({ key }) => key).toSorted();
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

  test('takes a long public file from this machine, part by part', async () => {
    const files = await openStore(store);
    const path = join(await temporaryFolder(), 'film');
    const content = randomBytes(20_000_001);
    await writeFile(path, content);
    await files.putFile('films/a/original.mp4', path, 'video/mp4');
    expect(await files.head('films/a/original.mp4')).toEqual({ bytes: 20_000_001, contentType: 'video/mp4' });
    expect(content.equals((await files.get('films/a/original.mp4')) ?? Buffer.alloc(0))).toBe(true);
    await expect(files.putFile('films/b.mp4', `${path}-none`, 'video/mp4')).rejects.toThrow('ENOENT');
    expect(await files.head('films/b.mp4')).toBeNull();
  });

  test('gives back a range, both ends included', async () => {
    const files = await openStore(store);
    await files.put('films/a.mp4', Buffer.from('0123456789'), 'video/mp4');
    const range = async (start: number, end?: number): Promise<string> => {
      const pieces = await files.read('films/a.mp4', { start, end });
      return pieces === null ? 'none' : (await buffer(pieces)).toString();
    };
    expect(await range(2, 4)).toBe('234');
    expect(await range(7)).toBe('789');
    expect(await range(8, 100)).toBe('89');
    expect(await range(10, 20)).toBe('');
    expect(await files.read('films/none.mp4', { start: 1 })).toBeNull();
  });

  test('takes a folder, names what is below it, and removes it', async () => {
    const files = await openStore(store);
    const folder = await temporaryFolder();
    await mkdir(join(folder, '720p'));
    await writeFile(join(folder, 'index.m3u8'), '#EXTM3U');
    await writeFile(join(folder, '720p', 'first.m4s'), 'piece');
    await files.put('films/ab.webp', Buffer.from('poster'), 'image/webp');
    expect(await files.putFolder('films/a/', folder)).toEqual({ files: 2, bytes: 12 });
    expect(await files.head('films/a/index.m3u8')).toEqual({ bytes: 7, contentType: 'application/vnd.apple.mpegurl' });
    expect(await keysOf(files, 'films/a/')).toEqual(['films/a/720p/first.m4s', 'films/a/index.m3u8']);
    expect(await keysOf(files, '')).toEqual(['films/a/720p/first.m4s', 'films/a/index.m3u8', 'films/ab.webp']);
    expect(await listed(files, 'films/a/720p/')).toEqual([
      { key: 'films/a/720p/first.m4s', bytes: 5, modifiedAt: expect.any(Date) },
    ]);
    await files.deleteFolder('films/a/');
    await files.deleteFolder('films/a/');
    expect(await keysOf(files, '')).toEqual(['films/ab.webp']);
    await expect(files.deleteFolder('')).rejects.toThrow('not everything');
  });

  test('of a folder that cannot be stored whole nothing stays', async () => {
    const files = await openStore(store);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.m4s'), 'piece');
    await writeFile(join(folder, 'no key.m4s'), 'piece');
    await expect(files.putFolder('films/a/', folder)).rejects.toThrow('no key');
    expect(await keysOf(files, '')).toEqual([]);
  });

  test('private files are below the private folders, and no others', async () => {
    const files = await openStore(store);
    const path = join(await temporaryFolder(), 'any');
    await writeFile(path, 'x');
    await expect(files.put('uploads/a.webp', Buffer.from('x'), 'image/webp')).rejects.toThrow('must not be below');
    await expect(files.putFile('archives/a.webp', path, 'image/webp')).rejects.toThrow('must not be below');
    await expect(files.putPrivate('films/a', path, 'image/webp')).rejects.toThrow('must be below');
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

  test('a key that leaves the folder is refused', async () => {
    const files = await openStore(store);
    for (const key of ['../../escape.webp', '/etc/x', 'a//b', 'a/./b', '.hidden', 'a/\0b', 'a b', 'ä', '', 'a/'])
      await expect(files.put(key, Buffer.from('x'), 'image/webp'), key).rejects.toThrow('no key');
    await expect(files.get('../../escape.webp')).rejects.toThrow('no key');
    expect(() => files.list('../')).toThrow('no folder');
  });

  test('says where people fetch it', async () => {
    const files = await openStore(store);
    expect(files.url('avatars/a.webp')).toBe('http://localhost:3000/media/avatars/a.webp');
  });
});

test('a store that fails one answer in ten is asked again, and nothing is lost', async () => {
  const unwell = await openUnwell(await openEndpoint());
  const files = openS3(unwell.endpoint);
  const path = join(await temporaryFolder(), 'film');
  const content = randomBytes(20_000_000);
  await writeFile(path, content);
  for (let index = 0; index < 20; index += 1)
    await files.put(`pictures/${index}.webp`, Buffer.from(`picture ${index}`), 'image/webp');
  await files.putFile('films/a.mp4', path, 'video/mp4');
  for (let index = 0; index < 20; index += 1)
    expect((await files.get(`pictures/${index}.webp`))?.toString()).toBe(`picture ${index}`);
  expect(content.equals((await files.get('films/a.mp4')) ?? Buffer.alloc(0))).toBe(true);
  expect(await keysOf(files, 'pictures/')).toHaveLength(20);
  expect(unwell.refused()).toBeGreaterThan(3);
});
