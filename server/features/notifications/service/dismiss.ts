// What people do with their own notifications: throwing them away, and noting how far they have read.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import type { MarkerTimeline } from '../entities.ts';

/** Deletes one notification of that account. @throws {NotFound} when it has none with that id */
export async function dismissNotification(ctx: AppContext, accountId: string, id: string): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  const gone = await ctx.database.write((tx) =>
    tx.sql
      .deleteFrom('notifications')
      .where('id', '=', id)
      .where('account_id', '=', accountId)
      .returning('id')
      .executeTakeFirst(),
  );
  if (!gone) throw new NotFound('Record not found');
}

/** Deletes all notifications of that account. */
export async function clearNotifications(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.database.write((tx) => tx.sql.deleteFrom('notifications').where('account_id', '=', accountId).execute());
}

/** Notes how far an account has read. A marker never moves backwards: another device may have read further. */
export async function moveMarker(
  ctx: AppContext,
  accountId: string,
  timeline: MarkerTimeline,
  lastReadId: string,
): Promise<void> {
  await ctx.database.write((tx) =>
    sql`insert into markers as m (account_id, timeline, last_read_id, version, updated_at)
      values (${accountId}, ${timeline}, ${lastReadId}, 1, ${ctx.clock()})
      on conflict (account_id, timeline) do update
        set last_read_id = excluded.last_read_id, version = m.version + 1, updated_at = excluded.updated_at
        where excluded.last_read_id > m.last_read_id`.execute(tx.sql),
  );
}
