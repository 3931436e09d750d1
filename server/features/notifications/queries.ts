// Reading what people were told, without those whom they have come to block or mute since. A page is one prepared statement.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import type { EmojiReference } from '#server/features/emojis/entities.ts';
import { notBlocked } from '#server/features/posts/policy.ts';
import { severanceOf, type SeveranceView } from '#server/features/graph/queries/severances.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, type Stretch } from '#server/platform/keyset.ts';
import { statementText } from '#server/platform/statement.ts';
import { notificationKinds, type NotificationKind } from './entities.ts';
import { hears } from './policy.ts';

export interface NotificationView {
  id: string;
  kind: NotificationKind;
  fromAccountId: string;
  postId: string | null;
  /** Follows that a blocked server took along. */
  severance: SeveranceView | null;
  groupKey: string | null;
  createdAt: Date;
  /** What a reaction was given with, the latest when there are several; null for other news. */
  reaction: { name: string; emoji: EmojiReference | null } | null;
}

export interface NotificationFilter {
  kinds: NotificationKind[];
  fromAccountId?: string | undefined;
  /** Also what the reader's policy holds back. */
  includeFiltered?: boolean | undefined;
}

const largestId = '9223372036854775807';
/** With which emoji the reaction was given that the notification `n` tells of. */
export const reactionColumn = (
  n: string,
): RawBuilder<unknown> => sql`case when ${sql.ref(`${n}.kind`)} = 'reaction' then (
  select json_build_object('name', r.name, 'emoji', r.emoji) from reactions r
  where r.account_id = ${sql.ref(`${n}.from_account_id`)} and r.post_id = ${sql.ref(`${n}.post_id`)} order by r.id desc limit 1) end as reaction`;
const columns = sql`n.id, n.kind, n.from_account_id as "fromAccountId", n.post_id as "postId", n.group_key as "groupKey",
  n.created_at as "createdAt", ${reactionColumn('n')}, ${severanceOf('n')}`;

/** Of the notifications `n` of the reader $1 the one who did it is active, not blocked either way at $7, not muted with notifications. */
export const stillHeard = (from: string): RawBuilder<boolean> => heardBy(sql.raw('$1::bigint'), from, sql.raw('$7'));

function heardBy(reader: RawBuilder<unknown>, from: string, now: RawBuilder<unknown>): RawBuilder<boolean> {
  const other = sql.ref(from);
  return sql<boolean>`(exists (select from accounts a where a.id = ${other} and ${activeAccounts('a')})
    and ${notBlocked(reader, other)} and ${hears(reader, other, sql`${now}::timestamptz`)})`;
}

/**
 * What of the notifications `n` a request asks for.
 * $1 reader · $2 below this id · $3 above this id · $4 kinds · $5 by this account only, or null · $6 held back too · $7 now
 */
export const asked = sql`n.account_id = $1::bigint and n.id < $2::bigint and n.id > $3::bigint and n.kind = any($4::text[])
  and ($6::boolean or not n.filtered)`;

/** The values of $1 to $7. */
export function askedValues(
  ctx: AppContext,
  accountId: string,
  filter: NotificationFilter,
  page: Pick<Stretch, 'maxId' | 'sinceId' | 'minId'>,
): unknown[] {
  return [
    accountId,
    page.maxId ?? largestId,
    page.minId ?? page.sinceId ?? '0',
    filter.kinds,
    filter.fromAccountId ?? null,
    filter.includeFiltered ?? false,
    ctx.clock(),
  ];
}

/** Reads the statements of each kind apart, so that a rare kind is found at once among many of another. */
export function eachKind(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`unnest($4::text[]) as wanted (kind) cross join lateral (${rows}) n`;
}

/** True when a filter names some kinds only; most leave reactions out. */
export const isNarrow = (filter: NotificationFilter): boolean =>
  notificationKinds.some((kind) => kind !== 'reaction' && !filter.kinds.includes(kind));

function listText(upwards: boolean, narrow: boolean): string {
  const order = sql.raw(upwards ? 'asc' : 'desc');
  const rows = sql`select n.* from notifications n where ${asked} and ($5::bigint is null or n.from_account_id = $5::bigint)
    and ${narrow ? sql`n.kind = wanted.kind` : sql`true`} and ${stillHeard('n.from_account_id')} order by n.id ${order} limit $8::int`;
  return statementText(
    sql`select ${columns} from ${narrow ? eachKind(rows) : sql`(${rows}) n`} order by n.id ${order} limit $8::int`,
  );
}

const texts = new Map<string, string>();

/** The text of a statement of this feature, made once by its name. */
export function textOf(name: string, make: () => string): string {
  const text = texts.get(name) ?? make();
  texts.set(name, text);
  return text;
}

/** A page of what an account was told. */
export async function notificationPage(
  ctx: AppContext,
  accountId: string,
  filter: NotificationFilter,
  page: Stretch,
): Promise<NotificationView[]> {
  if (filter.kinds.length === 0) return [];
  const upwards = page.minId !== null;
  const narrow = isNarrow(filter);
  const name = `notifications_${upwards ? 'up' : 'down'}_${narrow ? 'some' : 'all'}`;
  const rows = await ctx.database.prepared<NotificationView>(
    name,
    textOf(name, () => listText(upwards, narrow)),
    [...askedValues(ctx, accountId, filter, page), page.limit],
  );
  return newestFirst(rows, page);
}

/** That notification, when it is the account's own and may still be shown. */
export async function findNotification(
  ctx: AppContext,
  accountId: string,
  id: string,
): Promise<NotificationView | null> {
  const heard = heardBy(sql`${accountId}::bigint`, 'n.from_account_id', sql`${ctx.clock()}`);
  const { rows } = await sql<NotificationView>`
    select ${columns} from notifications n where n.id = ${id} and n.account_id = ${accountId} and ${heard}`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** Where an account's marker of notifications stands, as a bound of a statement with the reader $1. */
export const marker = sql`coalesce((select last_read_id from markers where account_id = $1::bigint and timeline = 'notifications'), 0)`;

const unreadText = statementText(sql`
  select count(*)::int as count from (
    select from notifications n
    where ${asked} and ($5::bigint is null or n.from_account_id = $5::bigint) and ${stillHeard('n.from_account_id')}
      and n.id > ${marker} limit $8::int
  ) unread`);

/** How many notifications are newer than the account's marker; counts no further than `limit`. */
export async function countUnread(
  ctx: AppContext,
  accountId: string,
  filter: NotificationFilter,
  limit: number,
): Promise<number> {
  const page = { maxId: null, sinceId: null, minId: null };
  const [row] = await ctx.database.prepared<{ count: number }>('notifications_unread', unreadText, [
    ...askedValues(ctx, accountId, filter, page),
    limit,
  ]);
  return row?.count ?? 0;
}
