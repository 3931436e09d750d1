// Following what the server still makes ready: it is asked now and then, until it is done or failed.
import { ApiError, get, post } from '#web/lib/api.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';

const FIRST_MS = 700;
const SLOWEST_MS = 4000;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });

/** Whether asking again may help: the connection is gone, or the server is busy. */
const isPassing = (cause: unknown): boolean =>
  cause instanceof ApiError && (cause.status === 0 || cause.status === 429 || cause.status >= 500);

async function ask(id: string, signal: AbortSignal): Promise<MediaAttachment | { failure: string }> {
  try {
    return await get<MediaAttachment>(`/api/v1/media/${id}`, {}, signal);
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 422) return { failure: cause.message };
    throw cause;
  }
}

/**
 * Asks until it is ready or failed, and tells each answer; a failed one has its reason in `failure`.
 * @throws {ApiError} 404 when the server no longer has it; the signal's reason when it ends
 */
export async function followProcessing(
  id: string,
  onChange: (media: MediaAttachment) => void,
  signal: AbortSignal,
): Promise<MediaAttachment> {
  let wait = FIRST_MS;
  let last: MediaAttachment | null = null;
  for (;;) {
    await pause(wait, signal);
    wait = Math.min(SLOWEST_MS, wait * 1.3);
    try {
      const answer: MediaAttachment | { failure: string } = await ask(id, signal);
      const media: MediaAttachment = 'id' in answer ? answer : { ...(last ?? unknownYet(id)), ...answer };
      last = media;
      onChange(media);
      if (media.url !== null || media.failure !== undefined) return media;
    } catch (cause) {
      if (signal.aborted || !isPassing(cause)) throw cause;
    }
  }
}

const unknownYet = (id: string): MediaAttachment => ({
  id,
  type: 'video',
  url: null,
  preview_url: null,
  remote_url: null,
  description: null,
});

/** Lets the server try once more what failed there. @throws {ApiError} */
export const retryProcessing = (id: string): Promise<MediaAttachment> =>
  post<MediaAttachment>(`/api/media/${id}/retry`);
