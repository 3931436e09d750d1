// bin/rookery domain subscribe, subscriptions, …: lists of blocks that others keep.
import type { Command } from 'commander';
import { allLists } from '#server/features/domains/queries/lists.ts';
import { serializeList, serializeMade } from '#server/features/domains/serializers/lists.ts';
import { followList, leaveList, previewAddress, refreshList } from '#server/features/domains/service/lists.ts';
import { madeLines, previewResult } from './domain-results.ts';
import { answering, table, type Result } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands to the group `domain`. */
export function addListCommands(domain: Command): void {
  answering(
    domain
      .command('subscribe <address>')
      .description('Follows a list of blocks: does at once what it says, and again each day. Blocks made by hand stay.')
      .option('--dry-run', 'only say what would change, and how many follows that would end'),
    subscribe,
  );
  answering(domain.command('subscriptions').description('Lists the lists that are followed.'), subscriptions);
  answering(
    domain
      .command('refresh <id>')
      .description('Fetches a list now. One that rests because it was undone is followed again.'),
    refresh,
  );
  answering(
    domain
      .command('unsubscribe <id>')
      .description('No longer follows a list. Its blocks stay, as if they had been made by hand.')
      .option('--lift', 'lift its blocks too'),
    unsubscribe,
  );
}

async function subscribe(address: string, { dryRun: isDry = false }: { dryRun?: boolean }): Promise<Result> {
  return withContext(async (ctx) => {
    if (isDry) return previewResult(await previewAddress(ctx, address));
    const { list, change } = await followList(ctx, null, address);
    const made = serializeMade(change);
    return {
      json: { list: serializeList(list), change: made },
      lines: [`${list.url} is followed from now on.`, ...madeLines(made)],
    };
  });
}

async function subscriptions(): Promise<Result> {
  const lists = await withContext(allLists);
  const rows = lists.map(({ id, url, blocks, fetchedAt, dueAt, failure }) => [
    id,
    url,
    String(blocks),
    fetchedAt?.toISOString() ?? 'never',
    dueAt === null ? 'rests' : (failure ?? ''),
  ]);
  return {
    json: lists.map(serializeList),
    lines: rows.length === 0 ? ['No list is followed.'] : table(['ID', 'ADDRESS', 'BLOCKS', 'FETCHED', ''], rows),
  };
}

async function refresh(id: string): Promise<Result> {
  const { list, change } = await withContext((ctx) => refreshList(ctx, null, id));
  const made = serializeMade(change);
  return { json: { list: serializeList(list), change: made }, lines: madeLines(made) };
}

async function unsubscribe(id: string, { lift = false }: { lift?: boolean }): Promise<Result> {
  const made = serializeMade(await withContext((ctx) => leaveList(ctx, null, id, { lift })));
  return { json: made, lines: ['The list is not followed any more.', ...madeLines(made)] };
}
