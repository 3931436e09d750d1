// A disk that takes no more: nothing half-written stays, and callers can tell.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDiskFull } from './files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-full-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Stores three things as a program whose files may have 512 KiB; the last one fits. */
const program = `
  import { Buffer } from 'node:buffer';
  import { openDiskFiles } from '#server/platform/files/disk.ts';
  import { isDiskFull } from '#server/platform/files/files.ts';
  const [folder, film] = process.argv.slice(1);
  const files = openDiskFiles(folder + '/media', '');
  const told = async (verb) => verb.then(() => 'stored', (error) => (isDiskFull(error) ? 'full' : String(error)));
  console.log(JSON.stringify([
    await told(files.put('a/long.webp', Buffer.alloc(2_000_000), 'image/webp')),
    await told(files.putFile('b/film.mp4', film, 'video/mp4')),
    await told(files.putFolder('c/', folder + '/pieces')),
    await told(files.put('d/short.webp', Buffer.alloc(1000), 'image/webp')),
  ]));
`;

test('what does not fit is refused and leaves nothing; what fits is stored', async () => {
  const film = join(folder, 'film');
  await writeFile(film, Buffer.alloc(2_000_000));
  await promisify(execFile)('sh', ['-c', 'mkdir pieces && echo x > pieces/a.ts && cp film pieces/b.ts'], {
    cwd: folder,
  });
  // The signal that would end the program is put off, so that a write fails as it does on a full disk.
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    `trap '' XFSZ; ulimit -f 1024; exec "$0" --input-type=module-typescript -e "$1" "$2" "$3"`,
    process.execPath,
    program,
    folder,
    film,
  ]);
  expect(JSON.parse(stdout)).toEqual(['full', 'full', 'full', 'stored']);
  const left = await readdir(join(folder, 'media'), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(['short.webp']);
});

test('a full or broken disk is told from any other failure, however deep it lies', () => {
  const fault = (code: string): Error => Object.assign(new Error(code), { code });
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS']) expect(isDiskFull(fault(code)), code).toBe(true);
  expect(isDiskFull(new Error('not stored', { cause: fault('ENOSPC') }))).toBe(true);
  expect(isDiskFull(fault('ENOENT'))).toBe(false);
  expect(isDiskFull('ENOSPC')).toBe(false);
});
