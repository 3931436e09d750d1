// Lists of blocked servers as files: Mastodon's form of CSV, which other software writes too, and plain lists of names.
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
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
 * @throws {CsvError} when quotes open and never close
 */
export function readBlockList(text: string, ownHosts: readonly string[]): ReadList {
  const records = readRecords(text);
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
  const rows = blocks.map((block) =>
    [
      block.domain,
      words[block.severity],
      block.rejectMedia,
      block.rejectReports,
      block.publicComment,
      block.obfuscate,
    ].map((field) => harmless(String(field))),
  );
  return stringify([columns.map((column) => `#${column}`), ...rows]);
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
const harmless = (field: string): string => (/^[=+\-@\t\r]/u.test(field) ? ` ${field}` : field);

interface CsvRecord {
  /** Where it ends. */
  line: number;
  fields: string[];
}

function readRecords(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  parse(text, {
    bom: true,
    recordDelimiter: ['\r\n', '\n', '\r'],
    relaxColumnCount: true,
    relaxQuotes: true,
    skipEmptyLines: true,
    onRecord(fields, { lines: line }) {
      records.push({ line, fields });
      return null;
    },
  });
  return records;
}
