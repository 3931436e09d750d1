// Deleting media: the rows at once, their files after the commit, so that a crash leaves a file too many, never one too few.
import { sql, type Transaction } from '#server/platform/database.ts';
import type { MediaFile } from '../entities.ts';

/** Deletes the rows with these ids, or of these posts, and has their files deleted. Returns how many. */
export async function removeMedia(
  tx: Transaction,
  gone: { ids: readonly string[] } | { postIds: readonly string[] },
): Promise<number> {
  const [column, values] = 'ids' in gone ? [sql.ref('id'), gone.ids] : [sql.ref('post_id'), gone.postIds];
  if (values.length === 0) return 0;
  const { rows } = await sql<{ files: MediaFile[]; urls: string[] }>`
    delete from media_attachments where ${column} = any(${values}::bigint[])
    returning files, array_remove(array[remote_url, remote_preview_url], null) as urls`.execute(tx.sql);
  await removeFiles(
    tx,
    rows.flatMap(({ files }) => files),
    rows.flatMap(({ urls }) => urls),
  );
  return rows.length;
}

/** Has files deleted that no row names any more, and forgets those of other servers at these addresses. */
export async function removeFiles(
  tx: Transaction,
  files: readonly MediaFile[],
  urls: readonly string[] = [],
): Promise<void> {
  if (files.length + urls.length === 0) return;
  await tx.emit('media.removed', { keys: files.map(({ key }) => key), urls: [...urls] });
}
