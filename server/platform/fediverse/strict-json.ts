// Reads JSON from strangers strictly: one pass over the bytes refuses everything that could cost too much or mean two
// things to two readers, and only then is it parsed.
import { isUtf8 } from 'node:buffer';

export type JsonRefusal =
  | 'not_utf8'
  | 'malformed'
  | 'too_deep'
  | 'too_many_nodes'
  | 'too_many_items'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'broken_character'
  | 'long_number';

export type JsonVerdict = { ok: true; value: unknown } | { ok: false; reason: JsonRefusal };

const MAX_DEPTH = 16;
const MAX_NODES = 2_000;
const MAX_ITEMS = 500;
const MAX_NUMBER_LENGTH = 64;
// Assigning these to a plain object changes more than a member.
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** How many values a document may have in all, and in one list. */
export interface JsonBounds {
  nodes: number;
  items: number;
}

const usualBounds: JsonBounds = { nodes: MAX_NODES, items: MAX_ITEMS };

/**
 * Parses JSON that is no deeper than 16 levels, has at most 2,000 values and 500 items an array (unless `bounds` says otherwise), no
 * key twice in an object, no key that reaches into prototypes, and text that can be stored: no halves of characters, no NUL.
 * Linear in its length.
 */
export function parseStrictJson(bytes: Uint8Array, bounds: JsonBounds = usualBounds): JsonVerdict {
  if (!isUtf8(bytes)) return { ok: false, reason: 'not_utf8' };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reason = createScanner(buffer, bounds).scan();
  if (reason !== null) return { ok: false, reason };
  try {
    return { ok: true, value: JSON.parse(buffer.toString('utf8')) as unknown };
  } catch {
    return { ok: false, reason: 'malformed' };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LETTER_U = 0x75;

/** Walks the structure and finds the first thing to refuse. Numbers and words are left for the parser to judge. */
function createScanner(bytes: Buffer, bounds: JsonBounds): { scan(): JsonRefusal | null } {
  let at = 0;
  let nodes = 0;

  function skipBlanks(): void {
    while (at < bytes.length) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      at += 1;
    }
  }

  function scanValue(depth: number): JsonRefusal | null {
    nodes += 1;
    if (nodes > bounds.nodes) return 'too_many_nodes';
    skipBlanks();
    const byte = bytes[at];
    if (byte === OPEN_OBJECT) return depth >= MAX_DEPTH ? 'too_deep' : scanObject(depth + 1);
    if (byte === OPEN_ARRAY) return depth >= MAX_DEPTH ? 'too_deep' : scanArray(depth + 1);
    return byte === QUOTE ? scanString() : scanWord();
  }

  function scanArray(depth: number): JsonRefusal | null {
    at += 1;
    skipBlanks();
    if (bytes[at] === CLOSE_ARRAY) {
      at += 1;
      return null;
    }
    for (let items = 1; ; items += 1) {
      if (items > bounds.items) return 'too_many_items';
      const refusal = scanValue(depth);
      if (refusal !== null) return refusal;
      skipBlanks();
      const byte = bytes[at];
      at += 1;
      if (byte === CLOSE_ARRAY) return null;
      if (byte !== COMMA) return 'malformed';
    }
  }

  function scanObject(depth: number): JsonRefusal | null {
    at += 1;
    skipBlanks();
    if (bytes[at] === CLOSE_OBJECT) {
      at += 1;
      return null;
    }
    const keys = new Set<string>();
    for (;;) {
      const refusal = scanKey(keys) ?? scanValue(depth);
      if (refusal !== null) return refusal;
      skipBlanks();
      const byte = bytes[at];
      at += 1;
      if (byte === CLOSE_OBJECT) return null;
      if (byte !== COMMA) return 'malformed';
    }
  }

  function scanKey(keys: Set<string>): JsonRefusal | null {
    skipBlanks();
    if (bytes[at] !== QUOTE) return 'malformed';
    const start = at;
    const refusal = scanString();
    if (refusal !== null) return refusal;
    const key = readString(bytes.toString('utf8', start, at));
    if (key === null) return 'malformed';
    if (FORBIDDEN_KEYS.has(key)) return 'forbidden_key';
    if (keys.has(key)) return 'duplicate_key';
    keys.add(key);
    skipBlanks();
    if (bytes[at] !== COLON) return 'malformed';
    at += 1;
    return null;
  }

  function scanString(): JsonRefusal | null {
    at += 1;
    for (;;) {
      at = endOfPlain(bytes, at);
      const byte = bytes[at];
      if (byte === QUOTE) {
        at += 1;
        return null;
      }
      if (byte !== BACKSLASH) return 'malformed';
      const refusal = scanEscape();
      if (refusal !== null) return refusal;
    }
  }

  /** A character written as `\uXXXX` must be a whole one, or the first half followed by the second. */
  function scanEscape(): JsonRefusal | null {
    if (bytes[at + 1] !== LETTER_U) {
      at += 2;
      return null;
    }
    const unit = readUnit(at);
    at += 6;
    if (unit === null) return 'malformed';
    if (unit === 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 'broken_character';
    if (unit < 0xd800 || unit > 0xdbff) return null;
    const second = bytes[at] === BACKSLASH && bytes[at + 1] === LETTER_U ? readUnit(at) : null;
    if (second === null || second < 0xdc00 || second > 0xdfff) return 'broken_character';
    at += 6;
    return null;
  }

  function readUnit(start: number): number | null {
    const hex = bytes.toString('latin1', start + 2, start + 6);
    return /^[0-9A-Fa-f]{4}$/u.test(hex) ? Number.parseInt(hex, 16) : null;
  }

  /** A number, `true`, `false` or `null`: runs to the next byte that ends a value. */
  function scanWord(): JsonRefusal | null {
    const start = at;
    while (at < bytes.length && isWordByte(bytes[at] ?? 0)) at += 1;
    if (at === start) return 'malformed';
    return at - start > MAX_NUMBER_LENGTH ? 'long_number' : null;
  }

  return {
    scan() {
      const refusal = scanValue(0);
      if (refusal !== null) return refusal;
      skipBlanks();
      return at === bytes.length ? null : 'malformed';
    },
  };
}

/** Where the text from `start` on comes to a quote, a backslash or a control character, or ends. Most of a document is such text. */
function endOfPlain(bytes: Buffer, start: number): number {
  let at = start;
  const { length } = bytes;
  while (at < length) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return at;
    at += 1;
  }
  return at;
}

/** Digits, letters, and the signs and point of numbers. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

/** What a JSON string says; null when it is malformed. */
function readString(text: string): string | null {
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}
