// What is made of a file of another server before anybody here sees it: pictures are drawn anew in the size of their place,
// films and sounds are told by their bytes and handed on.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { Invalid } from '#server/platform/errors.ts';
import { pictureSizes } from '#server/platform/media/pictures.ts';
import { fitWithin, openPicture, orRefusal, type OpenPicture } from '#server/platform/media/pictures-sharp.ts';
import { sniff } from '#server/platform/media/sniff.ts';
import type { RemoteFamily, RemoteStored } from '../entities.ts';

/** A file in the work folder, and the end of its name. */
export interface MadeRemote {
  role: RemoteStored['role'];
  path: string;
  contentType: string;
  extension: string;
  bytes: number;
}

/** Pixels. Those that are cut fill the place; emoji are at most this high and twice as wide. */
const cut = { avatar: { width: 400, height: 400 }, header: { width: 1500, height: 500 } } as const;
const emojiHeight = 128;

const webp = { quality: 82, effort: 3 } as const;
/** Whoever cannot read WebP gets no transparency either. */
const jpeg = { quality: 82 } as const;

/**
 * Makes what is kept of the file at `source`, in the empty folder. One that moves still moves where it is looked at closely, and
 * gets a still twin where clients ask for one. @throws {Invalid} when it is none that may be shown
 */
export async function makeRemote(source: string, family: RemoteFamily, folder: string): Promise<MadeRemote[]> {
  if (family === 'file') return [await makeFile(source)];
  const picture = await openPicture(source, { freeze: true });
  const size = sizeFor(picture, family);
  const write = async (role: 'main' | 'still', begin: Sharp): Promise<MadeRemote> => {
    const path = join(folder, `${role}.webp`);
    const info = await orRefusal(() => begin.resize(size).webp(webp).toFile(path));
    return { role, path, contentType: 'image/webp', extension: 'webp', bytes: info.size };
  };
  if (!picture.moving || family === 'preview') return [await write('main', picture.beginStill())];
  const main = await write('main', picture.begin());
  return family === 'full' ? [main] : [main, await write('still', picture.beginStill())];
}

/** The still picture as JPEG, on white where it is transparent. @throws {Invalid} when it cannot be read */
export async function makePlain(content: Buffer): Promise<Buffer> {
  const picture = await openPicture(content, { still: true });
  return orRefusal(() => picture.beginStill().flatten({ background: '#fff' }).jpeg(jpeg).toBuffer());
}

interface Size {
  width: number;
  height: number;
  fit: 'cover' | 'fill';
}

function sizeFor(picture: OpenPicture, family: Exclude<RemoteFamily, 'file'>): Size {
  if (family === 'avatar' || family === 'header') return { ...cut[family], fit: 'cover' };
  if (family === 'emoji') {
    const scale = Math.min(1, emojiHeight / picture.height, (2 * emojiHeight) / picture.width);
    const scaled = (side: number): number => Math.max(1, Math.round(side * scale));
    return { width: scaled(picture.width), height: scaled(picture.height), fit: 'fill' };
  }
  const { preview, moving, original } = pictureSizes;
  const bounds = family === 'preview' ? preview : picture.moving ? moving : original;
  return { ...fitWithin(picture, bounds), fit: 'fill' };
}

/** Films and sounds that browsers play, by what their bytes say: the type under which they are handed on, and its ending. */
const played: Readonly<Record<string, readonly [contentType: string, extension: string]>> = {
  'video/mp4': ['video/mp4', 'mp4'],
  'video/x-m4v': ['video/mp4', 'mp4'],
  'video/quicktime': ['video/mp4', 'mp4'],
  'video/webm': ['video/webm', 'webm'],
  'video/ogg': ['video/ogg', 'ogv'],
  'audio/mpeg': ['audio/mpeg', 'mp3'],
  'audio/mp4': ['audio/mp4', 'm4a'],
  'audio/x-m4a': ['audio/mp4', 'm4a'],
  'audio/aac': ['audio/aac', 'aac'],
  'audio/ogg': ['audio/ogg', 'ogg'],
  'audio/opus': ['audio/ogg', 'ogg'],
  'audio/ogg; codecs=opus': ['audio/ogg', 'ogg'],
  'application/ogg': ['audio/ogg', 'ogg'],
  'audio/wav': ['audio/wav', 'wav'],
  'audio/flac': ['audio/flac', 'flac'],
};

async function makeFile(path: string): Promise<MadeRemote> {
  const sniffed = await sniff(path);
  const [contentType, extension] =
    (sniffed.kind === 'film' || sniffed.kind === 'sound' ? played[sniffed.type] : undefined) ?? [];
  if (contentType === undefined || extension === undefined) throw new Invalid('This is no film or sound that we play.');
  return { role: 'main', path, contentType, extension, bytes: (await stat(path)).size };
}
