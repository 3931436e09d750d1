// HEIC, the pictures of newer phones: sharp cannot read them, so libheif (WebAssembly) turns each into a PNG without
// compression, in a thread that lives as long as this one picture and may take only so much time and memory.
import { Worker } from 'node:worker_threads';
import { Invalid } from '../errors.ts';
import { createTurns } from '../turns.ts';
import type { HeicAnswer, HeicQuestion } from './heic-worker.ts';

export interface HeicLimits {
  pixels: number;
  /** Of WebAssembly, where the decoder keeps everything; twelve megapixels need some 115 MB. */
  memoryBytes: number;
  ms: number;
}

const defaults: HeicLimits = { pixels: 33_000_000, memoryBytes: 448 * 1024 * 1024, ms: 60_000 };

export interface DecodedHeic {
  /** Upright, its colours by the ICC profile that is inside. */
  png: Buffer;
  width: number;
  height: number;
}

/** One at a time: each may take hundreds of megabytes, and all of one core. */
const inTurn = createTurns(1);

/**
 * The main picture of a HEIC file as a PNG. `source` is a path or the file's bytes; `displayP3` is the ICC profile for
 * files that only name these colours.
 * @throws {Invalid} when it cannot be read, is too large or takes too long
 */
export function decodeHeic(
  source: string | Uint8Array,
  displayP3: Uint8Array,
  { signal, ...limits }: { signal?: AbortSignal } & Partial<HeicLimits> = {},
): Promise<DecodedHeic> {
  return inTurn(async () => {
    signal?.throwIfAborted();
    const { ms, ...bounds } = { ...defaults, ...limits };
    const answer = await ask({ source, displayP3, ...bounds }, ms, signal);
    if ('png' in answer) {
      const { png, width, height } = answer;
      return { png: Buffer.from(png.buffer, png.byteOffset, png.byteLength), width, height };
    }
    if (answer.refusal === 'large') {
      const size = `${answer.width} × ${answer.height} pixels`;
      const most = Math.floor(bounds.pixels / 1_000_000);
      throw new Invalid(`The picture is too large (${size}); at most ${most} megapixels are taken.`);
    }
    throw unreadable(answer.reason);
  });
}

const unreadable = (cause: unknown): Invalid =>
  new Invalid('The HEIC picture cannot be read: it is damaged, or of a kind that is not known here.', { cause });

function ask(question: HeicQuestion, ms: number, signal: AbortSignal | undefined): Promise<HeicAnswer> {
  const worker = new Worker(new URL('./heic-worker.ts', import.meta.url), {
    workerData: question,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  return new Promise<HeicAnswer>((resolve, reject) => {
    let isSettled = false;
    const settle = (finish: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      // Only when it is gone is its memory free for the next.
      void worker.terminate().then(finish, reject);
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const stop = (): void => fail(signal?.reason);
    const late = 'The HEIC picture takes too long to be read; a JPEG of it may do.';
    const timer = setTimeout(() => fail(new Invalid(late)), ms);
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', (answer: HeicAnswer) => settle(() => resolve(answer)));
    worker.once('error', (error) => fail(unreadable(error)));
    worker.once('exit', () => fail(unreadable(new Error('the decoder ended without an answer'))));
  });
}
