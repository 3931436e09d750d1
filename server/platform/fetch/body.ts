// Reads the body of an answer, unpacked, into memory or into a file, and stops at the first byte too many.
import { open, rm } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { FetchFailure } from './failure.ts';

export interface BodyLimits {
  host: string;
  /** Bytes, both on the wire and unpacked. */
  maxBytes: number;
  /** Keeps what fits of a body that is too long. */
  cut?: boolean;
}

/** The codings that `readBody` understands, for the `Accept-Encoding` header. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Collects a body. The stream is destroyed when it is too long, broken, or its request is aborted.
 * @throws {FetchFailure} `too_large`, or `bad_response` for a coding that is unknown; the stream's own error else
 */
export async function readBody(stream: Readable, headers: Record<string, string>, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await unpack(stream, headers, limits, async (unpacked) => {
    for await (const chunk of unpacked) chunks.push(chunk);
  });
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

/**
 * Writes a body into a new file of this machine, piece by piece, and tells its length. What was begun is removed again when
 * it fails. `onBytes` hears how much has come so far. @throws as `readBody`, and when there is a file already
 */
export async function saveBody(
  stream: Readable,
  headers: Record<string, string>,
  limits: BodyLimits & { path: string; onBytes: (bytes: number) => void },
): Promise<number> {
  const file = await open(limits.path, 'wx');
  let bytes = 0;
  try {
    await unpack(stream, headers, limits, async (unpacked) => {
      for await (const chunk of unpacked) {
        await file.writeFile(chunk);
        bytes += chunk.length;
        limits.onBytes(bytes);
      }
    });
  } catch (error) {
    await file.close();
    await rm(limits.path, { force: true });
    throw error;
  }
  await file.close();
  return bytes;
}

type Sink = (unpacked: AsyncIterable<Buffer>) => Promise<void>;

async function unpack(
  stream: Readable,
  headers: Record<string, string>,
  limits: BodyLimits,
  sink: Sink,
): Promise<void> {
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > limits.maxBytes && !limits.cut) throw await refuse(stream, tooLarge(limits));
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return sink(counted(stream, limits));
  const decoder = decoderFor(coding);
  if (decoder === null) throw await refuse(stream, new FetchFailure('bad_response', `${limits.host}: unknown coding`));
  // Counted before unpacking too: a packed stream can go on for ever and unpack to nothing.
  // What is cut anyway may be packed badly.
  const packed = counted(stream, limits.cut ? { ...limits, maxBytes: limits.maxBytes * 2 + 1024, cut: false } : limits);
  const first = await packed.next();
  // Nothing at all is not a broken packing: many answers without a body announce one.
  if (first.done === true) return;
  let isRead = false;
  try {
    await pipeline(startingWith(first.value, packed), decoder, async (unpacked: AsyncIterable<Buffer>) => {
      await sink(counted(unpacked, limits));
      isRead = true;
    });
  } catch (error) {
    // What was cut ends before its packing does.
    if (!isRead || !limits.cut) throw error;
  }
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function refuse(stream: Readable, failure: FetchFailure): Promise<FetchFailure> {
  stream.on('error', () => {});
  stream.destroy();
  return failure;
}

async function* counted(source: AsyncIterable<Buffer>, limits: BodyLimits): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of source) {
    const fits = limits.maxBytes - size;
    size += chunk.length;
    if (size > limits.maxBytes && !limits.cut) throw tooLarge(limits);
    yield chunk.length > fits ? chunk.subarray(0, fits) : chunk;
    if (size > limits.maxBytes) return;
  }
}

/** A stream that undoes one coding; null for others. Several codings on top of each other serve nobody honest. */
function decoderFor(coding: string): Transform | null {
  if (coding === 'gzip' || coding === 'x-gzip') return zlib.createGunzip();
  if (coding === 'br') return zlib.createBrotliDecompress();
  if (coding === 'deflate') return zlib.createInflate();
  return null;
}

function tooLarge(limits: BodyLimits): FetchFailure {
  return new FetchFailure('too_large', `${limits.host}: more than ${limits.maxBytes} bytes`);
}
