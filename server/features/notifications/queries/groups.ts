// Reading notifications in groups: a group stands where its latest stands, so a page is a page of latest ones.
import type { AppContext } from '#server/context.ts';
import { severanceOf, type SeveranceView } from '#server/features/graph/queries/severances.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, type Stretch } from '#server/platform/keyset.ts';
import { statementText } from '#server/platform/statement.ts';
import type { NotificationKind } from '../entities.ts';
import { groupedKinds } from '../policy.ts';
import {
  asked,
  askedValues,
  eachKind,
  isNarrow,
  marker,
  reactionColumn,
  stillHeard,
  textOf,
  type NotificationFilter,
  type NotificationView,
} from '../queries.ts';

export interface GroupView {
  /** The latest one. */
  id: string;
  kind: NotificationKind;
  postId: string | null;
  /** Null for one that stands alone. */
  groupKey: string | null;
  count: number;
  severance: SeveranceView | null;
  /** The oldest one of the group that is within the bounds of the page. */
  oldestId: string;
  createdAt: Date;
  /** Who did it, the latest first, at most eight. */
  accountIds: string[];
  reaction: NotificationView['reaction'];
}

export interface GroupFilter extends NotificationFilter {
  /** Kinds that are shown in groups; the others one by one. */
  grouped: NotificationKind[];
}

const samples = 8;
const member = (of: string): RawBuilder<unknown> =>
  sql`peer.account_id = $1::bigint and peer.group_key = ${sql.ref(`${of}.group_key`)}`;

/** Rows `n` that stand for a group. $9 the kinds that are shown in groups; without `allGrouped` the others count one by one. */
function heads(shape: { allGrouped: boolean; narrow: boolean }): RawBuilder<unknown> {
  const isHead = shape.allGrouped
    ? sql`n.group_size is not null`
    : sql`(n.group_size is not null or n.kind <> all($9::text[]))`;
  const isGroup = shape.allGrouped
    ? sql`n.group_key is not null`
    : sql`(n.group_key is not null and n.kind = any($9::text[]))`;
  const someMember = (condition: RawBuilder<unknown>) =>
    sql`(${isGroup} and exists (select from notifications peer where ${member('n')} and ${condition}))`;
  return sql`select n.*, case when ${isGroup} then n.group_key end as shown_key from notifications n
    where ${asked} and ${isHead} and ${shape.narrow ? sql`n.kind = wanted.kind` : sql`true`}
      and ($5::bigint is null or n.from_account_id = $5::bigint or ${someMember(sql`peer.from_account_id = $5::bigint`)})
      and (${stillHeard('n.from_account_id')} or ${someMember(stillHeard('peer.from_account_id'))})`;
}

function pageText(upwards: boolean, shape: { allGrouped: boolean; narrow: boolean }): string {
  const order = sql.raw(upwards ? 'asc' : 'desc');
  const rows = sql`${heads(shape)} order by n.id ${order} limit $8::int`;
  return statementText(sql`
    with page as materialized (
      select n.* from ${shape.narrow ? eachKind(rows) : sql`(${rows}) n`} order by n.id ${order} limit $8::int
    )
    select p.id, p.kind, p.post_id as "postId", p.shown_key as "groupKey", p.created_at as "createdAt", ${severanceOf('p')},
      case when p.shown_key is null then 1 else greatest(p.group_size, 1) end as count,
      coalesce(oldest.id, p.id) as "oldestId", coalesce(latest.ids, array[p.from_account_id]) as "accountIds",
      ${reactionColumn('p')}
    from page p
    left join lateral (
      select array_agg(peer.from_account_id order by peer.id desc) as ids from (
        select peer.id, peer.from_account_id from notifications peer
        where p.shown_key is not null and ${member('p')} and ${stillHeard('peer.from_account_id')} order by peer.id desc limit ${sql.lit(samples)}
      ) peer
    ) latest on true
    left join lateral (
      select min(peer.id) as id from notifications peer where p.shown_key is not null and ${member('p')} and peer.id > $3::bigint
    ) oldest on true
    where ${shape.allGrouped ? sql`$9::text[] is not null` : sql`true`}
    order by p.id ${order}`);
}

/** A page of groups, in one prepared statement. */
export async function groupPage(
  ctx: AppContext,
  accountId: string,
  filter: GroupFilter,
  page: Stretch,
): Promise<GroupView[]> {
  if (filter.kinds.length === 0) return [];
  const upwards = page.minId !== null;
  const shape = shapeOf(filter);
  const name = `notification_groups_${upwards ? 'up' : 'down'}_${nameOf(shape)}`;
  const rows = await ctx.database.prepared<GroupView>(
    name,
    textOf(name, () => pageText(upwards, shape)),
    [...askedValues(ctx, accountId, filter, page), page.limit, filter.grouped],
  );
  return newestFirst(rows, page);
}

function shapeOf(filter: GroupFilter): { allGrouped: boolean; narrow: boolean } {
  return { allGrouped: groupedKinds.every((kind) => filter.grouped.includes(kind)), narrow: isNarrow(filter) };
}

const nameOf = (shape: { allGrouped: boolean; narrow: boolean }): string =>
  `${shape.allGrouped ? 'grouped' : 'mixed'}_${shape.narrow ? 'some' : 'all'}`;

/** How many groups are newer than the account's marker; counts no further than `limit`. */
export async function countUnreadGroups(
  ctx: AppContext,
  accountId: string,
  filter: GroupFilter,
  limit: number,
): Promise<number> {
  const shape = { ...shapeOf(filter), narrow: false };
  const name = `notification_groups_unread_${nameOf(shape)}`;
  const text = textOf(name, () =>
    statementText(sql`select count(*)::int as count from (
      select from (${heads(shape)} and n.id > ${marker} limit $8::int) n where $9::text[] is not null) unread`),
  );
  const values = askedValues(ctx, accountId, filter, { maxId: null, sinceId: null, minId: null });
  const [row] = await ctx.database.prepared<{ count: number }>(name, text, [...values, limit, filter.grouped]);
  return row?.count ?? 0;
}

const membersText = (upwards: boolean): string =>
  statementText(sql`
  select n.id, n.kind, n.from_account_id as "fromAccountId", n.post_id as "postId", n.group_key as "groupKey",
    n.created_at as "createdAt", null as severance, null as reaction
  from notifications n
  where ${asked} and $5::bigint is null and n.group_key = $8::text and ${stillHeard('n.from_account_id')}
  order by n.id ${sql.raw(upwards ? 'asc' : 'desc')} limit $9::int`);

/** The notifications of one group, the latest first. */
export async function groupMembers(
  ctx: AppContext,
  accountId: string,
  group: { key: string; kinds: NotificationKind[] },
  page: Stretch,
): Promise<NotificationView[]> {
  const upwards = page.minId !== null;
  const name = `notification_group_members_${upwards ? 'up' : 'down'}`;
  const rows = await ctx.database.prepared<NotificationView>(
    name,
    textOf(name, () => membersText(upwards)),
    [...askedValues(ctx, accountId, { kinds: group.kinds }, page), group.key, page.limit],
  );
  return newestFirst(rows, page);
}

/** How many notifications one group has. */
export async function groupSize(ctx: AppContext, accountId: string, key: string): Promise<number> {
  const { rows } = await sql<{ size: number }>`select group_size as size from notifications
    where account_id = ${accountId} and group_key = ${key} and group_size is not null`.execute(ctx.database.read);
  return rows[0]?.size ?? 0;
}
