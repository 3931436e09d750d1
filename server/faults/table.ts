// The table of a run: each fault with its promises, what was measured, and whether it is met.
import type { Finding } from './fault.ts';

export interface Row extends Finding {
  id: string;
  title: string;
}

/** The rows as lines of text, in columns. */
export function drawTable(rows: readonly Row[]): string {
  const titles = ['', 'fault', 'promise', 'measured', ''];
  const cells = rows.map((row, place) => {
    const isFirst = rows[place - 1]?.id !== row.id;
    const verdict = row.isMet ? 'met' : 'MISSED';
    return [isFirst ? row.id : '', isFirst ? row.title : '', row.promise, row.measured, verdict];
  });
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const draw = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [draw(titles), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(draw)].join('\n');
}
