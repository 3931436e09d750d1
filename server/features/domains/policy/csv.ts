// Lists of blocked servers as files: Mastodon's form of CSV, which other software writes too, and plain lists of names.
import type { BlockTerms, Severity } from '../entities.ts';

import { isOwnName, readServerName } from './names.ts';

/** The most names that a file may hold, and the most characters. */
export const mostRows = 20_000;
export const mostCharacters = 4 * 1024 * 1024;

/** What a file says of a server. What it leaves out is false or empty. */
export interface ListedBlock {
  domain: string;
  terms: Omit<BlockTerms, 'listId' | 'privateComment'>;
}

/** A line that is not used, and why. */
export interface RefusedLine {
  line: number;
  text: string;
  reason: 'not_a_name' | 'own_name' | 'unknown_severity' | 'too_many';
}

export interface ReadList {
  rows: ListedBlock[];
  refused: RefusedLine[];
}

const columns = ['domain', 'severity', 'reject_media', 'reject_reports', 'public_comment', 'obfuscate'] as const;
type Column = (typeof columns)[number];
const severityWords: Record<string, Severity> = {
  noop: 'none',
  none: 'none',
  silence: 'limit',
  limit: 'limit',
  suspend: 'suspend',
};
const longestComment = 2000;
const shownOfLine = 100;

/**
 * Reads a file: with Mastodon's headings (`#domain,#severity,…`, in any order, with or without `#`), or without headings a name a
 * line, which means to suspend. Of several lines about one server the last counts. Lines that cannot be used are told.
 */
export function readBlockList(text: string, ownHosts: readonly string[]): ReadList {
  const records = readRecords(text.replace(/^\uFEFF/u, ''));
  const [first] = records;
  const headings = first === undefined ? null : readHeadings(first.fields);
  const refused: RefusedLine[] = [];
  const rows = new Map<string, ListedBlock>();
  for (const { line, fields } of headings === null ? records : records.slice(1)) {
    const value = (column: Column): string =>
      fields[headings === null ? columns.indexOf(column) : (headings[column] ?? -1)]?.trim() ?? '';
    const written = value('domain');
    if (written === '' || (headings === null && written.startsWith('#'))) continue;
    const refuse = (reason: RefusedLine['reason']): void =>
      void refused.push({ line, text: written.slice(0, shownOfLine), reason });
    const domain = readServerName(written);
    const severity = readWord(value('severity'));
    if (domain === null) refuse('not_a_name');
    else if (isOwnName(ownHosts, domain)) refuse('own_name');
    else if (severity === null) refuse('unknown_severity');
    else if (rows.size >= mostRows && !rows.has(domain)) refuse('too_many');
    else
      rows.set(domain, {
        domain,
        terms: {
          severity,
          rejectMedia: isTrue(value('reject_media')),
          rejectReports: isTrue(value('reject_reports')),
          publicComment: Array.from(value('public_comment')).slice(0, longestComment).join(''),
          obfuscate: isTrue(value('obfuscate')),
        },
      });
  }
  return { rows: [...rows.values()], refused };
}

/** The file that Mastodon and others read. */
export function writeBlockList(blocks: ReadonlyArray<{ domain: string } & ListedBlock['terms']>): string {
  const words = { none: 'noop', limit: 'silence', suspend: 'suspend' } as const;
  const lines = blocks.map((block) =>
    [block.domain, words[block.severity], block.rejectMedia, block.rejectReports, block.publicComment, block.obfuscate]
      .map((field) => quote(String(field)))
      .join(','),
  );
  return `${[columns.map((column) => `#${column}`).join(','), ...lines].join('\n')}\n`;
}

/** A list that says nothing of how suspends: that is what such lists are for. */
function readWord(word: string): Severity | null {
  return word === '' ? 'suspend' : (severityWords[word.toLowerCase()] ?? null);
}

const isTrue = (word: string): boolean => /^(?:true|t|yes|1)$/iu.test(word);

function readHeadings(fields: readonly string[]): Partial<Record<Column, number>> | null {
  const names = fields.map((field) => field.trim().replace(/^#/u, '').toLowerCase());
  if (!names.includes('domain')) return null;
  return Object.fromEntries(
    columns.flatMap((column) => {
      const at = names.indexOf(column);
      return at === -1 ? [] : [[column, at]];
    }),
  );
}

/** Spreadsheets take what begins so for a formula. */
function quote(field: string): string {
  const safe = /^[=+@\t]/u.test(field) ? ` ${field}` : field;
  return /[",\n\r]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

interface CsvRecord {
  line: number;
  fields: string[];
}

/** Records of RFC 4180, in one pass. Quotes that never end, end with the file. */
function readRecords(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let line = 1;
  let began = 1;
  for (let at = 0; at <= text.length;) {
    const { field, next, lines } = readField(text, at);
    fields.push(field);
    line += lines;
    const sign = text[next];
    if (sign !== ',') {
      if (fields.length > 1 || fields[0] !== '') records.push({ line: began, fields });
      fields = [];
      line += 1;
      began = line;
    }
    at = next + (sign === '\r' && text[next + 1] === '\n' ? 2 : 1);
  }
  return records;
}

function readField(text: string, from: number): { field: string; next: number; lines: number } {
  if (text[from] !== '"') {
    let next = from;
    while (next < text.length && !/[,\r\n]/u.test(text.charAt(next))) next += 1;
    return { field: text.slice(from, next), next, lines: 0 };
  }
  let field = '';
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end === -1) return { field: field + text.slice(at), next: text.length, lines: 0 };
    field += text.slice(at, end);
    if (text[end + 1] !== '"') {
      let next = end + 1;
      while (next < text.length && !/[,\r\n]/u.test(text.charAt(next))) next += 1;
      return { field, next, lines: field.split('\n').length - 1 };
    }
    field += '"';
    at = end + 2;
  }
}
