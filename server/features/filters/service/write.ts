// What every write to filters has in common: the event, the forgetting, and the lock on one filter.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import type { Transaction } from '#server/platform/database.ts';
import { NotFound } from '#server/platform/errors.ts';
import { forgetFilters } from './forget.ts';

/** A write to an account's filters, and the forgetting of what was prepared from them. */
export async function writeFilters<Result>(
  ctx: AppContext,
  accountId: string,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const result = await ctx.database.write(async (tx) => {
    const done = await work(tx);
    await tx.emit('filters.changed', { accountId });
    return done;
  });
  await forgetFilters(ctx, accountId);
  return result;
}

/** Locks a filter until `tx` ends. @throws {NotFound} when that account has none with this id */
export async function holdFilter(tx: Transaction, accountId: string, id: string): Promise<void> {
  const held = isId(id)
    ? await tx.sql
        .selectFrom('filters')
        .select('id')
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (!held) throw new NotFound('Record not found');
}
