// The thread of heic.ts: decodes one HEIC file by libheif's C functions and answers with a PNG. What it decodes comes from
// strangers, so the decoder's memory cannot grow beyond a bound.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { writePlainPng, type PlainPixels } from './heic-png.ts';

export interface HeicQuestion {
  source: string | Uint8Array;
  displayP3: Uint8Array;
  pixels: number;
  memoryBytes: number;
}

export type HeicAnswer =
  | { png: Uint8Array<ArrayBuffer>; width: number; height: number }
  | { refusal: 'large'; width: number; height: number }
  | { refusal: 'damaged'; reason: string };

/** What is used of libheif: C functions, with addresses as numbers. Source: libheif/api/libheif/heif.h. */
interface Libheif {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _heif_context_alloc(): number;
  _heif_context_read_from_memory(error: number, context: number, bytes: number, size: number, options: number): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_get_color_profile_type(handle: number): number;
  _heif_image_handle_get_raw_color_profile_size(handle: number): number;
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, profile: number): void;
  _heif_image_handle_get_nclx_color_profile(error: number, handle: number, profile: number): void;
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colourspace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
}

const colourspaceRgb = 1;
const chroma = { rgb: 10, rgba: 11 };
const channelInterleaved = 10;
/** Four letters as a number. */
const profileKinds = { prof: 0x70726f66, rICC: 0x72494343, nclx: 0x6e636c78 };
/** Of Display P3. Source: ITU-T H.273, table 2. */
const primariesP3 = 12;

/** Memory grows through this one method only; a refused growth becomes a failed allocation of the decoder. */
function boundMemory(bytes: number): void {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > bytes) throw new RangeError('the decoder may take no more memory');
    return grow.call(this, pages);
  };
}

function load(): Libheif {
  const require = createRequire(import.meta.url);
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  // Safe: the package is locked at one version, whose functions are those above.
  const factory = require('libheif-js/libheif-wasm/libheif.js') as (options: object) => Libheif;
  return factory({ wasmBinary, print() {}, printErr() {} });
}

/** The functions with what every call of them needs. */
interface Calls {
  heif: Libheif;
  /** Where functions leave a result of four bytes. */
  resultAt: number;
  read32(at: number): number;
  /** Calls a function that tells of errors in its first argument. */
  check(call: (error: number) => void): void;
}

function prepare(heif: Libheif): Calls {
  const errorAt = heif._malloc(12);
  const read32 = (at: number): number => new DataView(heif.HEAPU8.buffer).getUint32(at, true);
  return {
    heif,
    resultAt: heif._malloc(4),
    read32,
    check(call) {
      call(errorAt);
      if (read32(errorAt) !== 0) throw new Error(textAt(heif, read32(errorAt + 8)));
    },
  };
}

function decode({ source, displayP3, pixels, memoryBytes }: HeicQuestion): HeicAnswer {
  boundMemory(memoryBytes);
  const calls = prepare(load());
  const handle = openMain(calls, typeof source === 'string' ? readFileSync(source) : source);
  const claimed = {
    width: calls.heif._heif_image_handle_get_width(handle),
    height: calls.heif._heif_image_handle_get_height(handle),
  };
  if (claimed.width * claimed.height > pixels) return { refusal: 'large', ...claimed };
  const profile = readProfile(calls, handle, displayP3);
  const decoded = decodePixels(calls, handle);
  const { width, height } = decoded;
  if (width <= 0 || height <= 0 || width * height > pixels) throw new Error('the picture is not as large as it says');
  return { png: writePlainPng({ ...decoded, profile }), width, height };
}

/** The handle of the file's main picture; others are thumbnails, depths or further shots. */
function openMain({ heif, check, read32, resultAt }: Calls, content: Uint8Array): number {
  const contentAt = heif._malloc(content.length);
  if (contentAt === 0) throw new Error('the file does not fit into memory');
  heif.HEAPU8.set(content, contentAt);
  const context = heif._heif_context_alloc();
  check((error) => heif._heif_context_read_from_memory(error, context, contentAt, content.length, 0));
  check((error) => heif._heif_context_get_primary_image_handle(error, context, resultAt));
  return read32(resultAt);
}

/** The pixels, turned and mirrored as the file asks for. */
function decodePixels({ heif, check, read32, resultAt }: Calls, handle: number): Omit<PlainPixels, 'profile'> {
  const channels = heif._heif_image_handle_has_alpha_channel(handle) === 0 ? 3 : 4;
  const wanted = channels === 3 ? chroma.rgb : chroma.rgba;
  check((error) => heif._heif_decode_image(error, handle, resultAt, colourspaceRgb, wanted, 0));
  const image = read32(resultAt);
  const width = heif._heif_image_get_width(image, channelInterleaved);
  const height = heif._heif_image_get_height(image, channelInterleaved);
  const plane = heif._heif_image_get_plane_readonly(image, channelInterleaved, resultAt);
  return { width, height, channels, bytes: heif.HEAPU8.subarray(plane), stride: read32(resultAt) };
}

/** The ICC profile of the file, or that of the colours which it names; null for sRGB. */
function readProfile({ heif, check, read32, resultAt }: Calls, handle: number, displayP3: Uint8Array) {
  const kind = heif._heif_image_handle_get_color_profile_type(handle);
  if (kind === profileKinds.nclx) {
    check((error) => heif._heif_image_handle_get_nclx_color_profile(error, handle, resultAt));
    return read32(read32(resultAt) + 4) === primariesP3 ? displayP3 : null;
  }
  if (kind !== profileKinds.prof && kind !== profileKinds.rICC) return null;
  const size = heif._heif_image_handle_get_raw_color_profile_size(handle);
  const at = heif._malloc(size);
  check((error) => heif._heif_image_handle_get_raw_color_profile(error, handle, at));
  return heif.HEAPU8.slice(at, at + size);
}

/** A text of C, which ends with a zero. */
function textAt(heif: Libheif, at: number): string {
  const end = heif.HEAPU8.indexOf(0, at);
  return new TextDecoder().decode(heif.HEAPU8.slice(at, Math.min(end, at + 500)));
}

function answer(question: HeicQuestion): HeicAnswer {
  try {
    return decode(question);
  } catch (error) {
    return { refusal: 'damaged', reason: error instanceof Error ? error.message : String(error) };
  }
}

// Safe: heic.ts starts this thread, with a question.
const found = answer(workerData as HeicQuestion);
parentPort?.postMessage(found, 'png' in found ? [found.png.buffer] : []);
