// Reading lists and what is in them. A list is its owner's own: for everybody else it does not exist.
import type { AppContext } from '#server/context.ts';
import { knownAccounts } from '#server/features/accounts/policy.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import type { RepliesPolicy } from './entities.ts';

export interface ListView {
  id: string;
  title: string;
  repliesPolicy: RepliesPolicy;
  exclusive: boolean;
}

/** All lists of an account, by title. */
export async function listsOf(ctx: AppContext, ownerId: string): Promise<ListView[]> {
  return selectLists(ctx, sql`account_id = ${ownerId}`);
}

/** The list with that id when it is that account's, else null. */
export async function findList(ctx: AppContext, ownerId: string, id: string): Promise<ListView | null> {
  if (!isId(id)) return null;
  const [list] = await selectLists(ctx, sql`account_id = ${ownerId} and id = ${id}`);
  return list ?? null;
}

/** The lists of an account in which another one is. */
export async function listsWith(ctx: AppContext, ownerId: string, memberId: string): Promise<ListView[]> {
  return selectLists(
    ctx,
    sql`account_id = ${ownerId} and exists (
      select from list_accounts m where m.list_id = lists.id and m.account_id = ${memberId})`,
  );
}

async function selectLists(ctx: AppContext, condition: RawBuilder<unknown>): Promise<ListView[]> {
  const { rows } = await sql<ListView>`
    select id, title, replies_policy as "repliesPolicy", exclusive
    from lists where ${condition} order by lower(title), id`.execute(ctx.database.read);
  return rows;
}

/** A member; `position` pages. */
export interface MemberRow {
  position: string;
  id: string;
}

/** A page of a list's members, the latest first; without a page all of them. */
export async function membersPage(ctx: AppContext, listId: string, page: Stretch | null): Promise<MemberRow[]> {
  const { bounds, order } =
    page === null ? { bounds: sql`true`, order: sql`order by m.id desc` } : takeStretch(sql.ref('m.id'), page);
  const { rows } = await sql<MemberRow>`
    select m.id as position, m.account_id as id from list_accounts m join accounts on accounts.id = m.account_id
    where m.list_id = ${listId} and ${knownAccounts()} and ${bounds} ${order}`.execute(ctx.database.read);
  return page === null ? rows : newestFirst(rows, page);
}

/** A list's hashtags by their folded form. */
export async function listTags(ctx: AppContext, listId: string): Promise<Array<{ id: string; name: string }>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select t.id, t.name from list_tags m join tags t on t.id = m.tag_id where m.list_id = ${listId}
    order by t.name`.execute(ctx.database.read);
  return rows;
}
