// The only writer of digests: how often somebody wants them, and whose period is due.
import type { AppContext } from '#server/context.ts';
import { seal, unseal } from '#server/features/auth/service/seal.ts';
import { sql } from '#server/platform/database.ts';
import type { Frequency } from '../entities.ts';

const day = 86_400_000;
const periods: ReadonlyArray<[frequency: Frequency, ms: number]> = [
  ['daily', day],
  ['weekly', 7 * day],
  ['monthly', 30 * day],
];
const batch = 500;
const sealedFor = 'end of digests';

/** Notes how often somebody wants a letter. */
export async function setFrequency(ctx: AppContext, accountId: string, frequency: Frequency): Promise<void> {
  await ctx.database.write((tx) =>
    sql`insert into digests (account_id, frequency) values (${accountId}, ${frequency})
      on conflict (account_id) do update set frequency = excluded.frequency`.execute(tx.sql),
  );
}

/**
 * Lets a letter be written to everybody who was away for a whole period and missed something that no letter told of. Each
 * period counts as told at once, in the transaction of its event. Returns how many.
 */
export async function claimDigests(ctx: AppContext): Promise<number> {
  // Where letters only reach the log nobody would read them.
  if (!ctx.mail.delivers) return 0;
  let claimed = 0;
  for (const [frequency, ms] of periods) {
    for (;;) {
      const count = await claimBatch(ctx, frequency, ms);
      claimed += count;
      if (count < batch) break;
    }
  }
  return claimed;
}

async function claimBatch(ctx: AppContext, frequency: Frequency, ms: number): Promise<number> {
  const now = ctx.clock();
  const before = new Date(now.getTime() - ms);
  return ctx.database.write(async (tx) => {
    const { rows } = await sql<{ account_id: string; since: Date }>`
      with due as (
        select u.account_id, coalesce(d.sent_at, ${before}::timestamptz) as since
        from users u join accounts a on a.id = u.account_id and a.suspended_at is null and a.deleted_at is null
        left join digests d on d.account_id = u.account_id
        where coalesce(d.frequency, 'weekly') = ${frequency} and (d.sent_at is null or d.sent_at <= ${before})
          and u.created_at <= ${before} and u.email_confirmed_at is not null and u.disabled_at is null
          and not exists (select from access_tokens t where t.account_id = u.account_id
            and coalesce(t.last_used_at, t.created_at) > ${before})
          and exists (select from notifications n where n.account_id = u.account_id and not n.filtered
            and n.created_at > coalesce(d.sent_at, ${before}::timestamptz)
            and n.id > coalesce((select last_read_id from markers m
              where m.account_id = u.account_id and m.timeline = 'notifications'), 0))
        order by u.account_id limit ${batch} for update of u skip locked
      ), taken as (
        insert into digests (account_id, frequency, sent_at) select account_id, ${frequency}, ${now} from due
        on conflict (account_id) do update set sent_at = excluded.sent_at
          where digests.sent_at is null or digests.sent_at <= ${before}
        returning account_id
      )
      select due.account_id, due.since from due join taken on taken.account_id = due.account_id`.execute(tx.sql);
    for (const { account_id: accountId, since } of rows)
      await tx.emit('digest.due', { accountId, since: since.toISOString() });
    return rows.length;
  });
}

/** The secret of a link that ends somebody's letters. It says nothing to others, and works for good. */
export function unsubscribeToken(ctx: AppContext, accountId: string): string {
  return seal(ctx, accountId, sealedFor);
}

/** Ends the letters of whom the link belongs to. False when the link is none of ours. */
export async function endDigests(ctx: AppContext, token: string): Promise<boolean> {
  const accountId = unseal(ctx, token, sealedFor);
  if (accountId === null) return false;
  await ctx.database.write((tx) =>
    sql`insert into digests (account_id, frequency) select account_id, 'never' from users where account_id = ${accountId}
      on conflict (account_id) do update set frequency = excluded.frequency`.execute(tx.sql),
  );
  return true;
}
