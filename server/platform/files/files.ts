// The files port: what people upload, and what we write for them. Keys are made by us, never from a name that somebody gave.
import type { Readable } from 'node:stream';

export interface StoredFile {
  bytes: number;
  contentType: string;
}

export interface Files {
  /** Stores `content` under `key` (letters, digits, `-`, `_`, `.`, `/`). Resolves when it is durable. */
  put(key: string, content: Buffer, contentType: string): Promise<void>;
  /**
   * Stores a file of this machine, however long, as something that only its owner may read: no cache keeps it, and its key must
   * be unguessable, since a store may answer everybody who knows one. Resolves when it is durable.
   */
  putPrivate(key: string, path: string, contentType: string): Promise<void>;
  /** The content piece by piece, or null when there is none. */
  read(key: string): Promise<Readable | null>;
  /** The content, or null when there is none. */
  get(key: string): Promise<Buffer | null>;
  /** Size and type, or null when there is none. */
  head(key: string): Promise<StoredFile | null>;
  /** Removes it; fine when there is none. */
  delete(key: string): Promise<void>;
  /** The address under which people fetch it. */
  url(key: string): string;
}
