// Large files go piece by piece (tus): after a lost connection, or in a later page where the same file is chosen again, they go
// on where they stopped. In a file of its own, loaded with the first large file.
import { DetailedError, Upload, type HttpResponse } from 'tus-js-client';
import { ApiError, get, problemFrom, tellRefused, token } from '#web/lib/api.ts';
import { me } from '#web/lib/session.ts';
import type { UploadOptions } from '#web/lib/upload.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';

const DOOR = '/api/uploads';
/** Small enough for what proxies before a server let through. */
const PIECE_BYTES = 16 * 1024 * 1024;
const AGAIN_AFTER_MS = [0, 500, 1000, 2000, 4000, 8000];
/** Where the browser does not say that the connection is back, it is tried after so long. */
const ASK_AGAIN_MS = 15_000;
const MEDIA_ID = 'Rookery-Media-Id';

export interface PieceOptions extends UploadOptions {
  /** Told when the connection is gone, and when it is tried again. */
  onAway?: (isAway: boolean) => void;
}

function asApiError(cause: Error): ApiError {
  const response = cause instanceof DetailedError ? cause.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  const sent = token.peek();
  if (status === 401 && sent) tellRefused(sent);
  return problemFrom(status, '', response?.getBody() ?? '');
}

/** A busy or absent server may be asked again; one that refuses may not. 409 and 423: an earlier piece is still being written. */
const mayAskAgain = (cause: DetailedError): boolean => {
  const status = cause.originalResponse?.getStatus() ?? 0;
  return status === 0 || status === 409 || status === 423 || status >= 500;
};

function whenBack(signal: AbortSignal, run: () => void): void {
  const stop = new AbortController();
  const once = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    if (!signal.aborted) run();
  };
  const timer = setTimeout(once, ASK_AGAIN_MS);
  stop.signal.addEventListener('abort', () => clearTimeout(timer));
  addEventListener('online', once, { signal: stop.signal });
  signal.addEventListener('abort', () => stop.abort(), { signal: stop.signal });
}

/** What the whole upload became. The last answer carries it; after a resumption only its id may be there. */
async function resultOf(answer: HttpResponse): Promise<MediaAttachment> {
  const id = answer.getHeader(MEDIA_ID);
  try {
    const media: unknown = JSON.parse(answer.getBody());
    // Our own server's answer, as everywhere.
    if (typeof media === 'object' && media !== null && 'id' in media) return media as MediaAttachment;
  } catch {
    // An answer without a body.
  }
  if (!id) throw new ApiError(502, '');
  return get<MediaAttachment>(`/api/v1/media/${id}`);
}

/** Sends a file in pieces. @throws {ApiError} as `upload`; a lost connection is waited for */
export function sendInPieces(file: File, { onProgress, signal, onAway }: PieceOptions): Promise<MediaAttachment> {
  return new Promise((resolve, reject) => {
    const sender = new Upload(file, {
      endpoint: DOOR,
      chunkSize: PIECE_BYTES,
      retryDelays: AGAIN_AFTER_MS,
      headers: { Authorization: `Bearer ${token.peek() ?? ''}` },
      // Another person at this browser does not go on with what this one began.
      fingerprint: ({ name, size, lastModified, type }) =>
        Promise.resolve(['rookery', me.peek()?.id, name, size, lastModified, type].join(' ')),
      removeFingerprintOnSuccess: true,
      onShouldRetry: (cause) => {
        const isCut = !cause.originalResponse;
        if (isCut) onAway?.(true);
        // Without a connection there is nothing to try before it is back.
        return mayAskAgain(cause) && !(isCut && !navigator.onLine);
      },
      onProgress: (sent, all) => {
        onAway?.(false);
        onProgress(sent / Math.max(1, all));
      },
      onSuccess: ({ lastResponse }) => resolve(resultOf(lastResponse)),
      onError: (cause) => {
        const problem = asApiError(cause);
        if (problem.status !== 0 || !(cause instanceof DetailedError)) return reject(problem);
        onAway?.(true);
        whenBack(signal, () => sender.start());
      },
    });
    signal.addEventListener(
      'abort',
      () => {
        // What the server has of it goes too; when that cannot be said now, it goes by itself.
        sender.abort(true).catch(() => {});
        reject(signal.reason);
      },
      { once: true },
    );
    sender
      .findPreviousUploads()
      .then(([before]) => {
        if (signal.aborted) return;
        if (before) sender.resumeFromPreviousUpload(before);
        sender.start();
      })
      .catch(reject);
  });
}
