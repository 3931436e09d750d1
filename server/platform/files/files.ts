// The files port: what people upload. Keys are made by us, never from a name that somebody gave.

export interface StoredFile {
  bytes: number;
  contentType: string;
}

export interface Files {
  /** Stores `content` under `key` (letters, digits, `-`, `_`, `.`, `/`). Resolves when it is durable. */
  put(key: string, content: Buffer, contentType: string): Promise<void>;
  /** The content, or null when there is none. */
  get(key: string): Promise<Buffer | null>;
  /** Size and type, or null when there is none. */
  head(key: string): Promise<StoredFile | null>;
  /** Removes it; fine when there is none. */
  delete(key: string): Promise<void>;
  /** The address under which people fetch it. */
  url(key: string): string;
}
