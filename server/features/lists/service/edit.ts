// Making, changing and removing lists.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { repliesPolicies, type RepliesPolicy } from '../entities.ts';
import { listLimits } from '../policy.ts';

/** What somebody asks of a list; what is absent stays, or is the default of a new one. */
export interface ListWish {
  title?: string;
  repliesPolicy?: string;
  exclusive?: boolean;
}

/** Makes a list and returns its id. @throws {Invalid} without a title, with an unknown policy, or when there are too many */
export async function createList(ctx: AppContext, ownerId: string, wish: ListWish): Promise<string> {
  const title = readTitle(wish.title ?? '');
  const repliesPolicy = wish.repliesPolicy === undefined ? 'list' : readPolicy(wish.repliesPolicy);
  return ctx.database.write(async (tx) => {
    // One at a time for each owner, so that the limit holds.
    await sql`select from accounts where id = ${ownerId} for no key update`.execute(tx.sql);
    const { rows: own } = await sql`select from lists where account_id = ${ownerId}`.execute(tx.sql);
    if (own.length >= listLimits.lists)
      throw new Invalid(`Validation failed: You have ${listLimits.lists} lists; remove one first`);
    const { id } = await tx.sql
      .insertInto('lists')
      .values({
        account_id: ownerId,
        title,
        replies_policy: repliesPolicy,
        exclusive: wish.exclusive ?? false,
        created_at: ctx.clock(),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  });
}

/** Changes a list of that owner. @throws {NotFound} {Invalid} */
export async function changeList(ctx: AppContext, ownerId: string, id: string, wish: ListWish): Promise<void> {
  const title = wish.title === undefined ? undefined : readTitle(wish.title);
  const repliesPolicy = wish.repliesPolicy === undefined ? undefined : readPolicy(wish.repliesPolicy);
  await ctx.database.write(async (tx) => {
    const list = await holdList(tx, ownerId, id);
    const exclusive = wish.exclusive ?? list.exclusive;
    await tx.sql
      .updateTable('lists')
      .set({ ...(title === undefined ? {} : { title }), exclusive })
      .$if(repliesPolicy !== undefined, (query) => query.set({ replies_policy: repliesPolicy ?? 'list' }))
      .where('id', '=', id)
      .execute();
    if (exclusive === list.exclusive) return;
    await tx.emit('list.changed', { ownerId, freedIds: exclusive ? [] : await memberIds(tx, id) });
  });
}

/** Removes a list of that owner. @throws {NotFound} */
export async function removeList(ctx: AppContext, ownerId: string, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    const list = await holdList(tx, ownerId, id);
    const freedIds = list.exclusive ? await memberIds(tx, id) : [];
    await tx.sql.deleteFrom('lists').where('id', '=', id).execute();
    if (list.exclusive) await tx.emit('list.changed', { ownerId, freedIds });
  });
}

/** That list, locked until `tx` ends. @throws {NotFound} when that owner has none with this id */
export async function holdList(
  tx: Transaction,
  ownerId: string,
  id: string,
): Promise<{ id: string; exclusive: boolean }> {
  const list = isId(id)
    ? await tx.sql
        .selectFrom('lists')
        .select(['id', 'exclusive'])
        .where('id', '=', id)
        .where('account_id', '=', ownerId)
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (!list) throw new NotFound('Record not found');
  return list;
}

async function memberIds(tx: Transaction, listId: string): Promise<string[]> {
  const rows = await tx.sql.selectFrom('list_accounts').select('account_id').where('list_id', '=', listId).execute();
  return rows.map(({ account_id }) => account_id);
}

function readTitle(text: string): string {
  const title = text.trim();
  if (title === '') throw new Invalid("Validation failed: Title can't be blank");
  if (title.length > listLimits.titleLength)
    throw new Invalid(`Validation failed: Title is longer than ${listLimits.titleLength} characters`);
  return title;
}

function readPolicy(word: string): RepliesPolicy {
  const policy = repliesPolicies.find((known) => known === word);
  if (policy === undefined)
    throw new Invalid(`Validation failed: Replies policy is one of ${repliesPolicies.join(', ')}`);
  return policy;
}
