// Files on their way to the server: a few at a time, with how far each is, why one failed, and another try. They go on while
// the composer is closed; a page that closes asks first.
import { signal, type Signal } from '@preact/signals';
import { ApiError, request } from '#web/lib/api.ts';
import { failureText, Told } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';
import { instance } from '#web/lib/instance.ts';
import { upload } from '#web/lib/upload.ts';
import type { MediaAttachment } from '#web/lib/wire/media.ts';
import { followProcessing, retryProcessing } from './processing.ts';

export type UploadPhase = 'waiting' | 'sending' | 'processing' | 'ready' | 'failed' | 'lost';

export interface UploadState {
  phase: UploadPhase;
  /** Of sending or processing, 0 to 1. */
  share: number;
  /** Why it failed, in words. */
  problem: string;
  /** Whether another try may help. */
  mayRetry: boolean;
  /** The connection is gone; it goes on when that is back. */
  isAway: boolean;
}

interface Upload {
  state: Signal<UploadState>;
  file: File | null;
  /** The file as this browser can show it, before the server has anything to show. */
  preview: string | null;
  media: MediaAttachment | null;
  onMedia: (media: MediaAttachment) => void;
  end: AbortController;
}

const MEGABYTE = 1_000_000;
/** Larger files are sent in pieces that go on where a lost connection left them. */
export const RESUMABLE_FROM = 8 * MEGABYTE;
const AT_ONCE = 3;
const IDLE: UploadState = { phase: 'waiting', share: 0, problem: '', mayRetry: false, isAway: false };
const READY: UploadState = { ...IDLE, phase: 'ready', share: 1 };
const LOST: UploadState = { ...IDLE, phase: 'lost' };

const uploads = new Map<string, Upload>();
const line: Upload[] = [];
let sending = 0;

/** Where the upload of that name is; what nobody uploads in this page is ready when the server has it, else lost. */
export function uploadState(key: string, media: MediaAttachment | null): UploadState {
  return uploads.get(key)?.state.value ?? (media ? READY : LOST);
}

/** An address of the chosen file in this browser; null when it was chosen in an earlier page. */
export const previewOf = (key: string): { address: string; file: File } | null => {
  const known = uploads.get(key);
  return known?.preview && known.file ? { address: known.preview, file: known.file } : null;
};

const set = (one: Upload, changes: Partial<UploadState>) => (one.state.value = { ...one.state.peek(), ...changes });

/** A number of bytes in words. */
export const inMegabytes = (bytes: number): string =>
  t('media.megabytes', { count: Math.max(0.1, Math.round((bytes / MEGABYTE) * 10) / 10) });

function refuseTooLarge(file: File): void {
  const limits = instance.value?.configuration.media_attachments;
  const isPicture = file.type.startsWith('image/');
  const most = isPicture ? limits?.image_size_limit : (limits?.video_size_limit ?? limits?.image_size_limit);
  if (most && file.size > most)
    throw new Told(t('media.tooLarge', { size: inMegabytes(file.size), limit: inMegabytes(most) }));
}

async function send(one: Upload, file: File): Promise<MediaAttachment> {
  refuseTooLarge(file);
  const options = { onProgress: (share: number) => set(one, { share }), signal: one.end.signal };
  if (file.size > RESUMABLE_FROM) {
    const { sendInPieces } = await import('./large-uploads.ts').catch(() => {
      throw new ApiError(0, '');
    });
    return sendInPieces(file, { ...options, onAway: (isAway) => set(one, { isAway }) });
  }
  const form = new FormData();
  form.set('file', file, file.name);
  return upload<MediaAttachment>('/api/v2/media', form, options);
}

/** `onSent` is called when the line may go on: making ready takes no connection. */
async function run(one: Upload, onSent: () => void): Promise<void> {
  const { file, end } = one;
  try {
    if (!one.media && file) {
      set(one, { phase: 'sending', share: 0, problem: '' });
      hear(one, await send(one, file));
    }
    onSent();
    if (one.media?.url === null && one.media.failure === undefined) {
      set(one, { phase: 'processing', share: 0, problem: '' });
      await followProcessing(one.media.id, (media) => hear(one, media), end.signal);
    }
    if (one.media?.failure !== undefined) fail(one, one.media.failure, true);
    else one.state.value = READY;
  } catch (cause) {
    if (end.signal.aborted) return;
    // What the server no longer has must be sent anew.
    if (cause instanceof ApiError && cause.status === 404) one.media = null;
    fail(one, failureText(cause), !(cause instanceof Told) && !(cause instanceof ApiError && cause.status === 422));
  }
}

function hear(one: Upload, media: MediaAttachment): void {
  one.media = media;
  one.onMedia(media);
  if (media.url === null) set(one, { share: (media.meta?.progress ?? 0) / 100 });
}

const fail = (one: Upload, problem: string, mayRetry: boolean) => set(one, { phase: 'failed', problem, mayRetry });

function next(): void {
  while (sending < AT_ONCE) {
    const one = line.shift();
    if (!one) return;
    if (one.end.signal.aborted) continue;
    sending++;
    let isSent = false;
    const release = () => {
      if (isSent) return;
      isSent = true;
      sending--;
      next();
    };
    void run(one, release).finally(release);
  }
}

function enter(one: Upload): void {
  one.state.value = IDLE;
  line.push(one);
  next();
}

const isShowable = ({ type }: File): boolean => /^(image|video)\//.test(type);

/** Begins to send a file under a name of this browser. `onMedia` is told what the server says of it, each time anew. */
export function beginUpload(key: string, file: File, onMedia: (media: MediaAttachment) => void): void {
  forgetUpload(key);
  const one: Upload = {
    state: signal(IDLE),
    file,
    preview: isShowable(file) ? URL.createObjectURL(file) : null,
    media: null,
    onMedia,
    end: new AbortController(),
  };
  uploads.set(key, one);
  enter(one);
}

/** Follows one of an earlier page that the server had not made ready. */
export function resumeUpload(key: string, media: MediaAttachment, onMedia: (media: MediaAttachment) => void): void {
  if (uploads.has(key) || media.url !== null) return;
  const one: Upload = { state: signal(IDLE), file: null, preview: null, media, onMedia, end: new AbortController() };
  uploads.set(key, one);
  enter(one);
}

/** Tries again what failed: sends what did not arrive, or lets the server make ready what did. */
export async function retryUpload(key: string): Promise<void> {
  const one = uploads.get(key);
  if (!one || one.state.peek().phase !== 'failed') return;
  if (!one.media) return enter(one);
  set(one, { phase: 'processing', share: 0, problem: '' });
  try {
    one.media = await retryProcessing(one.media.id);
    enter(one);
  } catch (cause) {
    fail(one, failureText(cause), true);
  }
}

/** Ends an upload and lets go of its file; what the server has stays there. */
export function forgetUpload(key: string): void {
  const one = uploads.get(key);
  if (!one) return;
  uploads.delete(key);
  one.end.abort();
  if (one.preview) URL.revokeObjectURL(one.preview);
}

/** The same, and the server may delete what no post has; it does so by itself within a day. */
export function throwAway(key: string, media: MediaAttachment | null): void {
  forgetUpload(key);
  if (media) request('DELETE', `/api/v1/media/${media.id}`).catch(() => {});
}

/** Whether something would be lost by closing the page. */
const isBusy = (): boolean =>
  [...uploads.values()].some(({ state }) => ['waiting', 'sending'].includes(state.peek().phase));

addEventListener('beforeunload', (event) => {
  if (isBusy()) event.preventDefault();
});
