// The doctor says what films and sounds this machine can take, and how to mend it when it cannot.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, type Config } from '#config/load.ts';
import { programPath } from '#server/testing/programs.ts';
import { checkFfmpeg } from './ffmpeg.ts';

describe('the doctor and ffmpeg', () => {
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const configOf = (path: string): Config =>
    loadConfig({ env: { DATA_DIR: folder, FFMPEG_PATH: path }, file: null }).config;

  /** A program that says of itself what ffmpeg says. */
  async function writeFake(says: { version: string; encoders: string[]; decoders: string[]; filters?: string[] }) {
    made += 1;
    const program = join(folder, `ffmpeg-${made}`);
    const list = (flags: string, names: string[]): string =>
      names.map((name) => ` ${flags} ${name} is a thing`).join('\n');
    const script = `#!/bin/sh
case "$2" in
  -encoders) echo '${list('V.....', says.encoders)}';;
  -decoders) echo '${list('VFS..D', says.decoders)}';;
  -filters) echo '${list('.SC', says.filters ?? ['zscale'])}';;
  *) echo 'ffmpeg version ${says.version} Copyright (c) somebody';;
esac
`;
    for (const path of [program, program.replace(/ffmpeg-(\d+)$/, 'ffprobe-$1')]) {
      await writeFile(path, script);
      await chmod(path, 0o755);
    }
    return checkFfmpeg(configOf(program));
  }

  const encoders = ['libx264', 'aac'];
  const decoders = ['hevc', 'vp9', 'av1', 'mp3', 'opus', 'vorbis', 'flac'];

  test.runIf(programPath('ffmpeg') !== null)('finds the one of this machine', async () => {
    const finding = await checkFfmpeg(configOf(programPath('ffmpeg') ?? ''));
    expect(finding.text).toMatch(/^\S+ with libx264 and aac: films and sounds are taken|zscale/);
  });

  test('says what is not taken without it, and how to install it', async () => {
    const finding = await checkFfmpeg(configOf('/nowhere/ffmpeg'));
    expect(finding).toMatchObject({ state: 'warning' });
    expect(finding.text).toContain('/nowhere/ffmpeg is not there or does not run: only pictures are taken');
    expect(finding.mend).toContain('apt install ffmpeg');
  });

  test('is content with one that can do everything', async () => {
    expect(await writeFake({ version: '8.0.1', encoders, decoders })).toMatchObject({
      state: 'fine',
      text: '8.0.1 with libx264 and aac: films and sounds are taken',
    });
  });

  test.each([
    ['encoders are missing', { version: '7.1', encoders: ['aac'], decoders }, /built without libx264: only pictures/],
    ['it is old', { version: '4.1.11', encoders, decoders }, /4\.1\.11 is too old/],
    [
      'it cannot read some kinds',
      { version: '6.0', encoders, decoders: ['vp9', 'mp3', 'opus', 'vorbis', 'flac'] },
      /cannot read HEVC, which phones film in; AV1: such uploads are refused/,
    ],
    ['it has no tone mapping', { version: '6.0', encoders, decoders, filters: ['scale'] }, /HDR cameras look pale/],
  ])('warns when %s', async (_, says, words) => {
    const finding = await writeFake(says);
    expect(finding).toMatchObject({ state: 'warning', check: 'ffmpeg' });
    expect(finding.text).toMatch(words);
    expect(finding.mend).toBeDefined();
  });
});
