// What people do with their own notifications: throwing them away, and noting how far they have read.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import type { MarkerTimeline } from '../entities.ts';
import { removeNotifications } from './group.ts';

/** Deletes one notification of that account. @throws {NotFound} when it has none with that id */
export async function dismissNotification(ctx: AppContext, accountId: string, id: string): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  const gone = await ctx.database.write((tx) =>
    removeNotifications(tx, sql`n.id = ${id} and n.account_id = ${accountId}`),
  );
  if (gone === 0) throw new NotFound('Record not found');
}

/** Deletes what stands behind a key that clients know, a group or one that stands alone; fine when it has gone already. */
export async function dismissBehind(
  ctx: AppContext,
  accountId: string,
  wanted: { groupKey: string } | { id: string },
): Promise<void> {
  const mine = sql`n.account_id = ${accountId}`;
  if ('groupKey' in wanted) {
    await ctx.database.write((tx) => removeNotifications(tx, sql`${mine} and n.group_key = ${wanted.groupKey}`));
  } else if (isId(wanted.id)) {
    await ctx.database.write((tx) => removeNotifications(tx, sql`${mine} and n.id = ${wanted.id}`));
  }
}

/** Deletes all notifications of that account, and the requests of those whose news was held back. */
export async function clearNotifications(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    await tx.sql.deleteFrom('notifications').where('account_id', '=', accountId).execute();
    await tx.sql.deleteFrom('notification_requests').where('account_id', '=', accountId).execute();
  });
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
