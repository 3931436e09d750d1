// The whole command line: one file for each group of commands.
import { Command } from 'commander';
import { addDomainCommands } from './domain.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEmailDomainCommands } from './email-domains.ts';
import { addEmojiCommands } from './emojis.ts';
import { addFederationCommands } from './federation.ts';
import { addMediaCommands } from './media.ts';
import { addMigrateCommand } from './migrate.ts';
import { addQueueCommands } from './queue.ts';
import { addRelayCommands } from './relays.ts';
import { addTokenCommands } from './tokens.ts';
import { addUserCommands } from './users.ts';

const closing = `
Every command takes --help and --json. Settings come from the environment or config/rookery.env
(docs/run/settings.md). Commands work whether the server runs or not.

Examples:
  bin/rookery user create alice --email alice@example.org --role owner --confirmed
  bin/rookery token create alice --scopes "read write follow push"
  bin/rookery media usage
  bin/rookery domain block spam.example
  bin/rookery doctor`;

/** All commands; a mistake in one is thrown as CommanderError after it was explained. */
export function buildProgram(): Command {
  const program = new Command('bin/rookery')
    .description('Administers a Rookery server.')
    .addHelpText('after', closing)
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride();
  addUserCommands(program);
  addTokenCommands(program);
  addMigrateCommand(program);
  addDoctorCommand(program);
  addQueueCommands(program);
  addMediaCommands(program);
  addDomainCommands(program);
  addEmailDomainCommands(program);
  addEmojiCommands(program);
  addFederationCommands(program);
  addRelayCommands(program);
  return program;
}
