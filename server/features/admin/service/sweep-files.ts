// The nightly check of files: what nobody names goes, and so do uploads whose file is lost before any post has shown them.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { removeMedia } from '#server/features/media/service/remove.ts';
import { inspectFiles, type FilesFound, type MissingFile } from './inspect-files.ts';

/** What is done about it. Above these shares nothing is: then a place is not mounted, or a database is not the right one. */
const suspicious = { orphans: 0.5, missing: 0.1, atLeast: 100 };
/** Somebody may still be at work on what changed since. */
const settledMs = 60 * 60_000;
/** Keys that wait to be deleted, in memory. */
const most = 200_000;

export interface Swept {
  found: FilesFound;
  /** Files that nobody named, deleted now. */
  deleted: number;
  /** Uploads that no post shows, forgotten because their file is lost. */
  forgotten: number;
  /** Rows whose files are missing and that are left for an administrator: posts show them. */
  left: number;
  /** Why nothing was done, in words for an administrator. */
  refusal: string | null;
}

/** Deletes files without rows and lost uploads; with `isDry` it only counts them. `force` does it however many there are. */
export async function sweepFiles(
  ctx: AppContext,
  { isDry = false, force = false }: { isDry?: boolean; force?: boolean } = {},
): Promise<Swept> {
  const orphans: string[] = [];
  const missing: MissingFile[] = [];
  const found = await inspectFiles(ctx, {
    onOrphan: async ({ key }) => orphans.length < most && orphans.push(key),
    onMissing: async (file) => missing.length < most && missing.push(file),
  });
  const refusal = force ? null : explainDoubt(found);
  const lost = missing.filter(({ folder }) => folder === 'media/' || folder === 'uploads/');
  const swept = { found, deleted: orphans.length, forgotten: 0, left: missing.length, refusal };
  if (refusal !== null) return { ...swept, deleted: 0 };
  swept.forgotten = await forgetLost(ctx, lost, isDry);
  if (!isDry) for (const key of orphans) await ctx.files.delete(key);
  return { ...swept, left: found.missing - swept.forgotten };
}

/** As every night: says in the log what an administrator should look at. */
export async function sweepNightly(ctx: AppContext): Promise<void> {
  const { found, deleted, forgotten, left, refusal } = await sweepFiles(ctx);
  if (refusal !== null) ctx.log.error({ found }, `the nightly check of files did nothing: ${refusal}`);
  else if (left > 0)
    ctx.log.warn({ left }, 'files are missing that posts or profiles show; see bin/rookery media verify');
  else if (deleted + forgotten > 0) ctx.log.info({ deleted, forgotten }, 'files that nobody names were deleted');
}

function explainDoubt({ owners, orphans, named, missing }: FilesFound): string | null {
  const files = owners.reduce((sum, one) => sum + one.files, 0);
  if (orphans.files > Math.max(suspicious.atLeast, files * suspicious.orphans))
    return `${orphans.files} of ${files} files belong to no row. Is this the right database? If it is: bin/rookery media prune --force`;
  if (missing > Math.max(suspicious.atLeast, named * suspicious.missing))
    return `${missing} of ${named} files are missing. Is the place where they are kept mounted, and the bucket the right one?`;
  return null;
}

/** Rows of uploads that no post shows, and no draft holds, and that lost a file. Returns how many files that were. */
async function forgetLost(ctx: AppContext, lost: readonly MissingFile[], isDry: boolean): Promise<number> {
  let forgotten = 0;
  for (let start = 0; start < lost.length; start += 500) {
    const some = lost.slice(start, start + 500);
    forgotten += await ctx.database.write(async (tx) => {
      const { rows } = await sql<{ id: string; keys: string[] }>`
        select id::text, array(select f->>'key' from jsonb_array_elements(files) f) as keys from media_attachments
        where id = any(${some.map(({ id }) => id)}::bigint[]) and post_id is null and expires_at is not null
          and updated_at < ${new Date(ctx.clock().getTime() - settledMs)} for update`.execute(tx.sql);
      const keysOf = new Map(rows.map(({ id, keys }) => [id, keys]));
      const gone = some.filter(({ id, key }) => keysOf.get(id)?.includes(key) === true);
      if (!isDry) await removeMedia(tx, { ids: [...new Set(gone.map(({ id }) => id))] });
      return gone.length;
    });
  }
  return forgotten;
}
