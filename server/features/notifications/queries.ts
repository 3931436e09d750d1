// Reading what people were told, without those whom they have come to block or mute since.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { notBlocked } from '#server/features/posts/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import type { MarkerTimeline, NotificationKind } from './entities.ts';
import { hears } from './policy.ts';

export interface NotificationView {
  id: string;
  kind: NotificationKind;
  fromAccountId: string;
  postId: string | null;
  createdAt: Date;
}

export interface NotificationFilter {
  kinds: NotificationKind[];
  fromAccountId?: string;
}

/** A page of what an account was told, in one statement. */
export async function notificationPage(
  ctx: AppContext,
  accountId: string,
  filter: NotificationFilter,
  page: Stretch,
): Promise<NotificationView[]> {
  if (filter.kinds.length === 0) return [];
  const { bounds, order } = takeStretch(sql.ref('n.id'), page);
  const from = filter.fromAccountId === undefined ? sql`true` : sql`n.from_account_id = ${filter.fromAccountId}`;
  const { rows } = await sql<NotificationView>`
    select n.id, n.kind, n.from_account_id as "fromAccountId", n.post_id as "postId", n.created_at as "createdAt"
    from notifications n
    where n.account_id = ${accountId} and n.kind = any(${filter.kinds}::text[]) and ${from}
      and ${stillHeard(ctx, accountId)} and ${bounds} ${order}`.execute(ctx.database.read);
  return newestFirst(rows, page);
}

/** That notification, when it is the account's own and may still be shown. */
export async function findNotification(
  ctx: AppContext,
  accountId: string,
  id: string,
): Promise<NotificationView | null> {
  const { rows } = await sql<NotificationView>`
    select n.id, n.kind, n.from_account_id as "fromAccountId", n.post_id as "postId", n.created_at as "createdAt"
    from notifications n where n.id = ${id} and n.account_id = ${accountId} and ${stillHeard(ctx, accountId)}`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** How many notifications are newer than the account's marker; counts no further than `limit`. */
export async function countUnread(
  ctx: AppContext,
  accountId: string,
  filter: NotificationFilter,
  limit: number,
): Promise<number> {
  const from = filter.fromAccountId === undefined ? sql`true` : sql`n.from_account_id = ${filter.fromAccountId}`;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select from notifications n
      where n.account_id = ${accountId} and n.kind = any(${filter.kinds}::text[]) and ${from} and ${stillHeard(ctx, accountId)}
        and n.id > coalesce((select last_read_id from markers where account_id = ${accountId} and timeline = 'notifications'), 0)
      limit ${limit}
    ) unread`.execute(ctx.database.read);
  return rows[0]?.count ?? 0;
}

export interface MarkerView {
  timeline: MarkerTimeline;
  lastReadId: string;
  version: number;
  updatedAt: Date;
}

/** How far an account has read, for those timelines that have a marker. */
export async function findMarkers(
  ctx: AppContext,
  accountId: string,
  timelines: readonly MarkerTimeline[],
): Promise<MarkerView[]> {
  const { rows } = await sql<MarkerView>`
    select timeline, last_read_id as "lastReadId", version, updated_at as "updatedAt"
    from markers where account_id = ${accountId} and timeline = any(${timelines}::text[]) order by timeline`.execute(
    ctx.database.read,
  );
  return rows;
}

/** The one who did it is active, not blocked either way, and not muted with notifications. */
function stillHeard(ctx: AppContext, accountId: string): RawBuilder<boolean> {
  const viewer = sql`${accountId}::bigint`;
  const from = sql.ref('n.from_account_id');
  return sql<boolean>`exists (select from accounts a where a.id = ${from} and ${activeAccounts('a')}) and ${notBlocked(viewer, from)}
    and ${hears(viewer, from, ctx.clock())}`;
}
