// Reads a settings file: NAME=VALUE lines, # comments, values bare or in single or double quotes.
import { readFileSync } from 'node:fs';

/** What the reader must know: the names that exist, and where to put what is wrong. */
export interface EnvFileOptions {
  names: readonly string[];
  mustExist: boolean;
  mistakes: string[];
}

/** The settings in the file by name, empty values left out. Every line that cannot be used adds a mistake. */
export function readEnvFile(path: string, { names, mustExist, mistakes }: EnvFileOptions): Map<string, string> {
  const found = new Map<string, string>();
  const seen = new Map<string, number>();
  const lines = readLines(path, mustExist, mistakes);
  lines.forEach((line, index) => {
    const where = `${path}, line ${index + 1}`;
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const pair = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(trimmed);
    const name = pair?.[1];
    const value = pair?.[2] === undefined ? null : unquote(pair[2]);
    if (name === undefined) mistakes.push(`${where}: expected NAME=VALUE or a # comment.`);
    else if (!names.includes(name)) mistakes.push(`${where}: ${unknownName(name, names)}`);
    else if (seen.has(name)) mistakes.push(`${where}: ${name} is already set in line ${seen.get(name)}. Keep one.`);
    else if (value === null) mistakes.push(`${where}: the quotes around the value of ${name} do not close.`);
    else if (value !== '') found.set(name, value);
    if (name !== undefined && !seen.has(name)) seen.set(name, index + 1);
  });
  return found;
}

/** The name of `names` that `written` most likely meant, or null when none is near. */
export function nearestName(written: string, names: readonly string[]): string | null {
  const sought = written.toUpperCase();
  const near = names
    .map((name) => ({ name, distance: editDistance(sought, name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 4)))
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.name ?? null;
}

function readLines(path: string, mustExist: boolean, mistakes: string[]): string[] {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isAbsent || mustExist) {
      mistakes.push(`The settings file ${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
    }
    return [];
  }
}

/** The value without its quotes and without a comment behind it; null when a quote does not close. */
function unquote(written: string): string | null {
  const quote = written[0];
  if (quote !== '"' && quote !== "'") return written.replace(/\s+#.*$/, '').trim();
  const shape = quote === '"' ? /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/ : /^'([^']*)'\s*(?:#.*)?$/;
  const inside = shape.exec(written)?.[1];
  if (inside === undefined) return null;
  return quote === '"' ? inside.replace(/\\(["\\])/g, '$1') : inside;
}

function unknownName(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near === null
    ? `there is no setting ${name}; docs/run/settings.md lists them all.`
    : `there is no setting ${name}. Did you mean ${near}?`;
}

/** How many letters must be added, removed, changed or swapped with a neighbour to get from one word to the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      let least = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && isSwapped) least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
      current[column] = least;
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
