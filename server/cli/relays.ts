// bin/rookery relay …: servers that pass on what is public.
import type { Command } from 'commander';
import { findRelay, listRelays, type RelayView } from '#server/features/relays/queries.ts';
import { serializeRelay } from '#server/features/relays/serializers.ts';
import { addRelay } from '#server/features/relays/activitypub/subscribe.ts';
import { pauseRelay, removeRelay, resumeRelay } from '#server/features/relays/service/subscribe.ts';
import type { AppContext } from '#server/context.ts';
import { NotFound } from '#server/platform/errors.ts';
import { answering, table } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands of this group. */
export function addRelayCommands(program: Command): void {
  const relay = program
    .command('relay')
    .description('Servers that pass on what is public: add, list, pause, resume, remove.');
  answering(
    relay
      .command('add <address>')
      .description('Subscribes to a relay: <address> is its inbox (Mastodon-style) or its actor (LitePub-style).'),
    add,
  );
  answering(relay.command('list').description('Lists relays, the oldest first.'), list);
  const named = (name: string, text: string) =>
    relay.command(`${name} <relay>`).description(`${text} <relay> is its id or address.`);
  answering(named('pause', 'Asks a relay to stop and keeps it in the list.'), (which: string) =>
    change(which, pauseRelay, 'Paused'),
  );
  answering(named('resume', 'Asks a relay again.'), (which: string) => change(which, resumeRelay, 'Asked again'));
  answering(named('remove', 'Leaves a relay for good.'), (which: string) => change(which, removeRelay, 'Left'));
}

async function add(address: string) {
  const relay = await withContext(async (ctx) => findRelay(ctx, await addRelay(ctx, { address })));
  return {
    json: relay === null ? null : serializeRelay(relay),
    lines: [`Asked ${address}. It is used once it has accepted: see bin/rookery relay list.`],
  };
}

async function list() {
  const relays = await withContext(listRelays);
  const rows = relays.map((relay) => [relay.id, relay.state, relay.kind, relay.address]);
  return {
    json: relays.map(serializeRelay),
    lines: rows.length === 0 ? ['No relays yet.'] : table(['ID', 'STATE', 'KIND', 'ADDRESS'], rows),
  };
}

async function change(which: string, run: (ctx: AppContext, id: string) => Promise<void>, done: string) {
  const relay = await withContext(async (ctx) => {
    const found = await requireRelay(ctx, which);
    await run(ctx, found.id);
    return found;
  });
  return { json: { id: relay.id, address: relay.address }, lines: [`${done}: ${relay.address}`] };
}

async function requireRelay(ctx: AppContext, which: string): Promise<RelayView> {
  const relay = (await listRelays(ctx)).find(({ id, address }) => id === which || address === which);
  if (relay === undefined) throw new NotFound(`There is no relay ${which}`);
  return relay;
}
