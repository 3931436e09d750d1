// Putting accounts and hashtags into lists and taking them out.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { knownAccounts } from '#server/features/accounts/policy.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { listLimits } from '../policy.ts';
import { recordTagNames, type TagSpelling } from '#server/features/posts/service/record.ts';
import { holdList } from './edit.ts';

interface Which {
  ownerId: string;
  listId: string;
}

/**
 * Puts accounts into a list, all or none; they need not be followed, and who is in it already stays.
 * @throws {NotFound} when the list or one of the accounts does not exist @throws {Invalid} when the list is full
 */
export async function addMembers(ctx: AppContext, { ownerId, listId }: Which, accountIds: string[]): Promise<void> {
  const ids = [...new Set(accountIds)];
  if (!ids.every(isId)) throw new NotFound('Record not found');
  await ctx.database.write(async (tx) => {
    const list = await holdList(tx, ownerId, listId);
    const { rows: known } = await sql`
      select from accounts where id = any(${ids}::bigint[]) and ${knownAccounts()}`.execute(tx.sql);
    if (known.length < ids.length) throw new NotFound('Record not found');
    await sql`insert into list_accounts (list_id, account_id)
      select ${listId}::bigint, id from unnest(${ids}::bigint[]) with ordinality as wanted (id, place) order by place
      on conflict do nothing`.execute(tx.sql);
    const { rows: members } = await sql`select from list_accounts where list_id = ${listId}`.execute(tx.sql);
    if (members.length > listLimits.accounts)
      throw new Invalid(`Validation failed: A list has at most ${listLimits.accounts} accounts`);
    if (list.exclusive) await tx.emit('list.changed', { ownerId, freedIds: [] });
  });
}

/** Takes accounts out of a list; those who are not in it are passed over. @throws {NotFound} when there is no such list */
export async function removeMembers(ctx: AppContext, { ownerId, listId }: Which, accountIds: string[]): Promise<void> {
  const ids = accountIds.filter(isId);
  await ctx.database.write(async (tx) => {
    const list = await holdList(tx, ownerId, listId);
    await sql`delete from list_accounts where list_id = ${listId} and account_id = any(${ids}::bigint[])`.execute(
      tx.sql,
    );
    if (list.exclusive) await tx.emit('list.changed', { ownerId, freedIds: ids });
  });
}

/**
 * Puts hashtags into a list. `tags` are keys with the spelling that a new one gets.
 * @throws {NotFound} @throws {Invalid} when the list has too many
 */
export async function addListTags(
  ctx: AppContext,
  { ownerId, listId }: Which,
  tags: readonly TagSpelling[],
): Promise<void> {
  await ctx.database.write(async (tx) => {
    const list = await holdList(tx, ownerId, listId);
    await recordTagNames(tx, tags, ctx.clock());
    await sql`insert into list_tags (list_id, tag_id)
      select ${listId}::bigint, id from tags where name = any(${tags.map(({ name }) => name)}::text[])
      on conflict do nothing`.execute(tx.sql);
    const { rows } = await sql`select from list_tags where list_id = ${listId}`.execute(tx.sql);
    if (rows.length > listLimits.tags)
      throw new Invalid(`Validation failed: A list has at most ${listLimits.tags} hashtags`);
    if (list.exclusive) await tx.emit('list.changed', { ownerId, freedIds: [] });
  });
}

/** Takes hashtags, named by their keys, out of a list. @throws {NotFound} */
export async function removeListTags(ctx: AppContext, { ownerId, listId }: Which, keys: string[]): Promise<void> {
  await ctx.database.write(async (tx) => {
    const list = await holdList(tx, ownerId, listId);
    await sql`delete from list_tags where list_id = ${listId}
      and tag_id in (select id from tags where name = any(${keys}::text[]))`.execute(tx.sql);
    if (list.exclusive) await tx.emit('list.changed', { ownerId, freedIds: [] });
  });
}

/** Somebody goes on under another account: lists that hold the old one hold the new one in its place. */
export async function moveMember(ctx: AppContext, event: Events['account.moved']): Promise<void> {
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{ ownerId: string; exclusive: boolean }>`
      with move as (select account_id, target_id from moves where id = ${event.moveId}),
      former as (delete from list_accounts m using move where m.account_id = move.account_id returning m.list_id, move.target_id),
      present as (insert into list_accounts (list_id, account_id) select list_id, target_id from former on conflict do nothing)
      select distinct l.account_id as "ownerId", l.exclusive from lists l join former on former.list_id = l.id`.execute(
      tx.sql,
    );
    for (const { ownerId, exclusive } of rows)
      if (exclusive) await tx.emit('list.changed', { ownerId, freedIds: [event.accountId] });
  });
}
