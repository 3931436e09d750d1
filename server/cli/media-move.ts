// bin/rookery media move: all files from the disk into the bucket, or back.
import { Option, type Command } from 'commander';
import { moveFiles, type Moved } from '#server/features/admin/service/move-files.ts';
import { openFilesOn } from '#server/context.ts';
import { answering, bytes, tell } from './terminal.ts';
import { withContext } from './with-context.ts';

interface MoveOptions {
  to: 'disk' | 's3';
  dryRun?: boolean;
  deleteSource?: boolean;
}

/** Adds the command. */
export function addMoveCommand(media: Command): void {
  answering(
    media
      .command('move')
      .description(
        'Copies all files to the other place while the server goes on, and verifies them. What is there already is not copied ' +
          'again: run it once more to go on where it stopped, and after the settings were changed.',
      )
      .addOption(new Option('--to <place>', 'where to').choices(['disk', 's3']).makeOptionMandatory())
      .option('--dry-run', 'only say how much would be copied')
      .option(
        '--delete-source',
        'then delete them where they were; only after the server was restarted with the new settings',
      ),
    move,
  );
}

async function move({ to, dryRun: isDry = false, deleteSource = false }: MoveOptions) {
  return withContext(async (ctx) => {
    const from = to === 'disk' ? 's3' : 'disk';
    const { config, secrets } = ctx;
    let told = Date.now();
    const moved = await moveFiles(ctx, {
      from: await openFilesOn(from, config, secrets),
      to: await openFilesOn(to, config, secrets),
      isDry,
      deleteSource,
      onProgress: ({ files, copied, copiedBytes }) => {
        if (Date.now() - told < 5000) return;
        told = Date.now();
        tell(`${files} files looked at, ${copied} copied (${bytes(copiedBytes)}) …`);
      },
    });
    return {
      json: { to, dryRun: isDry, ...moved, settings: settingsFor(to) },
      exitCode: moved.failures === 0 ? 0 : 1,
      lines: describe(moved, to, isDry, deleteSource),
    };
  });
}

function describe(moved: Moved, to: 'disk' | 's3', isDry: boolean, deleteSource: boolean): string[] {
  const place = to === 'disk' ? 'DATA_DIR/media' : 'the bucket';
  const copied = `${moved.copied} of ${moved.files} files (${bytes(moved.copiedBytes)})`;
  if (isDry) return [`${copied} would be copied to ${place}; the others are there.`];
  if (moved.failures > 0)
    return [
      ...moved.failed.map(({ key, reason }) => `${key}: ${reason}`),
      `${moved.failures} files could not be copied. Run the same command once more; nothing was deleted.`,
    ];
  return [
    `${copied} copied to ${place}; all ${moved.files} are there (${bytes(moved.bytes)}).`,
    ...(deleteSource
      ? [`${moved.deleted} files deleted where they were.`]
      : [
          '',
          'Nothing is switched yet:',
          `  1. ${settingsFor(to)}`,
          '  2. Restart the server.',
          '  3. Run this command once more, for what was uploaded meanwhile; then with --delete-source, to free the room.',
        ]),
  ];
}

function settingsFor(to: 'disk' | 's3'): string {
  return to === 's3'
    ? 'Set S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY and, if it is not Amazon, S3_ENDPOINT; S3_PUBLIC_URL where browsers fetch files; take out MEDIA_PUBLIC_URL.'
    : 'Take out S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY, S3_ENDPOINT and S3_PUBLIC_URL (keep them for the last step); set MEDIA_PUBLIC_URL if files have another name.';
}
