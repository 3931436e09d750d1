// bin/rookery token …: access for programs that act as a person.
import type { Command } from 'commander';
import { createToken, requireUser } from '#server/features/auth/service/users.ts';
import { answering } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands of this group. */
export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('Access tokens: create.');
  answering(
    token
      .command('create <name>')
      .description('Makes an access token for a person and prints it alone on the last line. It is shown only once.')
      .requiredOption('--scopes <scopes>', 'what the token may do, such as "read write follow push"'),
    create,
  );
}

async function create(name: string, { scopes }: { scopes: string }) {
  const token = await withContext(async (ctx) => createToken(ctx, (await requireUser(ctx, name)).accountId, scopes));
  return { json: { username: name, scopes, token }, lines: [`A token for ${name} that may ${scopes}:`, token] };
}
