// Keys of files: which are allowed, which are private, and what the end of a name says about the content.
import { extname } from 'node:path';

/** Below these nothing is ever served to the public: what came before it was checked, and what only its owner may read. */
export const privateFolders = ['archives/', 'uploads/'] as const;

/** Whether a key, or all keys below a folder, are private. */
export function isPrivateKey(key: string): boolean {
  return privateFolders.some((folder) => key.startsWith(folder));
}

/**
 * A key is words of letters, digits, `-`, `_` and `.` with `/` between; none begins with a dot, so that no key leaves its folder
 * and half-written files, whose names do, are never taken for keys.
 */
export function isKey(key: string): boolean {
  return key.length <= 512 && /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(key);
}

/** Stops a key of ours that is wrong before it reaches a store. @throws {Error} */
export function checkKey(key: string): void {
  if (!isKey(key)) throw new Error(`${JSON.stringify(key.slice(0, 100))} is no key of a file`);
}

/** As `checkKey`, for what begins keys: a folder and its slash, or nothing for all. @throws {Error} */
export function checkPrefix(prefix: string): void {
  if (prefix !== '' && !(prefix.endsWith('/') && isKey(prefix.slice(0, -1))))
    throw new Error(`${JSON.stringify(prefix.slice(0, 100))} is no folder of files`);
}

/** Private files are below the private folders, and nothing else is there. @throws {Error} */
export function checkPlace(key: string, isPrivate: boolean): void {
  checkKey(key);
  if (isPrivateKey(key) !== isPrivate)
    throw new Error(`${key} must ${isPrivate ? '' : 'not '}be below ${privateFolders.join(' or ')}`);
}

const types: Readonly<Record<string, string>> = {
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.mp4': 'video/mp4',
  '.m4s': 'video/iso.segment',
  '.webm': 'video/webm',
  '.ts': 'video/mp2t',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.vtt': 'text/vtt; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.aac': 'audio/aac',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.flac': 'audio/flac',
  '.wav': 'audio/wav',
  '.zip': 'application/zip',
  '.json': 'application/json',
};

/** What the end of a key says about the content; bytes that nobody should open when it says nothing. */
export function typeOfKey(key: string): string {
  return types[extname(key).toLowerCase()] ?? 'application/octet-stream';
}

/** Pictures, films, sounds and what a player needs for them; anything else is only ever saved, never shown. */
export function isShown(contentType: string): boolean {
  return (
    /^(image\/(webp|avif|jpeg|png|gif)|video\/|audio\/|text\/vtt)/.test(contentType) ||
    contentType === 'application/vnd.apple.mpegurl'
  );
}
