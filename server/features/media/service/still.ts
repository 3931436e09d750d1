// Another still for a file that a post shows: made and stored before the edit of the post, which then puts it in its place.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { inWorkFolder } from '#server/platform/media/work.ts';
import type { MediaFile, MediaMeasures } from '../entities.ts';
import { makeThumbnail } from './pictures.ts';
import { removeFiles } from './remove.ts';
import { storeMade, sumOf } from './store.ts';
import { checkBytes } from './take.ts';

/** A picture that is stored already; no row names it yet. */
export interface NewStill {
  files: MediaFile[];
  small: MediaMeasures | null;
  blurhash: string | null;
}

/**
 * Makes a picture of this machine ready to stand for the file with that id. Whoever asks for it drops its files when the edit fails.
 * @throws {Invalid} when it is none that is taken {OutOfSpace} when there is no room
 */
export async function prepareStill(ctx: AppContext, id: string, path: string, signal: AbortSignal): Promise<NewStill> {
  await checkBytes(ctx.config, 'image', path);
  return inWorkFolder(ctx.config, async (folder) => {
    const { files, small, blurhash } = await makeThumbnail(folder, path, signal);
    return { files: await storeMade(ctx, id, files), small, blurhash };
  });
}

/** Puts a still in the place of the one that was there. The row must be held by the caller, and be the account's own. */
export async function exchangeStill(ctx: AppContext, tx: Transaction, id: string, still: NewStill): Promise<void> {
  const { rows } = await sql<{ files: MediaFile[] }>`select files from media_attachments where id = ${id}`.execute(
    tx.sql,
  );
  const before = rows[0]?.files ?? [];
  const files = [...before.filter(({ role }) => role !== 'thumbnail'), ...still.files];
  await removeFiles(
    tx,
    before.filter(({ role }) => role === 'thumbnail'),
  );
  await sql`update media_attachments set files = ${JSON.stringify(files)}::jsonb, bytes = ${sumOf(files)},
      small = ${JSON.stringify(still.small)}::jsonb, blurhash = ${still.blurhash}, updated_at = ${ctx.clock()}
    where id = ${id}`.execute(tx.sql);
}
