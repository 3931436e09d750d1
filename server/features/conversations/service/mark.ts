// What people do with their own talks: noting that they were read or not, and putting them away.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';

/** Notes whether a talk is unread. @throws {NotFound} when the account has none with that id */
export async function markTalk(ctx: AppContext, accountId: string, id: string, unread: boolean): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  const { rows } = await ctx.database.write((tx) =>
    sql`update talks set unread = ${unread} where id = ${id} and account_id = ${accountId} returning id`.execute(
      tx.sql,
    ),
  );
  if (rows.length === 0) throw new NotFound('Record not found');
}

/** Puts a talk away; its posts stay. @throws {NotFound} when the account has none with that id */
export async function deleteTalk(ctx: AppContext, accountId: string, id: string): Promise<void> {
  if (!isId(id)) throw new NotFound('Record not found');
  const { rows } = await ctx.database.write((tx) =>
    sql`delete from talks where id = ${id} and account_id = ${accountId} returning id`.execute(tx.sql),
  );
  if (rows.length === 0) throw new NotFound('Record not found');
}
