// The makers of films, sounds and moving pictures, bound to the ffmpeg of this machine. A file that calls itself a film and
// holds only sound becomes a sound, and the other way round.
import { availableParallelism } from 'node:os';
import type { Config } from '#config/load.ts';
import { beginWork, findFfmpeg, limitsOf, type Ffmpeg, type Work } from './ffmpeg.ts';
import { makeFilmOf } from './films.ts';
import { makeGifvOf } from './gifv.ts';
import { missingEncoders } from './h264.ts';
import type { Made, MakeOptions, Maker } from './made.ts';
import { probeStrange } from './probe.ts';
import { makeSoundOf } from './sounds.ts';

export interface FilmMakers {
  makeFilm: Maker;
  makeSound: Maker;
  makeGifv: Maker;
}

/** Without ffmpeg each of them refuses, in words for the file's owner. */
export function createFilmMakers(ffmpeg: Ffmpeg | null): FilmMakers {
  const makeEither: Maker = async (source, options) =>
    finished(options, await makeRecording(beginWork(ffmpeg, options), source));
  return {
    makeFilm: makeEither,
    makeSound: makeEither,
    makeGifv: async (source, options) => finished(options, await makeGifvOf(beginWork(ffmpeg, options), source)),
  };
}

function finished(options: MakeOptions, made: Made): Made {
  options.onProgress?.(100);
  return made;
}

/** Where nothing was found, it is looked for again after so long: installing it takes no restart. */
const lookAgainMs = 60_000;

let remembered: { path: string; at: number; found: Promise<Ffmpeg | null> } | null = null;

/** The ffmpeg that the settings name; looked for once. Null when it is not there. */
export async function ffmpegOf(config: Config): Promise<Ffmpeg | null> {
  const { ffmpegPath: path, ffmpegMinutes: minutes, ffmpegMemoryMb: memoryMb, ffmpegNiceness: niceness } = config;
  const limits = limitsOf({ minutes, memoryMb, niceness, cores: availableParallelism() });
  const now = performance.now();
  if (remembered?.path !== path || ((await remembered.found) === null && now - remembered.at > lookAgainMs))
    remembered = { path, at: now, found: findFfmpeg(path, limits) };
  const found = await remembered.found;
  return found === null ? null : { ...found, limits };
}

/** The makers of this machine, or null where films and sounds cannot be taken: no ffmpeg, or none that can write them. */
export async function findFilmMakers(config: Config): Promise<FilmMakers | null> {
  const ffmpeg = await ffmpegOf(config);
  return ffmpeg === null || missingEncoders(ffmpeg).length > 0 ? null : createFilmMakers(ffmpeg);
}

async function makeRecording(work: Work, source: string): Promise<Made> {
  const probed = await probeStrange(work, source);
  const { film, sound } = probed;
  if (film !== null) return makeFilmOf(work, source, probed, film);
  if (sound !== null) return makeSoundOf(work, source, probed, sound);
  throw new Error('a checked file holds neither film nor sound');
}
