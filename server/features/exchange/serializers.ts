// Files in the columns that Mastodon reads and writes, and imports as our own API shows them.
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { Type, type Static } from 'typebox';
import { mostLanguages } from '#server/features/graph/service/follow.ts';
import { Invalid } from '#server/platform/errors.ts';
import { isLanguageCode } from '#server/platform/text.ts';
import { exchangeKinds, importModes, type ExchangeKind, type ExchangeRow } from './entities.ts';
import type { FailedRow, ImportView } from './queries.ts';
import { mostRows, type ReadRow } from './service/run.ts';

const boostsColumn = 'Show boosts';
const notifyColumn = 'Notify on new posts';
const languagesColumn = 'Languages';
const hideColumn = 'Hide notifications';
const addressColumn = 'Account address';
const listColumn = 'List name';

interface Format {
  /** Mastodon writes a header for those with more than one meaning, and none for the others. */
  header: boolean;
  columns: string[];
  cells: (row: ExchangeRow) => string[];
}

const formats: Record<ExchangeKind, Format> = {
  follows: {
    header: true,
    columns: [addressColumn, boostsColumn, notifyColumn, languagesColumn],
    cells: ({ target, showBoosts, notify, languages }) => [
      target,
      String(showBoosts ?? true),
      String(notify ?? false),
      (languages ?? []).join(', '),
    ],
  },
  mutes: {
    header: true,
    columns: [addressColumn, hideColumn],
    cells: ({ target, hideNotifications }) => [target, String(hideNotifications ?? true)],
  },
  lists: { header: false, columns: [listColumn, addressColumn], cells: ({ list, target }) => [list ?? '', target] },
  blocks: { header: false, columns: [addressColumn], cells: ({ target }) => [target] },
  domain_blocks: { header: false, columns: ['#domain'], cells: ({ target }) => [target] },
  bookmarks: { header: false, columns: ['#uri'], cells: ({ target }) => [target] },
};

/** The first line of a file, where it has one. */
function csvHeader(kind: ExchangeKind): string {
  const { header, columns } = formats[kind];
  return header ? stringify([columns]) : '';
}

/** One line of a file. */
function csvLine(kind: ExchangeKind, row: ExchangeRow): string {
  return stringify([formats[kind].cells(row)]);
}

/** A whole file, while its rows are read. */
export async function* csvLines(kind: ExchangeKind, rows: AsyncIterable<ExchangeRow>): AsyncGenerator<string> {
  yield csvHeader(kind);
  for await (const row of rows) yield csvLine(kind, row);
}

/** One line of a file of handles alone. */
export function addressLine(handle: string): string {
  return stringify([[handle]]);
}

/** The lines of a file, with or without a header, at most one more than may be imported. @throws {Invalid} when it is no CSV */
export async function readCsv(kind: ExchangeKind, content: string | Buffer): Promise<ReadRow[]> {
  const parser = parse({ bom: true, trim: true, relaxColumnCount: true, skipEmptyLines: true, maxRecordSize: 20_000 });
  parser.end(content);
  const rows: ReadRow[] = [];
  let places: Map<string, number> | null = null;
  try {
    for await (const record of parser) {
      const cells = readCells(record);
      if (places === null) {
        const header = readHeader(kind, cells);
        places = header ?? new Map(formats[kind].columns.map((name, index) => [name.toLowerCase(), index]));
        if (header !== null) continue;
      }
      if (rows.push(readRow(kind, cells, places)) > mostRows) break;
    }
  } catch (cause) {
    throw new Invalid('This file cannot be read as CSV', { cause });
  }
  return rows;
}

const readCells = (record: unknown): string[] => (Array.isArray(record) ? record.map(String) : []);

/** The columns' places, when this line names columns instead of holding a row. */
function readHeader(kind: ExchangeKind, cells: readonly string[]): Map<string, number> | null {
  const known = new Set(formats[kind].columns.map((name) => name.toLowerCase()));
  const named = cells.map((cell) => cell.toLowerCase());
  return named.some((cell) => known.has(cell)) ? new Map(named.map((cell, index) => [cell, index])) : null;
}

const longestCell = 2000;

function readRow(kind: ExchangeKind, cells: readonly string[], places: ReadonlyMap<string, number>): ReadRow {
  const cell = (column: string): string => (cells[places.get(column.toLowerCase()) ?? -1] ?? '').slice(0, longestCell);
  const flag = (column: string, otherwise: boolean): boolean =>
    cell(column) === '' ? otherwise : /^(true|1|yes|t)$/i.test(cell(column));
  const last =
    formats[kind].columns.findLast((name) => name === addressColumn || name.startsWith('#')) ?? addressColumn;
  const target = cell(last).replace(kind === 'bookmarks' ? '' : /^@/, '');
  const row: ExchangeRow = { target };
  if (kind === 'follows') {
    row.showBoosts = flag(boostsColumn, true);
    row.notify = flag(notifyColumn, false);
    const languages = cell(languagesColumn)
      .split(/[\s,]+/)
      .filter(isLanguageCode)
      .slice(0, mostLanguages);
    if (languages.length > 0) row.languages = languages;
  }
  if (kind === 'mutes') row.hideNotifications = flag(hideColumn, true);
  if (kind === 'lists') row.list = cell(listColumn);
  const isMissing = target === '' || (kind === 'lists' && row.list === '');
  return { row, reason: isMissing ? 'This line names nothing' : null };
}

const Kind = Type.Unsafe<ExchangeKind>(Type.String({ enum: [...exchangeKinds] }));

export const ImportWireSchema = Type.Object({
  id: Type.String(),
  kind: Kind,
  mode: Type.String({ enum: [...importModes] }),
  state: Type.String({ enum: ['running', 'finished'] }),
  total: Type.Integer({ description: 'Lines in the file' }),
  imported: Type.Integer(),
  failed: Type.Integer(),
  created_at: Type.String({ format: 'date-time' }),
  finished_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
});
export type ImportWire = Static<typeof ImportWireSchema>;

export const ImportFailureSchema = Type.Object({
  line: Type.Integer({ description: 'Its place among the lines, from 1' }),
  name: Type.String(),
  list: Type.Union([Type.String(), Type.Null()]),
  reason: Type.String(),
});

export function serializeImport(view: ImportView): ImportWire {
  return {
    id: view.id,
    kind: view.kind,
    mode: view.mode,
    state: view.finishedAt === null ? 'running' : 'finished',
    total: view.total,
    imported: view.done,
    failed: view.failed,
    created_at: view.createdAt.toISOString(),
    finished_at: view.finishedAt?.toISOString() ?? null,
  };
}

export function serializeFailure({ place, row, reason }: FailedRow): Static<typeof ImportFailureSchema> {
  return { line: place, name: row.target, list: row.list ?? null, reason: reason ?? '' };
}
