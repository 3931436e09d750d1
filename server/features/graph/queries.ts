// Reading the graph: how one account stands to others, and pages of who follows, blocks and mutes whom.
import type { AppContext } from '#server/context.ts';
import { knownAccounts } from '#server/features/accounts/policy.ts';
import { isId, loadAccounts, searchAccounts, type AccountView } from '#server/features/accounts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { takePage, withOneMore, type Page } from '#server/platform/http/paging.ts';
import { isListedFor, isNotBlockedBy, noBlockBetween } from './policy.ts';

/** How a viewer stands to one other account. */
export interface RelationshipView {
  id: string;
  following: boolean;
  showBoosts: boolean;
  notify: boolean;
  languages: string[] | null;
  followedBy: boolean;
  requested: boolean;
  requestedBy: boolean;
  blocking: boolean;
  blockedBy: boolean;
  muting: boolean;
  mutingNotifications: boolean;
  mutingExpiresAt: Date | null;
  domainBlocking: boolean;
  endorsed: boolean;
  note: string;
}

const relationshipsText = `
select a.id::text as "id",
  coalesce(f.state = 'accepted', false) as "following", coalesce(f.show_boosts, false) as "showBoosts", coalesce(f.notify, false) as "notify",
  f.languages as "languages", coalesce(f.state = 'pending', false) as "requested",
  coalesce(b.state = 'accepted', false) as "followedBy", coalesce(b.state = 'pending', false) as "requestedBy",
  x.id is not null as "blocking", y.id is not null as "blockedBy",
  m.id is not null as "muting", coalesce(m.hide_notifications, false) as "mutingNotifications", m.expires_at as "mutingExpiresAt",
  d.id is not null as "domainBlocking", e.id is not null as "endorsed", coalesce(n.text, '') as "note"
from unnest($2::bigint[]) with ordinality as wanted (id, position)
join accounts a on a.id = wanted.id and a.opened and a.deleted_at is null
left join follows f on f.follower_id = $1 and f.followee_id = a.id
left join follows b on b.follower_id = a.id and b.followee_id = $1
left join blocks x on x.blocker_id = $1 and x.blocked_id = a.id
left join blocks y on y.blocker_id = a.id and y.blocked_id = $1
left join mutes m on m.muter_id = $1 and m.muted_id = a.id and (m.expires_at is null or m.expires_at > $3)
left join domain_blocks d on d.account_id = $1 and d.domain = a.domain
left join endorsements e on e.account_id = $1 and e.endorsed_id = a.id
left join account_notes n on n.account_id = $1 and n.about_id = a.id
order by wanted.position`;

/** How the viewer stands to each of `ids`, in that order, in one statement; unknown ids are left out. */
export async function relationships(
  ctx: AppContext,
  viewerId: string,
  ids: readonly string[],
): Promise<RelationshipView[]> {
  const wanted = [...new Set(ids.filter(isId))];
  if (wanted.length === 0) return [];
  return ctx.database.prepared<RelationshipView>('graph relationships', relationshipsText, [
    viewerId,
    wanted,
    ctx.clock(),
  ]);
}

/** Ids of everybody who follows the account (accepted), in no order; with `localOnly` those of this server. */
export async function followerIds(
  ctx: AppContext,
  accountId: string,
  options: { localOnly?: boolean } = {},
): Promise<string[]> {
  const query = ctx.database.read
    .selectFrom('follows')
    .innerJoin('accounts', 'accounts.id', 'follows.follower_id')
    .select('follows.follower_id')
    .where('follows.followee_id', '=', accountId)
    .where('follows.state', '=', 'accepted');
  const rows = await (options.localOnly === true ? query.where('accounts.domain', 'is', null) : query).execute();
  return rows.map((row) => row.follower_id);
}

/** One page of accounts; `first` and `last` are positions for Link headers, absent when the page is empty. */
export interface AccountPage {
  accounts: AccountView[];
  first: string | undefined;
  last: string | undefined;
  ends: boolean;
}

/** Who follows the account, the latest first, as the viewer may see it. */
export async function followersPage(
  ctx: AppContext,
  accountId: string,
  viewerId: string | null,
  page: Page,
): Promise<AccountPage> {
  const list = {
    table: 'follows',
    other: 'follower_id',
    where: sql<boolean>`t.followee_id = ${accountId} and t.state = 'accepted'`,
  } as const;
  return readList(ctx, list, viewerId, page);
}

/** Whom the account follows, the latest first, as the viewer may see it. */
export async function followingPage(
  ctx: AppContext,
  accountId: string,
  viewerId: string | null,
  page: Page,
): Promise<AccountPage> {
  const list = {
    table: 'follows',
    other: 'followee_id',
    where: sql<boolean>`t.follower_id = ${accountId} and t.state = 'accepted'`,
  } as const;
  return readList(ctx, list, viewerId, page);
}

/** Who waits for the account's yes. */
export async function followRequestsPage(ctx: AppContext, accountId: string, page: Page): Promise<AccountPage> {
  const list = {
    table: 'follows',
    other: 'follower_id',
    where: sql<boolean>`t.followee_id = ${accountId} and t.state = 'pending'`,
  } as const;
  return readList(ctx, list, null, page);
}

/** Whom the account blocks. */
export async function blocksPage(ctx: AppContext, accountId: string, page: Page): Promise<AccountPage> {
  return readList(
    ctx,
    { table: 'blocks', other: 'blocked_id', where: sql<boolean>`t.blocker_id = ${accountId}` },
    null,
    page,
  );
}

/** Whom the account shows on its profile, as the viewer may see it. */
export async function endorsementsPage(
  ctx: AppContext,
  accountId: string,
  viewerId: string | null,
  page: Page,
): Promise<AccountPage> {
  const where = sql<boolean>`t.account_id = ${accountId}`;
  return readList(ctx, { table: 'endorsements', other: 'endorsed_id', where }, viewerId, page);
}

export interface MutesPage extends AccountPage {
  /** When the mute of each account ends, by account id. */
  expiresAt: Map<string, Date | null>;
}

/** Whom the account mutes now. */
export async function mutesPage(ctx: AppContext, accountId: string, page: Page): Promise<MutesPage> {
  const where = sql<boolean>`t.muter_id = ${accountId} and (t.expires_at is null or t.expires_at > ${ctx.clock()})`;
  const found = await readList(ctx, { table: 'mutes', other: 'muted_id', where }, null, page);
  const ids = found.accounts.map((account) => account.id);
  const rows = await ctx.database.read
    .selectFrom('mutes')
    .select(['muted_id', 'expires_at'])
    .where('muter_id', '=', accountId)
    .where(sql<boolean>`muted_id = any(${ids}::bigint[])`)
    .execute();
  return { ...found, expiresAt: new Map(rows.map((row) => [row.muted_id, row.expires_at])) };
}

/** How many wait for the account's yes. */
export async function countFollowRequests(ctx: AppContext, accountId: string): Promise<number> {
  const row = await ctx.database.read
    .selectFrom('follows')
    .select((is) => is.fn.countAll<string>().as('count'))
    .where('followee_id', '=', accountId)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * Searches accounts for a viewer: nobody who blocks the viewer, and whom the viewer blocks by the whole name only, for that is how
 * clients find whom to unblock; with `following` only whom they follow.
 */
export async function searchPeople(
  ctx: AppContext,
  viewerId: string | null,
  search: { text: string; limit: number; offset: number; following?: boolean },
): Promise<AccountView[]> {
  const { text, limit, offset } = search;
  const account = sql.ref('accounts.id');
  // Who knows the whole handle of a limited account finds it.
  const listed = /^@?[^@\s]+@[^@\s]+$/.test(text.trim())
    ? sql<boolean>`true`
    : isListedFor(sql`${viewerId}::bigint`, account);
  if (viewerId === null) return searchAccounts(ctx, { text, limit, offset, among: listed });
  const isNamed = sql<boolean>`lower(accounts.username) = ${userNameOf(text)}`;
  const open = sql<boolean>`${isNotBlockedBy(viewerId, account)} and (${isNamed} or ${noBlockBetween(viewerId, account)}) and ${listed}`;
  const followed = sql<boolean>`exists (select from follows where follower_id = ${viewerId} and followee_id = accounts.id and state = 'accepted')`;
  return searchAccounts(ctx, {
    text,
    limit,
    offset,
    among: search.following === true ? sql<boolean>`${open} and ${followed}` : open,
  });
}

/** The name in `Name`, `@Name` and `@Name@Domain`, as names are compared. */
function userNameOf(text: string): string {
  return text.trim().replace(/^@/, '').replace(/@.*$/s, '').toLowerCase();
}

interface List {
  table: 'follows' | 'blocks' | 'mutes' | 'endorsements';
  /** The column of the one who is listed. */
  other: 'follower_id' | 'followee_id' | 'blocked_id' | 'muted_id' | 'endorsed_id';
  /** Which rows; the list's table is `t`. */
  where: RawBuilder<boolean>;
}

/** Two statements: the rows of the page, and their accounts. Positions are the hidden ids of the rows. */
async function readList(ctx: AppContext, list: List, viewerId: string | null, page: Page): Promise<AccountPage> {
  const other = sql.ref(`t.${list.other}`);
  const bounds = [
    page.maxId === null ? sql`true` : sql`t.id < ${page.maxId}`,
    page.sinceId === null ? sql`true` : sql`t.id > ${page.sinceId}`,
    page.minId === null ? sql`true` : sql`t.id > ${page.minId}`,
    viewerId === null ? sql`true` : noBlockBetween(viewerId, other),
  ];
  const rows = await sql<{ id: string; account_id: string }>`
    select t.id, ${other} as account_id
    from ${sql.table(list.table)} t join accounts on accounts.id = ${other}
    where ${list.where} and ${knownAccounts()} and ${sql.join(bounds, sql` and `)}
    order by t.id ${page.minId === null ? sql`desc` : sql`asc`}
    limit ${withOneMore(page).limit}`.execute(ctx.database.read);
  const { rows: taken, ends } = takePage(page, rows.rows);
  const found = page.minId === null ? taken : taken.toReversed();
  const accounts = await loadAccounts(
    ctx,
    found.map((row) => row.account_id),
  );
  return { accounts, first: found[0]?.id, last: found.at(-1)?.id, ends };
}
