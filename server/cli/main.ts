// The administrator's command line behind bin/rookery. Results go to standard output, everything else to standard error;
// exit code 0 is done, 1 is refused or broken, 2 is a command that was not understood.
import { CommanderError } from 'commander';
import { SettingsError } from '#config/load.ts';
import { DatabaseStartError } from '#server/platform/embedded-postgres.ts';
import { Failure } from '#server/platform/errors.ts';
import { SchemaTooNew } from '#server/platform/migrate.ts';
import { buildProgram } from './program.ts';
import { tell } from './terminal.ts';

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = explain(error);
}

/** Says what went wrong; returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SettingsError) {
    tell('The settings cannot be used:');
    for (const mistake of error.mistakes) tell(`  - ${mistake}`);
    return 1;
  }
  const isExpected = error instanceof Failure || error instanceof DatabaseStartError || error instanceof SchemaTooNew;
  tell(isExpected || !(error instanceof Error) ? `Error: ${message(error)}` : describe(error));
  return 1;
}

/** An error that nobody foresaw, with its place and its causes for a report. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\nbecause: ${message(error.cause)}` : '';
  return `Error: ${message(error)}${cause}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`;
}

function message(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(message).join('; ');
  return error instanceof Error ? error.message : String(error);
}
