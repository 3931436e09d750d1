// People found by way of others: who of those whom one follows follows somebody, who wants to be found, and blocked servers.
import type { AppContext } from '#server/context.ts';
import { activeAccounts } from '#server/features/accounts/policy.ts';
import { isId, loadAccounts, type AccountView } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import type { Page } from '#server/platform/http/paging.ts';
import { newestFirst, takeStretch } from '#server/platform/keyset.ts';
import { isListedFor, isMuted, noBlockBetween } from '../policy.ts';

const mostFamiliar = 10;

export interface Familiar {
  id: string;
  accounts: AccountView[];
}

/**
 * For each of `ids`, in that order: those whom the viewer follows who follow it, the latest first, at most ten. Nobody who
 * hides whom they follow, and of nobody who hides by whom they are followed. Two statements.
 */
export async function familiarFollowers(
  ctx: AppContext,
  viewerId: string,
  ids: readonly string[],
): Promise<Familiar[]> {
  const wanted = [...new Set(ids.filter(isId))];
  const { rows } = await sql<{ id: string; familiar: string[] | null }>`
    select a.id, (
      select array_agg(found.follower_id) from (
        select theirs.follower_id from follows theirs
        join follows mine on mine.follower_id = ${viewerId} and mine.followee_id = theirs.follower_id and mine.state = 'accepted'
        join accounts f on f.id = theirs.follower_id
        where theirs.followee_id = a.id and theirs.state = 'accepted' and theirs.follower_id <> a.id
          and not a.hide_collections and not f.hide_collections and ${activeAccounts('f')}
          and ${noBlockBetween(viewerId, sql.ref('f.id'))}
        order by theirs.id desc limit ${mostFamiliar}
      ) found
    ) as familiar
    from unnest(${wanted}::bigint[]) with ordinality as wanted (id, place)
    join accounts a on a.id = wanted.id and ${activeAccounts('a')} and ${noBlockBetween(viewerId, sql.ref('a.id'))}
    order by wanted.place`.execute(ctx.database.read);
  const accounts = await loadAccounts(
    ctx,
    rows.flatMap(({ familiar }) => familiar ?? []),
  );
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return rows.map(({ id, familiar }) => ({ id, accounts: (familiar ?? []).flatMap((one) => byId.get(one) ?? []) }));
}

export interface DirectoryWish {
  /** Who wrote last first, or who is newest here first. */
  order: 'active' | 'new';
  localOnly: boolean;
  limit: number;
  offset: number;
}

/** People who want to be found, without those whom the viewer blocks, is blocked by, or mutes. */
export async function directory(ctx: AppContext, viewerId: string | null, wish: DirectoryWish): Promise<AccountView[]> {
  const account = sql.ref('accounts.id');
  const conditions = [
    sql<boolean>`accounts.discoverable and accounts.kind <> 'application'`,
    activeAccounts(),
    isListedFor(sql`${viewerId}::bigint`, account),
    ...(wish.localOnly ? [sql<boolean>`accounts.domain is null`] : []),
    ...(wish.order === 'active' ? [sql<boolean>`accounts.last_post_at is not null`] : []),
    ...(viewerId === null
      ? []
      : [noBlockBetween(viewerId, account), sql<boolean>`not ${isMuted(viewerId, account, ctx.clock())}`]),
  ];
  const order = wish.order === 'active' ? sql`accounts.last_post_at desc, accounts.id desc` : sql`accounts.id desc`;
  const { rows } = await sql<{ id: string }>`select accounts.id from accounts
    where ${sql.join(conditions, sql` and `)} order by ${order} limit ${wish.limit} offset ${wish.offset}`.execute(
    ctx.database.read,
  );
  return loadAccounts(
    ctx,
    rows.map(({ id }) => id),
  );
}

/** The servers that the account blocks, the latest first. */
export async function domainBlocksPage(
  ctx: AppContext,
  accountId: string,
  page: Page,
): Promise<Array<{ id: string; domain: string }>> {
  const { bounds, order } = takeStretch(sql.ref('d.id'), page);
  const { rows } = await sql<{ id: string; domain: string }>`
    select d.id, d.domain from domain_blocks d where d.account_id = ${accountId} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}
