// Uploads that nobody wants any more: never shown by a post, never made ready, or of an account that is gone.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { sweepWork } from '#server/platform/media/work.ts';
import { removeMedia } from './remove.ts';

const batch = 200;
const hour = 3_600_000;

/** After so long a worker has given an upload up, however often it was tried. */
const stuckForMs = 24 * hour;
/** No work takes so long without touching its files. */
const leftForMs = 3 * hour;

/** Deletes uploads whose day is over, and tells the owners of stuck ones. Sweeps work that broke off. Returns how many uploads went. */
export async function purgeMedia(ctx: AppContext): Promise<number> {
  const now = ctx.clock();
  await ctx.database.write((tx) =>
    sql`update media_attachments set state = 'failed', updated_at = ${now},
        failure = 'This file could not be made ready within a day. Please try it again, or tell the administrators.'
      where state in ('waiting', 'processing') and expires_at is null and updated_at < ${new Date(now.getTime() - stuckForMs)}`.execute(
      tx.sql,
    ),
  );
  const { rows } = await sql<{ id: string }>`select id::text from media_attachments
    where post_id is null and expires_at is not null and expires_at < ${now} order by expires_at limit 5000`.execute(
    ctx.database.read,
  );
  let purged = 0;
  for (let at = 0; at < rows.length; at += batch) {
    const ids = rows.slice(at, at + batch).map(({ id }) => id);
    purged += await ctx.database.write(async (tx) => {
      // A post may have got one meanwhile.
      const still = await sql<{ id: string }>`select id::text from media_attachments where id = any(${ids}::bigint[])
        and post_id is null and expires_at < ${now} order by id for update`.execute(tx.sql);
      return removeMedia(tx, { ids: still.rows.map(({ id }) => id) });
    });
  }
  await sweepWork(ctx.config, leftForMs);
  return purged;
}

/** Deletes all media of an account. Returns how many. */
export async function dropMediaOf(ctx: AppContext, accountId: string): Promise<number> {
  for (let dropped = 0; ;) {
    const { rows } = await sql<{ id: string }>`select id::text from media_attachments where account_id = ${accountId}
      order by id limit ${batch}`.execute(ctx.database.read);
    if (rows.length === 0) return dropped;
    dropped += await ctx.database.write((tx) => removeMedia(tx, { ids: rows.map(({ id }) => id) }));
  }
}
