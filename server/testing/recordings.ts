// Films and sounds for tests, made by the test itself with this machine's ffmpeg, and the makers that are tried on them.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg, limitsOf, type FfmpegLimits } from '#server/platform/media/ffmpeg.ts';
import { createFilmMakers, type FilmMakers } from '#server/platform/media/makers.ts';
import type { Made, MakeOptions } from '#server/platform/media/made.ts';
import { programPath } from './programs.ts';

const execute = promisify(execFile);

/** Tests that need ffmpeg run where it is. */
export const hasFfmpeg = programPath('ffmpeg') !== null;

/** What the sources of films show: a moving picture with colours, and a tone. */
export const picture = (size: string, seconds: number, rate = 10): string[] =>
  drawn(`testsrc2=s=${size}:d=${seconds}:r=${rate}`);
export const tone = (seconds: number): string[] => drawn(`sine=f=440:d=${seconds}`);
/** A source of ffmpeg's own, in its words. */
export const drawn = (graph: string): string[] => ['-f', 'lavfi', '-i', graph];
/** Encoders that take next to no time. */
export const plainFilm = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

/** A place for the files of one test file. */
export interface Workshop {
  folder: string;
  /** Writes a file by ffmpeg from these arguments and returns its path. */
  write(name: string, list: readonly string[]): Promise<string>;
  /** What ffprobe says of a file, as JSON. */
  look(path: string): Promise<Look>;
  /** Makes what a maker makes of it, in a folder of its own. */
  make(maker: keyof FilmMakers, source: string, options?: Partial<MakeOptions & FfmpegLimits>): Promise<Made>;
  /** Runs ffmpeg and returns what it prints. */
  run(list: readonly string[]): Promise<string>;
  /** The same of ffprobe. */
  probe(list: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface Look {
  streams: Array<Record<string, unknown> & { tags?: Record<string, string> }>;
  format: Record<string, unknown> & { tags?: Record<string, string>; duration?: string };
  chapters: unknown[];
}

export async function openWorkshop(program: string | null = programPath('ffmpeg')): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-films-'));
  const real = programPath('ffmpeg') ?? 'ffmpeg';
  const ask = async (list: readonly string[]): Promise<string> => {
    const beside = real.replace(/ffmpeg$/, 'ffprobe');
    return (await execute(beside, ['-v', 'error', ...list], { maxBuffer: 16_000_000 })).stdout;
  };
  let made = 0;
  const limits = limitsOf({ minutes: 1, memoryMb: 1024, niceness: 0, cores: 2 });
  const ffmpeg = program === null ? null : await findFfmpeg(program, limits);
  return {
    folder,
    async write(name, list) {
      const path = join(folder, name);
      await execute(real, ['-nostdin', '-v', 'error', '-y', ...list, path], { cwd: folder });
      return path;
    },
    async look(path) {
      return JSON.parse(await ask(['-of', 'json', '-show_streams', '-show_format', '-show_chapters', path])) as Look;
    },
    async make(maker, source, options = {}) {
      made += 1;
      const place = join(folder, `made-${made}`);
      await mkdir(place);
      const own = ffmpeg === null ? null : { ...ffmpeg, limits: { ...limits, ...options } };
      const { signal = new AbortController().signal, onProgress } = options;
      return createFilmMakers(own)[maker](source, {
        folder: place,
        signal,
        ...(onProgress === undefined ? {} : { onProgress }),
      });
    },
    run: async (list) => (await execute(real, ['-nostdin', '-v', 'error', ...list], { maxBuffer: 16_000_000 })).stdout,
    probe: ask,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The path of what was made for this role. @throws when there is none */
export function fileOf(made: Made, role: Made['files'][number]['role']): string {
  const found = made.files.find((file) => file.role === role);
  if (found === undefined) throw new Error(`nothing was made as ${role}`);
  return found.path;
}
