// bin/rookery migrate: brings the database to this version. The server does the same when it starts.
import type { Command } from 'commander';
import { migrate, pendingMigrations } from '#server/platform/migrate.ts';
import { entities } from '#server/schema.ts';
import { answering, tell } from './terminal.ts';
import { withDatabase } from './with-context.ts';

/** Adds the command. */
export function addMigrateCommand(program: Command): void {
  answering(
    program
      .command('migrate')
      .description('Brings the database to this version, as a start of the server does too. Make a backup first.')
      .option('--dry-run', 'only name what would be done'),
    run,
  );
}

async function run({ dryRun }: { dryRun?: boolean }) {
  return withDatabase(async ({ databaseUrl }) => {
    if (dryRun) {
      const pending = await pendingMigrations(databaseUrl);
      return {
        json: { pending },
        lines: pending.length === 0 ? ['The database is up to date.'] : ['To be done:', ...pending],
      };
    }
    const done = await migrate(databaseUrl, entities, (name) => tell(`Migrating the database: ${name}`));
    return { json: { done }, lines: [done.length === 0 ? 'The database is up to date.' : `Done: ${done.join(', ')}`] };
  });
}
