// What this server takes of pictures, films and sounds, as it tells its clients: it depends on the settings and on this machine's ffmpeg.
import type { Config } from '#config/load.ts';
import { findFilmMakers } from '#server/platform/media/makers.ts';
import { pictureLimits } from '#server/platform/media/pictures-sharp.ts';
import { filmLimits } from '#server/platform/media/probe.ts';
import { pictureTypes } from '#server/platform/media/sniff.ts';

/** In the words of a file dialog; an upload is told by its bytes, whatever it is called. */
const filmTypes = [
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'video/x-matroska',
  'video/ogg',
  'video/3gpp',
  'audio/mpeg',
  'audio/mp3',
  'audio/mp4',
  'audio/m4a',
  'audio/x-m4a',
  'audio/aac',
  'audio/ogg',
  'audio/vorbis',
  'audio/opus',
  'audio/flac',
  'audio/wav',
  'audio/x-wav',
  'audio/wave',
  'audio/webm',
  'audio/3gpp',
] as const;

const mebibyte = 1024 * 1024;

export interface MediaLimits {
  types: readonly string[];
  maxAttachments: number;
  description: number;
  descriptionRequired: boolean;
  imageBytes: number;
  imagePixels: number;
  /** All 0 where no films and sounds are taken. */
  filmBytes: number;
  filmPixels: number;
  filmFrameRate: number;
}

/** The limits at this time; films and sounds are among them when ffmpeg is there. */
export async function findMediaLimits(config: Config): Promise<MediaLimits> {
  const films = (await findFilmMakers(config)) !== null;
  return {
    types: [...pictureTypes, ...(films ? filmTypes : [])],
    maxAttachments: config.mediaMaxAttachments,
    description: config.mediaDescriptionMax,
    descriptionRequired: config.mediaDescriptionRequired,
    imageBytes: config.mediaImageMaxMb * mebibyte,
    imagePixels: pictureLimits.pixels,
    filmBytes: films ? config.mediaVideoMaxMb * mebibyte : 0,
    filmPixels: films ? filmLimits.pixels : 0,
    filmFrameRate: films ? filmLimits.frameRate : 0,
  };
}
