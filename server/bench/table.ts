// The table of a run: each figure beside the limit that was measured in the same run.

export interface Row {
  scenario: string;
  figure: string;
  unit: string;
  ours: number | null;
  /** What the machine can do, by the bare means; null where there is nothing to compare with. */
  limit: number | null;
  /** `ratio` holds ours against the limit, the others hold ours itself. */
  aim?: { ratio: number } | { atMost: number };
  /** Ours to the limit, where it was measured pair by pair; else worked out here. */
  ratio?: number;
}

const titles = ['scenario', 'figure', 'Rookery', 'limit', 'ratio', 'aim', ''];

/** The rows as lines of text, in columns. */
export function drawTable(rows: readonly Row[]): string {
  const cells = rows.map((row, index) => [
    row.scenario === rows[index - 1]?.scenario ? '' : row.scenario,
    row.figure,
    showFigure(row.ours, row.unit),
    showFigure(row.limit, row.unit),
    showRatio(ratioOf(row)),
    showAim(row),
    verdict(row),
  ]);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const draw = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [draw(titles), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(draw)].join('\n');
}

/** True when the figure reaches its aim; null without an aim or a figure. */
export function reachesAim(row: Row): boolean | null {
  if (row.aim === undefined || row.ours === null) return null;
  if ('atMost' in row.aim) return row.ours <= row.aim.atMost;
  const ratio = ratioOf(row);
  return ratio === null ? null : ratio >= row.aim.ratio;
}

export function ratioOf(row: Row): number | null {
  if (row.ratio !== undefined) return row.ratio;
  return row.ours === null || row.limit === null || row.limit === 0 ? null : row.ours / row.limit;
}

function verdict(row: Row): string {
  const reached = reachesAim(row);
  return reached === null ? '' : reached ? 'met' : 'MISSED';
}

function showAim({ aim, unit }: Row): string {
  if (aim === undefined) return '';
  return 'ratio' in aim ? `≥ ${aim.ratio}×` : `≤ ${aim.atMost} ${unit}`;
}

function showRatio(ratio: number | null): string {
  return ratio === null ? '' : `${ratio.toFixed(2)}×`;
}

function showFigure(figure: number | null, unit: string): string {
  if (figure === null) return '';
  const digits = Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2;
  const [whole = '', rest] = figure.toFixed(digits).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${grouped}${rest === undefined ? '' : `.${rest}`} ${unit}`.trim();
}

/** The middle one; the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The value that `share` of all do not exceed. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
