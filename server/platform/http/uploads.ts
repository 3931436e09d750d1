// Large files of a multipart body: streamed to the disk piece by piece, never whole in memory, and gone when the request is over.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure, Invalid, OutOfSpace } from '#server/platform/errors.ts';
import { isDiskFull } from '#server/platform/files/files.ts';

/** A file of a multipart body, on this machine until the answer is sent. */
export interface StoredUpload {
  path: string;
  bytes: number;
}

/** What a route asks for whose files go to the disk. */
export interface UploadRule {
  /** Where they lie meanwhile; it need not exist. */
  folder: string;
  /** Of each file. */
  maxBytes: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The files of a route with `uploads`, by the names of their fields. */
    storedUploads: Record<string, StoredUpload>;
    /** Of a request with such files: ends when nobody waits for the answer any more, or it is sent. */
    closed: AbortSignal | null;
  }
  interface FastifyContextConfig {
    uploads?: UploadRule;
    /** The body may take its time, as long as something comes. */
    slowBody?: true;
  }
}

const mebibyte = 1024 * 1024;

/** What is said when a file is longer than a route takes. */
export function tooLarge(maxBytes: number): Invalid {
  return new Invalid(`The file is too large; at most ${Math.floor(maxBytes / mebibyte)} MB are taken`);
}

/**
 * Where the files of one request go. `close` removes them; it happens by itself when the answer is sent or the client has gone.
 * @throws {Invalid} when the body says of itself that it is too long
 */
export function beginUploads(
  request: FastifyRequest,
  reply: FastifyReply,
  rule: UploadRule,
): { store(name: string, file: Readable): Promise<void>; close(): Promise<void> } {
  const closing = new AbortController();
  let folder: Promise<string> | null = null;
  const close = async (): Promise<void> => {
    closing.abort(new Failure(499, 'The request was broken off'));
    const made = await folder?.catch(() => null);
    if (made != null) await rm(made, { recursive: true, force: true });
  };
  request.closed = closing.signal;
  reply.raw.once('close', () => {
    void close().catch((error: unknown) =>
      request.log.warn({ err: error, reqId: request.id }, 'an upload was not tidied away'),
    );
  });
  if (Number(request.headers['content-length'] ?? 0) > 2 * rule.maxBytes + mebibyte) throw tooLarge(rule.maxBytes);
  let count = 0;
  return {
    close,
    async store(name, file) {
      closing.signal.throwIfAborted();
      folder ??= openFolder(rule.folder);
      try {
        count += 1;
        const path = join(await folder, String(count));
        await pipeline(file, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal: closing.signal });
        request.storedUploads[name] = { path, bytes: (await stat(path)).size };
      } catch (cause) {
        file.resume();
        throw isDiskFull(cause) ? new OutOfSpace({ cause }) : cause;
      }
    },
  };
}

async function openFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'upload-'));
}
