// Taking back what was told of a deed that was undone.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import type { NotificationKind } from '../entities.ts';
import { removeNotifications } from './group.ts';

export interface Undone {
  kinds: NotificationKind[];
  fromId: string;
  postId?: string;
  /** Only what that account was told. */
  accountId?: string;
  before?: Date;
}

/** Takes back what was told of a deed that was undone. */
export async function untell(ctx: AppContext, news: Undone): Promise<void> {
  const conditions = [
    sql`n.from_account_id = ${news.fromId} and n.kind = any(${news.kinds}::text[])`,
    ...(news.postId === undefined ? [] : [sql`n.post_id = ${news.postId}`]),
    ...(news.accountId === undefined ? [] : [sql`n.account_id = ${news.accountId}`]),
    ...(news.before === undefined ? [] : [sql`n.created_at < ${news.before}`]),
  ];
  await ctx.database.write((tx) => removeNotifications(tx, sql.join(conditions, sql` and `)));
}

/** Nothing of either is left in the notifications and requests of the other. */
export async function untellEachOther(ctx: AppContext, one: string, other: string): Promise<void> {
  const pair = sql`(n.account_id = ${one} and n.from_account_id = ${other}) or (n.account_id = ${other} and n.from_account_id = ${one})`;
  await ctx.database.write(async (tx) => {
    await removeNotifications(tx, sql`(${pair})`);
    await sql`delete from notification_requests n where ${pair}`.execute(tx.sql);
  });
}

/** Nothing by people of a server is left in the notifications and requests of a reader. */
export async function untellServer(ctx: AppContext, accountId: string, domain: string): Promise<void> {
  const theirs = sql`n.account_id = ${accountId}
    and exists (select from accounts a where a.id = n.from_account_id and a.domain = ${domain})`;
  await ctx.database.write(async (tx) => {
    await removeNotifications(tx, theirs);
    await sql`delete from notification_requests n where ${theirs}`.execute(tx.sql);
  });
}

const batch = 500;

/** Nothing by, and nothing for, an account that is gone is left. Some at a time. */
export async function untellAll(ctx: AppContext, accountId: string): Promise<void> {
  for (;;) {
    const count = await ctx.database.write((tx) =>
      removeNotifications(
        tx,
        sql`n.id in (select id from notifications where from_account_id = ${accountId} or account_id = ${accountId} order by id limit ${batch})`,
      ),
    );
    if (count < batch) return;
  }
}
