// What may be uploaded, attached and written about it.
import type { Config } from '#config/load.ts';
import { Invalid } from '#server/platform/errors.ts';
import { countCharacters } from '#server/platform/text.ts';
import type { MediaKind } from './entities.ts';

const minute = 60_000;

/** How long an upload is kept that no post shows. */
export const unattachedForMs = 24 * 60 * minute;

/** Uploads of one person in a stretch of time. Mastodon takes 30 in 30 minutes, which eight pictures a post use up in four posts. */
export const uploadBudget = { uploads: 120, ms: 30 * minute } as const;

const mebibyte = 1024 * 1024;

/** The most bytes of any upload. */
export function largestUpload(config: Pick<Config, 'mediaImageMaxMb' | 'mediaVideoMaxMb'>): number {
  return Math.max(config.mediaImageMaxMb, config.mediaVideoMaxMb) * mebibyte;
}

/** What is emitted for an upload that waits: pictures do not stand in line behind films. */
export function waitingEvent(kind: MediaKind): 'picture.uploaded' | 'media.uploaded' {
  return kind === 'image' ? 'picture.uploaded' : 'media.uploaded';
}

/** The point of a picture that must stay visible: from -1 (left, bottom) to 1 (right, top). */
export interface Focus {
  x: number;
  y: number;
}

/** A focus as clients write it, `0.5,-0.25`; what lies outside the picture is moved to its edge. @throws {Invalid} when it is none */
export function readFocus(text: string): Focus {
  const [x, y] = /^\s*(-?[\d.]+(?:e-?\d+)?)\s*,\s*(-?[\d.]+(?:e-?\d+)?)\s*$/i.exec(text)?.slice(1).map(Number) ?? [];
  if (x === undefined || y === undefined || Number.isNaN(x) || Number.isNaN(y)) {
    const description = 'must be two numbers from -1 to 1, such as 0.5,-0.25';
    throw new Invalid(`Validation failed: Focus ${description}`, {
      details: { focus: [{ error: 'ERR_INVALID', description }] },
    });
  }
  return { x: inside(x), y: inside(y) };
}

function inside(value: number): number {
  // Without the addition, -0 would stay what it is.
  return Math.min(1, Math.max(-1, value)) + 0;
}

/** A description as it is stored. @throws {Invalid} when it is too long */
export function checkDescription(config: Pick<Config, 'mediaDescriptionMax'>, text: string): string {
  const tidy = text.replaceAll('\r\n', '\n').replaceAll('\0', '').toWellFormed().trim();
  const limit = config.mediaDescriptionMax;
  if (tidy.length > limit * 16 || (tidy.length > limit && countCharacters(tidy) > limit)) {
    const description = `may have at most ${limit} characters`;
    throw new Invalid(`Validation failed: Description ${description}`, {
      details: { description: [{ error: 'ERR_TOO_LONG', description }] },
    });
  }
  return tidy;
}

/** Refuses a list of files that is too long for one post. @throws {Invalid} */
export function checkNumber(config: Pick<Config, 'mediaMaxAttachments'>, count: number): void {
  const limit = config.mediaMaxAttachments;
  if (count > limit) throw refuseFiles('ERR_TOO_LONG', `A post can show at most ${limit} files`);
}

/** What a door answers when files cannot be attached. */
export function refuseFiles(error: `ERR_${string}`, description: string): Invalid {
  return new Invalid(`Validation failed: ${description}`, { details: { media_ids: [{ error, description }] } });
}
