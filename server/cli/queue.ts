// bin/rookery queue …: work in the background and posts on their way to other servers.
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { NotFound } from '#server/platform/errors.ts';
import { deliveryDepth, retryDelivery } from '#server/platform/fediverse/courier/upkeep.ts';
import { outboxDepth } from '#server/platform/outbox.ts';
import { isId } from '#server/platform/ids.ts';
import { answering, table } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands of this group; `queue` alone is `queue depth`. */
export function addQueueCommands(program: Command): void {
  const queue = program.command('queue').description('Work in the background: depth, dead, retry.');
  answering(
    queue
      .command('depth', { isDefault: true })
      .description('Says how much is waiting, running and given up (the default).'),
    depth,
  );
  answering(
    queue
      .command('dead')
      .description('Lists the jobs that were given up after all their tries, the newest first.')
      .option('--limit <number>', 'how many of each lane', wholeNumber, 50),
    dead,
  );
  answering(
    queue
      .command('retry [id]')
      .description('Runs again what was given up: the job with this id (see queue dead), or everything.')
      .option('--deliveries', 'only deliveries to other servers, also those that wait for their next try'),
    retry,
  );
}

async function depth() {
  return withContext(async (ctx) => {
    const [lanes, deliveries, events] = await Promise.all([
      ctx.queue.depth(),
      deliveryDepth(ctx),
      outboxDepth(ctx.database.read),
    ]);
    const rows = Object.entries(lanes).map(([lane, { waiting, active, delayed, failed }]) =>
      [lane, waiting, active, delayed, failed].map(String),
    );
    return {
      json: { lanes, deliveries, events },
      lines: [
        ...table(['LANE', 'WAITING', 'RUNNING', 'LATER', 'GIVEN UP'], rows),
        '',
        `Deliveries to other servers: ${deliveries.waiting} waiting, ${deliveries.failed} given up.`,
        `Events that are not done: ${events}.`,
      ],
    };
  });
}

async function dead({ limit }: { limit: number }) {
  const letters = await withContext((ctx) => ctx.queue.deadLetters(limit));
  const rows = letters.map((letter) => [
    letter.id,
    letter.lane,
    letter.event,
    letter.subscriber,
    String(letter.attempts),
    letter.failedAt?.toISOString() ?? '',
    letter.error.split('\n')[0] ?? '',
  ]);
  return {
    json: letters,
    lines:
      rows.length === 0
        ? ['No job was given up.']
        : table(['ID', 'LANE', 'EVENT', 'SUBSCRIBER', 'TRIES', 'SINCE', 'ERROR'], rows),
  };
}

async function retry(id: string | undefined, { deliveries: isOnlyDeliveries }: { deliveries?: boolean }) {
  // Deliveries are counted by numbers, jobs by words.
  if (isOnlyDeliveries && id !== undefined && !isId(id)) throw new NotFound(`Nothing with the id ${id} was given up.`);
  return withContext(async (ctx) => {
    const deliveries = isOnlyDeliveries || id === undefined ? await retryDelivery(ctx, id) : 0;
    const jobs = isOnlyDeliveries ? 0 : await ctx.queue.retry(id);
    if (id !== undefined && deliveries + jobs === 0) throw new NotFound(`Nothing with the id ${id} was given up.`);
    return { json: { jobs, deliveries }, lines: [`Again: ${jobs} jobs, ${deliveries} deliveries.`] };
  });
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(value);
}
