// bin/rookery media …: the files of this server: what they take, whether all are there, what may go, and moving them.
import { InvalidArgumentError, type Command } from 'commander';
import { statfs } from 'node:fs/promises';
import { measureMedia } from '#server/features/admin/queries/media-usage.ts';
import { inspectFiles, type MissingFile } from '#server/features/admin/service/inspect-files.ts';
import { sweepFiles } from '#server/features/admin/service/sweep-files.ts';
import { purgeMedia } from '#server/features/media/service/purge.ts';
import {
  countRemoteFiles,
  dropRemoteFiles,
  measureRemote,
  remoteBound,
} from '#server/features/media/service/remote-bound.ts';
import { Failure } from '#server/platform/errors.ts';
import { addMoveCommand } from './media-move.ts';
import { answering, bytes, table } from './terminal.ts';
import { withContext } from './with-context.ts';

/** Adds the commands of this group. */
export function addMediaCommands(program: Command): void {
  const media = program.command('media').description('Files of this server: usage, verify, prune, move.');
  answering(
    media
      .command('usage')
      .description(
        'Says what pictures, films, sounds and all other files take, who uses most, and how much room is left.',
      )
      .option('--quick', 'ask the database only, without looking at every file'),
    usage,
  );
  answering(
    media
      .command('verify')
      .description(
        'Looks for files that posts or profiles show and that are missing, and for files that belong to nothing. ' +
          'Exit code 1 when something is missing.',
      ),
    verify,
  );
  answering(
    media
      .command('prune')
      .description('Deletes uploads that no post shows after their day, and files that belong to nothing.')
      .option('--remote <days>', "also other servers' files that nobody looked at for so many days; 0 is all", days)
      .option('--dry-run', 'only say what would go')
      .option('--force', 'also when so much would go that something may be wrong'),
    prune,
  );
  addMoveCommand(media);
}

async function usage({ quick: isQuick = false }: { quick?: boolean }) {
  return withContext(async (ctx) => {
    const [rows, remote, files] = await Promise.all([
      measureMedia(ctx),
      measureRemote(ctx),
      isQuick ? null : inspectFiles(ctx),
    ]);
    const isOnDisk = ctx.config.s3Bucket === undefined;
    const { bavail, bsize } = await statfs(ctx.config.dataDir);
    const freeBytes = bavail * bsize;
    const stored = files === null ? null : [...files.owners, { name: 'other files', ...files.others }];
    return {
      json: { place: isOnDisk ? 'disk' : 's3', freeBytes, ...rows, remote, stored, orphans: files?.orphans ?? null },
      lines: [
        `Files are kept ${isOnDisk ? 'in DATA_DIR/media' : `in the bucket ${ctx.config.s3Bucket}`}.`,
        `Room left where DATA_DIR is: ${bytes(freeBytes)}.`,
        ...section(
          ['UPLOADED HERE', 'NUMBER', 'SIZE'],
          rows.kinds.map((one) => [one.kind, one.files, one.bytes]),
        ),
        ...section(
          ['WHO', 'NUMBER', 'SIZE'],
          rows.accounts.map((one) => [one.username, one.files, one.bytes]),
        ),
        ...section(['FILES', 'NUMBER', 'SIZE'], stored?.map((one) => [one.name, one.files, one.bytes]) ?? []),
        '',
        `Other servers' files kept here: ${remote.files} (${bytes(remote.bytes)} of at most ${bytes(remoteBound(ctx))}).`,
        `Uploads whose day is over: ${rows.unattached.files} (${bytes(rows.unattached.bytes)}).`,
        ...(files === null
          ? []
          : [
              `Files that belong to nothing: ${files.orphans.files} (${bytes(files.orphans.bytes)}); bin/rookery media prune deletes them.`,
            ]),
      ],
    };
  });
}

/** A table after an empty line; nothing when it has no rows. */
function section(headings: string[], rows: Array<[string, number, number]>): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    ...table(
      headings,
      rows.map(([name, number, size]) => [name, String(number), bytes(size)]),
    ),
  ];
}

const shownMissing = 200;

async function verify() {
  return withContext(async (ctx) => {
    const missing: MissingFile[] = [];
    const found = await inspectFiles(ctx, {
      onMissing: async (file) => missing.length < shownMissing && missing.push(file),
    });
    const { orphans, owners, others, named } = found;
    const more = found.missing - missing.length;
    return {
      json: { ok: found.missing === 0, named, missing: found.missing, files: missing, orphans, owners, others },
      exitCode: found.missing === 0 ? 0 : 1,
      lines: [
        ...(missing.length === 0
          ? [`All ${named} files that rows name are there.`]
          : [
              ...table(
                ['BELONGS TO', 'ROW', 'MISSING'],
                missing.map(({ owner, id, key }) => [owner, id, key]),
              ),
              ...(more > 0 ? [`… and ${more} more`] : []),
              '',
              ...repair(found.missing, missing),
            ]),
        `Files that belong to nothing: ${orphans.files} (${bytes(orphans.bytes)})${orphans.files > 0 ? '; bin/rookery media prune deletes them' : ''}.`,
      ],
    };
  });
}

/** What an administrator can do about missing files, by whose they are. */
function repair(count: number, missing: readonly MissingFile[]): string[] {
  const folders = new Set(missing.map(({ folder }) => folder));
  return [
    `${count} files are missing. Copy them back from a backup of the same paths, then run this once more. If there is none:`,
    ...(folders.has('media/') || folders.has('uploads/')
      ? ['  - what posts show is lost; whoever wrote them can edit the post and upload the file anew;']
      : []),
    ...(folders.has('accounts/') ? ['  - whose profile picture is lost can upload it anew;'] : []),
    ...(folders.has('cache/')
      ? ["  - other servers' files are fetched again when somebody looks: bin/rookery media prune --remote 0;"]
      : []),
    ...(folders.has('archives/') ? ['  - archives can be asked for once more.'] : []),
  ];
}

interface PruneOptions {
  remote?: number;
  dryRun?: boolean;
  force?: boolean;
}

async function prune({ remote, dryRun: isDry = false, force = false }: PruneOptions) {
  return withContext(async (ctx) => {
    const unattached = isDry ? (await measureMedia(ctx)).unattached.files : await purgeMedia(ctx);
    const unusedSince = remote === undefined ? null : new Date(ctx.clock().getTime() - remote * 86_400_000);
    const cached = unusedSince === null ? 0 : await (isDry ? countRemoteFiles : dropRemoteFiles)(ctx, { unusedSince });
    const swept = await sweepFiles(ctx, { isDry, force });
    if (swept.refusal !== null) throw new Failure(409, swept.refusal);
    const verb = isDry ? 'would go' : 'deleted';
    const json = {
      dryRun: isDry,
      unattached,
      remote: cached,
      orphans: swept.deleted,
      orphanBytes: swept.found.orphans.bytes,
      lost: swept.forgotten,
    };
    return {
      json,
      lines: [
        `Uploads that no post shows after their day: ${unattached} ${verb}.`,
        `Uploads whose file is lost and that no post shows: ${swept.forgotten} ${verb}.`,
        ...(unusedSince === null ? [] : [`Other servers' files: ${cached} ${verb}.`]),
        `Files that belong to nothing: ${swept.deleted} ${verb} (${bytes(swept.found.orphans.bytes)}).`,
        ...(isDry || unattached === 0
          ? []
          : ['The files of the uploads are deleted by the server, in the background.']),
      ],
    };
  });
}

function days(value: string): number {
  if (!/^\d{1,4}$/.test(value)) throw new InvalidArgumentError('It must be a whole number of days from 0 to 9999.');
  return Number(value);
}
