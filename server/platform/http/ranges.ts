// Pieces of files, as players ask for them. Source: RFC 9110, 13 and 14.
import type { IncomingHttpHeaders } from 'node:http';

/** `whole`: all of it; `none`: nothing of what was asked for exists; else the first and the last byte. */
export type Piece = 'whole' | 'none' | { start: number; end: number };

/**
 * The piece of a file of `bytes` that a request asks for. Several pieces at once, other units and nonsense count as no wish,
 * and so does a wish for a piece of another content than `tag` names (`If-Range`).
 */
export function pieceOf(headers: IncomingHttpHeaders, bytes: number, tag: string): Piece {
  const condition = headers['if-range'];
  if (headers.range === undefined || (condition !== undefined && String(condition).trim() !== tag)) return 'whole';
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') return fromEnd(Number(last), bytes);
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= bytes ? 'none' : { start, end };
}

function fromEnd(length: number, bytes: number): Piece {
  if (length === 0 || bytes === 0) return 'none';
  return { start: Math.max(0, bytes - length), end: bytes - 1 };
}

/** True when whoever asks has the content of that tag already (`If-None-Match`). */
export function isKnown(headers: IncomingHttpHeaders, tag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.trim() === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
