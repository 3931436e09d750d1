// What the commands print. With --json the result is one JSON value on standard output and nothing else is there.
import type { Command } from 'commander';
import { text } from 'node:stream/consumers';

/** A result in both forms. */
export interface Result {
  json: unknown;
  /** Lines for people. */
  lines: readonly string[];
  /** 1 when what was looked for is not in order. */
  exitCode?: number;
}

/** Adds --json to a command and prints what it answers. */
export function answering<Args extends unknown[]>(command: Command, act: (...args: Args) => Promise<Result>): Command {
  return command.option('--json', 'print the result as JSON').action(async (...given: unknown[]) => {
    // Commander hands over the arguments, then the options, then the command; the first two are what `act` takes.
    const result = await act(...(given.slice(0, -1) as Args));
    if (result.exitCode !== undefined) process.exitCode = result.exitCode;
    const isJson = command.opts<{ json?: boolean }>().json === true;
    process.stdout.write(
      isJson ? `${JSON.stringify(result.json, null, 2)}\n` : result.lines.map((line) => `${line}\n`).join(''),
    );
  });
}

/** A line on standard error. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Rows under headings, in columns as wide as they need to be. */
export function table(headings: readonly string[], rows: readonly string[][]): string[] {
  const all = [[...headings], ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The value of an option, or the first line of standard input when the option is `-`. */
export async function orStandardInput(value: string | undefined): Promise<string | undefined> {
  if (value !== '-') return value;
  return (await text(process.stdin)).split(/\r?\n/)[0];
}

/** A size for people: 1.2 MB. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`;
}
