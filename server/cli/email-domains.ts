// bin/rookery email-domain …: e-mail providers whose addresses may not sign up.
import type { Command } from 'commander';
import { emailDomainBlocksPage } from '#server/features/auth/queries/email-domains.ts';
import { serializeEmailDomainBlock } from '#server/features/auth/serializers/email-domains.ts';
import { blockEmailDomain, unblockEmailDomain } from '#server/features/auth/service/email-domains.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import { answering, table } from './terminal.ts';
import { withContext } from './with-context.ts';

const most = 10_000;

/** Adds the commands of this group. */
export function addEmailDomainCommands(program: Command): void {
  const group = program
    .command('email-domain')
    .description('E-mail providers whose addresses may not sign up: block, unblock, list.');
  answering(
    group
      .command('block <name>')
      .description('Takes no more addresses of a provider and of all below its name; logins that there are stay.'),
    block,
  );
  answering(group.command('unblock <name>').description('Takes addresses of a provider again.'), unblock);
  answering(
    group.command('list').description('Lists them, the newest first, with how many addresses were refused in a week.'),
    list,
  );
}

async function block(name: string) {
  const made = await withContext((ctx) => blockEmailDomain(ctx, name));
  return { json: serializeEmailDomainBlock(made), lines: [`Addresses of ${made.domain} are not taken any more.`] };
}

async function unblock(name: string) {
  const domain = await withContext((ctx) => unblockEmailDomain(ctx, name));
  return { json: { domain }, lines: [`Addresses of ${domain} are taken again.`] };
}

async function list() {
  const blocks = await withContext((ctx) => emailDomainBlocksPage(ctx, firstStretch(most)));
  const rows = blocks.map(({ domain, history }) => [
    domain,
    String(history.reduce((sum, { refused }) => sum + refused, 0)),
  ]);
  return {
    json: blocks.map(serializeEmailDomainBlock),
    lines: rows.length === 0 ? ['No e-mail provider is blocked.'] : table(['NAME', 'REFUSED'], rows),
  };
}
