// ffmpeg, the program that reads and writes films and sounds: found on this machine, and run with what strangers may make it
// do cut down to the formats that we take, one file, and no network.
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Invalid } from '#server/platform/errors.ts';
import { LimitExceeded, RunFailed, runLimited, type Limit, type RunLimits } from './limited.ts';
import type { MakeOptions } from './made.ts';

const execute = promisify(execFile);

/** What one file may take of this machine, all runs of ffmpeg for it together. */
export interface FfmpegLimits {
  cpuSeconds: number;
  /** The work stands back behind everything else, so on a busy machine it takes a multiple of its CPU time. */
  wallSeconds: number;
  /** After so long without a sign of progress it is taken for hung. */
  silenceSeconds: number;
  memoryBytes: number;
  /** Of each file that is made. */
  outputBytes: number;
  /** Of one run, so that it leaves room for those who wait for an answer. */
  threads: number;
  /** From 0, like everybody else, to 19, which takes what nobody else wants. */
  niceness: number;
}

export interface Ffmpeg {
  program: string;
  probe: string;
  /** As it says: `5.1.9-0+deb12u1`. */
  version: string;
  encoders: ReadonlySet<string>;
  decoders: ReadonlySet<string>;
  filters: ReadonlySet<string>;
  limits: FfmpegLimits;
}

/** Containers by the names of ffmpeg's readers; playlists and everything that names other files are not among them. */
const readers = ['mov', 'matroska', 'ogg', 'mp3', 'aac', 'flac', 'wav', 'aiff', 'amr', 'gif', 'apng'];

/** Decoders by name, several for one format: which of them a build has differs. */
export const decoders = [
  ...['h264', 'hevc', 'vp8', 'libvpx', 'vp9', 'libvpx-vp9', 'libdav1d', 'libaom-av1', 'av1'],
  ...['mpeg4', 'h263', 'theora', 'mjpeg', 'prores', 'gif', 'apng', 'png'],
  ...['aac', 'aac_fixed', 'mp3', 'mp3float', 'opus', 'libopus', 'vorbis', 'libvorbis', 'flac', 'alac'],
  ...['ac3', 'eac3', 'amrnb', 'amrwb', 'libopencore_amrnb', 'libopencore_amrwb', 'pcm_alaw', 'pcm_mulaw'],
  // Subtitles are not taken over, but ffprobe refuses a file when it may not open one of its decoders.
  ...['mov_text', 'subrip', 'srt', 'ass', 'ssa', 'webvtt', 'text', 'dvdsub', 'pgssub'],
  ...['pcm_u8', 'pcm_s8', 'pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_s32be', 'pcm_f32le'],
];

/** The largest picture that a decoder makes room for: 3840 × 2160, and what decoders add at its edges. */
export const decodedPixels = 9_000_000;

/**
 * Finds ffmpeg by its path or its name, with ffprobe beside it. Null when either is missing or does not run.
 */
export async function findFfmpeg(path: string, limits: FfmpegLimits): Promise<Ffmpeg | null> {
  try {
    const { stdout: found } = await execute('/bin/sh', ['-c', 'command -v -- "$1"', 'sh', path], { timeout: 10_000 });
    const program = found.trim();
    const probe = await probeBeside(program);
    const ask = async (list: string): Promise<string> =>
      (await execute(program, ['-hide_banner', list], { timeout: 20_000, maxBuffer: 4_000_000 })).stdout;
    const [about, encoders, decoderList, filters] = await Promise.all([
      ask('-version'),
      ask('-encoders'),
      ask('-decoders'),
      ask('-filters'),
      execute(probe, ['-version'], { timeout: 20_000 }),
    ]);
    return {
      program,
      probe,
      version: /^ffmpeg version (\S+)/.exec(about)?.[1] ?? 'unknown',
      encoders: namesIn(encoders),
      decoders: namesIn(decoderList),
      filters: namesIn(filters),
      limits,
    };
  } catch {
    return null;
  }
}

/** The limits of a server with so many cores and these settings. */
export function limitsOf(settings: {
  minutes: number;
  memoryMb: number;
  niceness: number;
  cores: number;
}): FfmpegLimits {
  return {
    cpuSeconds: settings.minutes * 60,
    wallSeconds: settings.minutes * 60 * 6,
    silenceSeconds: 120,
    memoryBytes: settings.memoryMb * 1_048_576,
    outputBytes: 4_000_000_000,
    // Each holds frames of its own: with more than four a film of 4K would need more than the memory that it may take.
    threads: Math.max(1, Math.min(4, Math.floor(settings.cores / 2))),
    niceness: settings.niceness,
  };
}

async function probeBeside(program: string): Promise<string> {
  const beside = join(dirname(program), basename(program).replace('ffmpeg', 'ffprobe'));
  // A link may point to where both of them are.
  return realpath(beside).catch(async () => join(dirname(await realpath(program)), 'ffprobe'));
}

/** Lines such as ` V....D libx264  H.264 …`. */
function namesIn(list: string): Set<string> {
  return new Set(list.split('\n').flatMap((line) => /^ [A-Z.|]{3,6} +([\w-]+)/.exec(line)?.[1] ?? []));
}

/** What is made of one file: all runs for it share its limits. */
export interface Work extends MakeOptions {
  ffmpeg: Ffmpeg;
  /** Seconds of CPU that are left, and the moment when time is over. */
  cpuLeft: number;
  readonly until: number;
}

/** Begins with one file. @throws {Invalid} when there is no ffmpeg */
export function beginWork(ffmpeg: Ffmpeg | null, options: MakeOptions): Work {
  if (ffmpeg === null) throw new Invalid(withoutFfmpeg);
  const { cpuSeconds, wallSeconds } = ffmpeg.limits;
  return { ...options, ffmpeg, cpuLeft: cpuSeconds, until: performance.now() + wallSeconds * 1000 };
}

/** What people read who upload a film to a server that cannot read it. */
export const withoutFfmpeg =
  'This server takes pictures only: films and sounds need the program ffmpeg, which its administrators have not installed.';

/** How a file of strangers is opened; goes before each `-i`. */
export function openStrange(path: string, pixels = decodedPixels): string[] {
  return [
    ...['-protocol_whitelist', 'file', '-format_whitelist', readers.join(','), '-codec_whitelist', decoders.join(',')],
    ...['-max_streams', '64', '-max_pixels', String(pixels)],
    ...['-i', `file:${resolve(path)}`],
  ];
}

/** How a file is opened that we made ourselves. */
export function openOwn(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-i', `file:${resolve(path)}`];
}

export interface ConvertOptions {
  /** Length of what is made, in seconds, for the progress. */
  duration?: number;
  /** The share of the whole work that this run is: from and to, in per cent. */
  share?: readonly [from: number, to: number];
  /** What is written to `pipe:3`. */
  onExtra?: (chunk: Buffer) => void;
}

/**
 * Runs ffmpeg in the work's folder. @throws {Invalid} when it fails on the file or needs too much; the cause says what it wrote
 */
export async function convert(work: Work, list: readonly string[], options: ConvertOptions = {}): Promise<void> {
  const { program, limits } = work.ffmpeg;
  const [from, to] = options.share ?? [0, 0];
  const tell = (seconds: number): void => {
    if (options.duration === undefined || to <= from) return;
    work.onProgress?.(Math.floor(from + (to - from) * Math.min(1, seconds / options.duration)));
  };
  const quiet = ['-nostdin', '-hide_banner', '-y', '-v', 'error', '-nostats', '-progress', 'pipe:1'];
  await within(work, program, [...quiet, ...list], {
    printedBytes: 20_000_000,
    silenceSeconds: limits.silenceSeconds,
    onPrinted: (chunk) => {
      const micros = [...chunk.toString('latin1').matchAll(/^out_time_us=(\d+)$/gm)].at(-1)?.[1];
      if (micros !== undefined) tell(Number(micros) / 1_000_000);
    },
    ...(options.onExtra === undefined ? {} : { onExtra: options.onExtra }),
  });
}

/** Runs ffprobe and returns what it prints. @throws {Invalid} when it cannot read the file */
export async function probe(work: Work, list: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  await within(work, work.ffmpeg.probe, ['-hide_banner', '-v', 'error', ...list], {
    printedBytes: 4_000_000,
    silenceSeconds: work.ffmpeg.limits.silenceSeconds,
    onPrinted: (chunk) => chunks.push(chunk),
  });
  return Buffer.concat(chunks).toString('utf8');
}

type Listening = Pick<RunLimits, 'printedBytes' | 'silenceSeconds'> & {
  onPrinted: (chunk: Buffer) => void;
  onExtra?: (chunk: Buffer) => void;
};

async function within(work: Work, program: string, list: readonly string[], listening: Listening): Promise<void> {
  const { printedBytes, silenceSeconds, ...heard } = listening;
  const { limits } = work.ffmpeg;
  try {
    const { cpuSeconds } = await runLimited({
      program,
      arguments: list,
      folder: work.folder,
      signal: work.signal,
      limits: {
        cpuSeconds: Math.max(1, work.cpuLeft),
        wallSeconds: Math.max(1, (work.until - performance.now()) / 1000),
        silenceSeconds,
        memoryBytes: limits.memoryBytes,
        fileBytes: limits.outputBytes,
        printedBytes,
        niceness: limits.niceness,
      },
      ...heard,
    });
    work.cpuLeft -= cpuSeconds;
  } catch (cause) {
    throw inWords(cause);
  }
}

/** What people read whose film or sound is of another kind. */
export const taken =
  'Taken are films as MP4, MOV, MKV, WebM, 3GP or Ogg, and sounds as MP3, M4A, AAC, Ogg, Opus, FLAC, WAV or WebM, with the usual codecs such as H.264, HEVC, VP9 or AV1.';

const tooMuch: Record<Limit, string> = {
  time: 'Processing this file took longer than this server allows, and was stopped. A shorter or smaller one may work.',
  silence: 'Processing this file came to a standstill, and was stopped. It may be damaged.',
  memory: 'Processing this file took more memory than this server allows, and was stopped. A smaller one may work.',
  size: 'What was made of this file became larger than this server allows. A shorter one may work.',
};

/** A failure that the file's owner can read; what is not the file's fault stays as it is, and may be tried again. */
function inWords(cause: unknown): unknown {
  if (cause instanceof LimitExceeded) return new Invalid(tooMuch[cause.limit], { cause });
  if (!(cause instanceof RunFailed)) return cause;
  if (/No space left on device|Disk quota exceeded|No such file or directory/.test(cause.said)) return cause;
  if (/Cannot allocate memory|[Oo]ut of memory|bad_alloc/.test(cause.said))
    return new Invalid(tooMuch.memory, { cause });
  const codec = /Codec \((\S+)\) not on whitelist/.exec(cause.said)?.[1];
  if (codec !== undefined) return new Invalid(`This file holds ${codec}, which is not taken. ${taken}`, { cause });
  if (cause.said.includes('Format not on whitelist'))
    return new Invalid(`This is not a kind of film or sound that is taken. ${taken}`, { cause });
  return new Invalid('Processing this file failed: it is damaged, ends too early, or is no film or sound.', { cause });
}
