// Which maker an upload needs, by what its bytes say; and what is said when there is none.
import { Invalid } from '#server/platform/errors.ts';
import type { Sniffed } from '#server/platform/media/sniff.ts';
import type { MediaKind } from '../entities.ts';

const pictures = 'Taken are pictures as JPEG, PNG, GIF, WebP, AVIF and HEIC';

/**
 * What will be made of a file; for films and sounds this is a first guess, since only a worker looks into them.
 * `films`: whether this server can make films. @throws {Invalid} when nothing can be made of it
 */
export function kindOf(sniffed: Sniffed, films: boolean): Exclude<MediaKind, 'unknown'> {
  if (sniffed.kind === 'picture') return sniffed.format === 'gif' && sniffed.moving && films ? 'gifv' : 'image';
  if (sniffed.kind === 'refused') {
    const what =
      sniffed.type === null
        ? 'This is no picture, film or sound that is known here'
        : `${sniffed.type} is not taken here`;
    throw refuseFile(
      `${what}. ${pictures}${films ? '; films as MP4, MOV, WebM and MKV; sounds as MP3, M4A, Ogg, FLAC and WAV' : ''}.`,
    );
  }
  if (!films) throw refuseFile(`Films and sounds are not taken here. ${pictures}.`);
  return sniffed.kind === 'film' ? 'video' : 'audio';
}

/** A refusal of a maker in the form that doors answer with; anything else as it is. */
export function asRefusal(error: unknown): unknown {
  return error instanceof Invalid && error.details === undefined ? refuseFile(error.message) : error;
}

/** The reason alone, for the owner of a file that failed later. */
export function reasonOf(error: Invalid): string {
  return error.details?.['file']?.[0]?.description ?? error.message;
}

/** What a door answers when a file is not taken. */
export function refuseFile(description: string, error: `ERR_${string}` = 'ERR_INVALID'): Invalid {
  return new Invalid(`Validation failed: ${description}`, { details: { file: [{ error, description }] } });
}
