// bin/rookery domain …: what this server thinks of other servers: block, allow, lists of blocks, and undoing it all.
import { Option, type Command } from 'commander';
import { text } from 'node:stream/consumers';
import { readFile } from 'node:fs/promises';
import type { AppContext } from '#server/context.ts';
import { writeBlockList } from '#server/features/domains/policy/csv.ts';
import { allBlocks, allowsPage, changesPage } from '#server/features/domains/queries.ts';
import { readSeverity, serializeAllow, serializeBlock, wireSeverities } from '#server/features/domains/serializers.ts';
import { serializeChange, serializeMade } from '#server/features/domains/serializers/lists.ts';
import { allowServer, blockServer, disallowServer, unblockServer } from '#server/features/domains/service/decide.ts';
import { importBlocks, previewList, readList } from '#server/features/domains/service/lists.ts';
import { undoChange } from '#server/features/domains/service/undo.ts';
import { Invalid } from '#server/platform/errors.ts';
import { firstStretch } from '#server/platform/keyset.ts';
import { addListCommands } from './domain-lists.ts';
import { madeLines, previewResult } from './domain-results.ts';
import { answering, table, type Result } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands of this group. */
export function addDomainCommands(program: Command): void {
  const domain = program
    .command('domain')
    .description('Other servers: block, unblock, allow, disallow, list, import, export, history, undo, subscriptions.');
  addDecisions(domain);
  answering(
    domain
      .command('list')
      .description('Lists the servers that are blocked, or with --allowed those on the list of FEDERATION=allow-list.')
      .option('--allowed', 'the list of those with whom this server talks'),
    list,
  );
  answering(
    domain
      .command('import <file>')
      .description('Blocks what a file names: CSV as Mastodon writes it, or a name a line. - reads standard input.')
      .option('--overwrite', 'also make blocks weaker where the file says so')
      .option('--dry-run', 'only say what would change, and how many follows that would end'),
    importFile,
  );
  answering(domain.command('export').description('Writes all blocks as CSV to standard output.'), exportFile);
  answering(
    domain
      .command('history')
      .description('Lists what was changed, the newest first, with the ids that undo takes.')
      .addOption(new Option('--limit <number>', 'how many').default('20')),
    history,
  );
  answering(
    domain.command('undo <change>').description('Takes a whole change back. Follows that it ended do not come back.'),
    undo,
  );
  addListCommands(domain);
}

function addDecisions(domain: Command): void {
  answering(
    domain
      .command('block <name>')
      .description('Blocks a server and all below its name, or changes the block.')
      .addOption(
        new Option(
          '--severity <word>',
          'silence: seen by followers only; suspend: nothing passes; noop: see the other options',
        )
          .choices(Object.values(wireSeverities))
          .default('suspend'),
      )
      .option('--reject-media', 'do not show its files')
      .option('--reject-reports', 'do not take its reports')
      .option('--comment <text>', 'why, for those who may see the blocks')
      .option('--note <text>', 'why, for the staff')
      .option('--obfuscate', 'show the name with asterisks'),
    block,
  );
  answering(domain.command('unblock <name>').description('Ends the block of a server.'), (name: string) =>
    withContext(async (ctx) => {
      const ended = await unblockServer(ctx, null, name);
      return { json: { domain: ended }, lines: [`${ended} is not blocked any more.`] };
    }),
  );
  answering(
    domain.command('allow <name>').description('Puts a server on the list of FEDERATION=allow-list.'),
    (name: string) =>
      withContext(async (ctx) => {
        const allow = await allowServer(ctx, null, name);
        return { json: serializeAllow(allow), lines: [`${allow.domain} is on the list.`] };
      }),
  );
  answering(domain.command('disallow <name>').description('Takes a server off that list.'), (name: string) =>
    withContext(async (ctx) => {
      const gone = await disallowServer(ctx, null, name);
      return { json: { domain: gone }, lines: [`${gone} is off the list.`] };
    }),
  );
}

interface BlockOptions {
  severity: string;
  rejectMedia?: boolean;
  rejectReports?: boolean;
  comment?: string;
  note?: string;
  obfuscate?: boolean;
}

async function block(name: string, options: BlockOptions): Promise<Result> {
  const { severity, rejectMedia, rejectReports, comment: publicComment, note: privateComment, obfuscate } = options;
  const wish = { rejectMedia, rejectReports, publicComment, privateComment, obfuscate };
  return withContext(async (ctx) => {
    const made = await blockServer(ctx, null, name, { ...wish, severity: readSeverity(severity) ?? 'suspend' });
    return { json: serializeBlock(made), lines: [`${made.domain} is blocked: ${wireSeverities[made.severity]}.`] };
  });
}

async function list({ allowed: isAllowed = false }: { allowed?: boolean }): Promise<Result> {
  return withContext(async (ctx) => {
    if (isAllowed) {
      const allows = await allowsPage(ctx, firstStretch(10_000));
      return { json: allows.map(serializeAllow), lines: allows.map(({ domain }) => domain).toSorted() };
    }
    const blocks = await allBlocks(ctx);
    const rows = blocks.map((one) => [
      one.domain,
      wireSeverities[one.severity],
      [...(one.rejectMedia ? ['media'] : []), ...(one.rejectReports ? ['reports'] : [])].join(', '),
      one.listId ?? 'by hand',
      one.publicComment.split('\n')[0] ?? '',
    ]);
    return {
      json: blocks.map(serializeBlock),
      lines:
        rows.length === 0 ? ['No server is blocked.'] : table(['NAME', 'SEVERITY', 'REFUSED', 'FROM', 'COMMENT'], rows),
    };
  });
}

async function importFile(file: string, options: { overwrite?: boolean; dryRun?: boolean }): Promise<Result> {
  const { overwrite = false, dryRun: isDry = false } = options;
  const content = file === '-' ? await text(process.stdin) : await readFileOf(file);
  return withContext(async (ctx: AppContext) => {
    if (isDry) return previewResult(await previewList(ctx, readList(ctx, content), { overwrite }));
    const made = serializeMade(await importBlocks(ctx, null, content, { overwrite }));
    return { json: made, lines: madeLines(made) };
  });
}

async function readFileOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Invalid(`${file} cannot be read`, { cause: error });
  }
}

async function exportFile(): Promise<Result> {
  return withContext(async (ctx) => {
    const blocks = await allBlocks(ctx);
    return { json: blocks.map(serializeBlock), lines: writeBlockList(blocks).trimEnd().split('\n') };
  });
}

async function history({ limit }: { limit: string }): Promise<Result> {
  if (!/^[1-9]\d{0,3}$/.test(limit)) throw new Invalid('--limit must be a whole number from 1 to 9999');
  const changes = await withContext((ctx) => changesPage(ctx, firstStretch(Number(limit))));
  const rows = changes.map(({ id, source, steps, createdAt, undoneAt }) => [
    id,
    createdAt.toISOString(),
    source,
    steps.length === 1 ? (steps[0]?.domain ?? '') : `${steps.length} servers`,
    undoneAt === null ? '' : 'undone',
  ]);
  return {
    json: changes.map(serializeChange),
    lines: rows.length === 0 ? ['Nothing was ever changed.'] : table(['ID', 'WHEN', 'BY', 'WHAT', ''], rows),
  };
}

async function undo(id: string): Promise<Result> {
  const { change, passedOver } = await withContext((ctx) => undoChange(ctx, null, id));
  const made = serializeMade(change);
  return {
    json: { ...made, passed_over: passedOver },
    lines: [
      `${made.changed} ${made.changed === 1 ? 'server is' : 'servers are'} as before.`,
      ...passedOver.map((name) => `${name} was changed again since and stays as it is.`),
    ],
  };
}
