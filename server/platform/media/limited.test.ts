// A program that hangs, crashes, eats memory or floods its pipes is ended at its limit with all its children, and its owner
// reads why. The programs are shell scripts that stand in for ffmpeg.
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Invalid } from '#server/platform/errors.ts';
import { programPath } from '#server/testing/programs.ts';
import { hasFfmpeg, openWorkshop, picture, plainFilm, type Workshop } from '#server/testing/recordings.ts';
import { until } from '#server/testing/until.ts';
import { findFfmpeg, limitsOf, type FfmpegLimits } from './ffmpeg.ts';
import { secondsOf } from './spent.ts';

const real = programPath('ffmpeg') ?? '';

/** An ffmpeg that says who it is, and then does this instead of its work. */
async function writeFake(folder: string, name: string, work: string): Promise<string> {
  const place = join(folder, name);
  await mkdir(place);
  const program = join(place, 'ffmpeg');
  const about = `case "$2" in -version|-encoders|-decoders|-filters) exec ${real} "$@";; esac`;
  await writeFile(program, `#!/bin/sh\n${about}\necho $$ > '${place}/pid'\n${work}\n`);
  await chmod(program, 0o755);
  await symlink(real.replace(/ffmpeg$/, 'ffprobe'), join(place, 'ffprobe'));
  return program;
}

/** Running, and not only waiting for its parent to take notice of its end. */
function isAlive(pid: string): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).trim().startsWith('Z');
  } catch {
    return false;
  }
}

describe.runIf(hasFfmpeg)('limits', () => {
  let folder: string;
  let shop: Workshop;
  let film: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-fakes-'));
    shop = await openWorkshop();
    film = await shop.write('film.mkv', [...picture('64x48', 1), ...plainFilm]);
  });
  afterAll(async () => {
    await shop.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pidsOf = async (program: string): Promise<string[]> => {
    const place = join(program, '..');
    const files = [join(place, 'pid'), join(place, 'children')];
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
    return texts.join('\n').split(/\s+/).filter(Boolean);
  };

  async function run(program: string, limits: Partial<FfmpegLimits>, signal?: AbortSignal): Promise<unknown> {
    const faked = await openWorkshop(program);
    try {
      return await faked.make('makeFilm', film, { ...limits, ...(signal === undefined ? {} : { signal }) }).then(
        () => 'made',
        (error: unknown) => error,
      );
    } finally {
      await faked.close();
    }
  }

  const children = `(sleep 300 & echo $! >> "$(dirname "$0")/children"; wait) & sleep 300 & echo $! >> "$(dirname "$0")/children"`;
  const stories: Array<[string, string, string, Partial<FfmpegLimits>, RegExp]> = [
    ['hangs in silence', 'hangs', `${children}; wait`, { silenceSeconds: 2 }, /came to a standstill/],
    [
      'is busy for ever',
      'busy',
      `${children}; while :; do echo out_time_us=1000; sleep 0.1; done`,
      { wallSeconds: 3 },
      /took longer than this server allows/,
    ],
    ['takes all of the processor', 'burns', `${children}; while :; do :; done`, { cpuSeconds: 1 }, /took longer/],
    [
      'eats memory',
      'eats',
      `${children}; v=0123456789abcdef; while :; do v=$v$v; done`,
      { memoryBytes: 64 * 1_048_576 },
      /took more memory than this server allows/,
    ],
    ['crashes', 'crashes', `${children}; kill -SEGV $$`, {}, /Processing this file failed/],
    ['gives up', 'gives-up', `${children}; echo 'no idea' >&2; exit 3`, {}, /Processing this file failed/],
    ['talks without end', 'talks', `${children}; exec yes`, {}, /became larger than this server allows/],
    [
      'writes without end',
      'writes',
      `${children}; exec head -c 20000000 /dev/zero > large`,
      { outputBytes: 1_000_000 },
      /became larger than this server allows/,
    ],
  ];
  test.each(stories)('an ffmpeg that %s', async (_, name, work, limits, words) => {
    const program = await writeFake(folder, name, work);
    const error = await run(program, limits);
    expect(error).toBeInstanceOf(Invalid);
    expect((error as Invalid).message).toMatch(words);
    const pids = await pidsOf(program);
    expect(pids.length).toBeGreaterThan(1);
    await until(() => !pids.some(isAlive));
  });

  test('the log learns what it wrote last', async () => {
    const program = await writeFake(folder, 'speaks', `echo 'the last words' >&2; exit 1`);
    const error = (await run(program, {})) as Invalid;
    expect(String(error.cause)).toContain('the last words');
  });

  test('a full disk is no fault of the file', async () => {
    const program = await writeFake(
      folder,
      'full',
      `echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1`,
    );
    expect(await run(program, {})).not.toBeInstanceOf(Invalid);
  });

  test('breaking off ends the program and its children at once', async () => {
    const program = await writeFake(folder, 'aborted', `${children}; wait`);
    const controller = new AbortController();
    const running = run(program, {}, controller.signal);
    await until(async () => (await pidsOf(program)).length > 2);
    const reason = new Error('the server stops');
    controller.abort(reason);
    expect(await running).toBe(reason);
    const pids = await pidsOf(program);
    await until(() => !pids.some(isAlive));
  });

  // Only Linux tells a program that its parent is gone; elsewhere the limit on its time ends it.
  test.runIf(existsSync('/usr/bin/setpriv'))('it does not outlive a server that is killed', async () => {
    const program = await writeFake(folder, 'orphan', 'exec sleep 300');
    const limited = fileURLToPath(new URL('limited.ts', import.meta.url));
    const limits = { cpuSeconds: 60, wallSeconds: 60, silenceSeconds: 60, memoryBytes: 1e9, fileBytes: 1e9 };
    const request = { program, arguments: [], folder, limits: { ...limits, printedBytes: 1e6, niceness: 0 } };
    const server = spawn(process.execPath, [
      '-e',
      `import(${JSON.stringify(limited)}).then(({ runLimited }) => runLimited({ ...${JSON.stringify(request)},
        signal: new AbortController().signal, onPrinted() {} }))`,
    ]);
    await until(async () => (await pidsOf(program)).some(isAlive));
    server.kill('SIGKILL');
    const pids = await pidsOf(program);
    await until(() => !pids.some(isAlive));
  });

  test('it sees nothing of our environment, and waits behind everybody else', async () => {
    const program = await writeFake(
      folder,
      'looks',
      `env > "$(dirname "$0")/env"; nice > "$(dirname "$0")/nice"; exit 1`,
    );
    await run(program, { niceness: 15 });
    const environment = await readFile(join(program, '..', 'env'), 'utf8');
    const names = environment.split('\n').flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(
      names.filter((name) => !['PATH', 'LC_ALL', 'MALLOC_ARENA_MAX', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)),
    ).toEqual([]);
    expect(Number(await readFile(join(program, '..', 'nice'), 'utf8'))).toBeGreaterThanOrEqual(15);
  });
});

describe('without ffmpeg', () => {
  const limits = limitsOf({ minutes: 10, memoryMb: 1024, niceness: 0, cores: 2 });

  test.each(['makeFilm', 'makeSound', 'makeGifv'] as const)('%s says what is missing', async (maker) => {
    const shop = await openWorkshop(null);
    await expect(shop.make(maker, '/dev/null')).rejects.toThrow(/takes pictures only.*ffmpeg/);
    await shop.close();
  });

  test.each([
    ['no such program', '/nowhere/ffmpeg'],
    ['another program', '/bin/false'],
    ['an odd name', "x'; touch /tmp/x; '"],
  ])('%s is found to be none', async (_, path) => {
    expect(await findFfmpeg(path, limits)).toBeNull();
  });
});

test.each([
  ['0:01.50', 1.5],
  ['02:03', 123],
  ['01:00:10', 3610],
  ['2-01:00:00', 176_400],
])('the time %s of ps is %d seconds', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});
