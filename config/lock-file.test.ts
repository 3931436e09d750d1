// The lock file must let `npm ci` through on every platform.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mendLockFile, type LockFile } from './lock-file.ts';
import { softwareFolder } from './parsers.ts';

const committed = readFileSync(join(softwareFolder, 'package-lock.json'), 'utf8');

it('the lock file has every platform part (else: npm run lock:mend)', () => {
  const lock: LockFile = JSON.parse(committed);
  expect(mendLockFile(lock)).toMatchObject({ added: [], unclear: [] });
});

it('the lock file names no registry, so that everybody installs from their own', () => {
  expect(committed).not.toContain('"resolved": "http');
});

it('adds a part with its platform, and leaves alone what is there and names what it cannot place', () => {
  const lock: LockFile = {
    packages: {
      '': {},
      'node_modules/tool': {
        dev: true,
        optionalDependencies: {
          '@tool/linux-x64': '1.0.0',
          '@tool/binding-linux-arm64-musl': '1.0.0',
          '@tool/darwin-x64': '1.0.0',
          extra: '2.0.0',
        },
      },
      'node_modules/tool/node_modules/@tool/linux-x64': { version: '1.0.0' },
    },
  };
  const mended = mendLockFile(lock);
  expect(mended.added).toEqual(['@tool/binding-linux-arm64-musl', '@tool/darwin-x64']);
  expect(mended.unclear).toEqual(['extra']);
  expect(mended.lock.packages['node_modules/@tool/binding-linux-arm64-musl']).toEqual({
    version: '1.0.0',
    os: ['linux'],
    cpu: ['arm64'],
    libc: ['musl'],
    dev: true,
    optional: true,
  });
});
