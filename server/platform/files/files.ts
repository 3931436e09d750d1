// The files port: what people upload, and what we write for them. Keys are made by us, never from a name that somebody gave.
import type { Readable } from 'node:stream';

export interface StoredFile {
  bytes: number;
  contentType: string;
}

export interface ListedFile {
  key: string;
  bytes: number;
  modifiedAt: Date;
}

/** Bytes of a file as HTTP counts them: from 0, the last one included; without `end` all the rest. */
export interface ByteRange {
  start: number;
  end?: number | undefined;
}

/**
 * A key ends as its type does (`.webp`, `.m3u8`): the disk keeps no other note of it. What is public may be kept for ever by
 * whoever fetched it, so that a key never gets another content. Keys below `archives/` and `uploads/` (`privateFolders` in
 * `keys.ts`) are private, and no others. Whatever cannot be written whole is not there at all; `isDiskFull` knows the error.
 */
export interface Files {
  /** Stores `content` under `key` (letters, digits, `-`, `_`, `.`, `/`). Resolves when it is durable. */
  put(key: string, content: Buffer, contentType: string): Promise<void>;
  /** As `put`, from a file of this machine, however long: it is copied, and stays. Resolves when it is durable. */
  putFile(key: string, path: string, contentType: string): Promise<void>;
  /**
   * Stores every file of a folder of this machine, by its name, below `prefix` (which ends with a slash); types are those of
   * the names. Resolves to what they take together when all are durable; none stays when one fails.
   */
  putFolder(prefix: string, folder: string): Promise<{ files: number; bytes: number }>;
  /**
   * Stores a file of this machine, however long, as something that only its owner may read: no cache keeps it, and its key must
   * be unguessable, since a store may answer everybody who knows one. Resolves when it is durable.
   */
  putPrivate(key: string, path: string, contentType: string): Promise<void>;
  /** The content, or a range of it, piece by piece; null when there is none. A range behind the end is empty. */
  read(key: string, range?: ByteRange): Promise<Readable | null>;
  /** The content, or null when there is none. */
  get(key: string): Promise<Buffer | null>;
  /** Size and type, or null when there is none. */
  head(key: string): Promise<StoredFile | null>;
  /** Every file whose key begins with `prefix` (a folder with its slash, or nothing), in no order. */
  list(prefix: string): AsyncIterable<ListedFile>;
  /** Removes it; fine when there is none. */
  delete(key: string): Promise<void>;
  /** Removes everything below `prefix`, which ends with a slash; fine when there is none. */
  deleteFolder(prefix: string): Promise<void>;
  /** The address under which people fetch it. */
  url(key: string): string;
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'XMinioStorageFull', 'QuotaExceeded']);

/** Whether `error`, or what caused it, says that the place where files are kept takes no more: it is full, or broken. */
export function isDiskFull(error: unknown): boolean {
  for (let one = error, depth = 0; one instanceof Error && depth < 8; one = one.cause, depth += 1) {
    if ('code' in one && typeof one.code === 'string' && full.has(one.code)) return true;
    if (full.has(one.name)) return true;
  }
  return false;
}
