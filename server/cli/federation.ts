// bin/rookery federation …: other servers, and what is on its way to them.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { NotFound } from '#server/platform/errors.ts';
import { hostStates, listHosts, retryHost, type HostState } from '#server/platform/fediverse/host-states.ts';
import { answering, table } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands of this group. */
export function addFederationCommands(program: Command): void {
  const federation = program.command('federation').description('Other servers: hosts, retry.');
  answering(
    federation
      .command('hosts')
      .description('Lists other servers by name: whether they take what we send, since when not, and what waits.')
      .addOption(new Option('--state <state>', 'only those').choices(hostStates))
      .option('--after <host>', 'go on after this one')
      .option('--limit <number>', 'how many', wholeNumber, 100),
    hosts,
  );
  answering(
    federation
      .command('retry <host>')
      .description('Tries a server again now, with all that waits for it or was given up.'),
    retry,
  );
}

async function hosts(options: { state?: HostState; after?: string; limit: number }) {
  const found = await withContext((ctx) => listHosts(ctx, options));
  const rows = found.map((host) => [
    host.host,
    host.state,
    host.failingSince?.toISOString() ?? '',
    String(host.waiting),
    String(host.givenUp),
    host.nextTryAt?.toISOString() ?? '',
    host.lastError ?? '',
  ]);
  return {
    json: found,
    lines:
      rows.length === 0
        ? ['There are none.']
        : table(['HOST', 'STATE', 'FAILING SINCE', 'WAITING', 'GIVEN UP', 'NEXT TRY', 'LAST ERROR'], rows),
  };
}

async function retry(host: string) {
  const deliveries = await withContext((ctx) => retryHost(ctx, host.toLowerCase()));
  if (deliveries === null) throw new NotFound(`Nothing was ever sent to ${host}.`);
  return { json: { host, deliveries }, lines: [`Again: ${deliveries} deliveries to ${host}.`] };
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(value);
}
