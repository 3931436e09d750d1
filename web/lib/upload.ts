// Sends a form and tells how far it is. `fetch` does not say that, so this one door uses the older request.
import { ApiError, problemFrom, tellRefused, token } from './api.ts';

export interface UploadOptions {
  /** Told the share that has left, 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/**
 * POSTs a form for JSON.
 * @throws {ApiError} as `request` does; with the signal's reason when it was aborted
 */
export function upload<T>(path: string, form: FormData, { onProgress, signal }: UploadOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const sent = token.peek();
    request.open('POST', path);
    request.setRequestHeader('Accept', 'application/json');
    if (sent) request.setRequestHeader('Authorization', `Bearer ${sent}`);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress(loaded / Math.max(1, total));
    };
    request.onerror = () => reject(new ApiError(0, ''));
    request.onabort = () => reject(signal.reason ?? new ApiError(0, ''));
    request.onload = () => {
      const { status, statusText, responseText } = request;
      if (status >= 200 && status < 300) {
        // As in `request`: our own server's answer.
        return resolve(JSON.parse(responseText) as T);
      }
      if (status === 401 && sent) tellRefused(sent);
      reject(problemFrom(status, statusText, responseText));
    };
    if (signal.aborted) return request.abort();
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
