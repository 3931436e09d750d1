// Groups of notifications: the latest of a group carries its size. Whoever adds to a group or takes from one waits for the
// others who do so for the same reader.
import { sql, type RawBuilder, type Transaction } from '#server/platform/database.ts';

/** Holds off everybody else who changes groups of these readers until the transaction ends. `readers` is a statement with one column `id`. */
export async function lockReaders(tx: Transaction, readers: RawBuilder<unknown>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('notifications:' || reader.id, 0))
    from (select distinct found.id from (${readers}) found where found.id is not null order by found.id) reader`.execute(
    tx.sql,
  );
}

/** Deletes the notifications that fit a condition on the alias `n`, and gives what is left of their groups a latest again. Returns how many. */
export async function removeNotifications(tx: Transaction, condition: RawBuilder<unknown>): Promise<number> {
  await lockReaders(
    tx,
    sql`select n.account_id as id from notifications n where n.group_key is not null and ${condition}`,
  );
  const { rows } = await sql<{ account_id: string; group_key: string | null }>`
    delete from notifications n where ${condition} returning n.account_id, n.group_key`.execute(tx.sql);
  const torn = rows.filter((row) => row.group_key !== null);
  if (torn.length > 0) await mend(tx, torn);
  return rows.length;
}

/** Counts groups anew and marks their latest. The readers must be locked. */
async function mend(tx: Transaction, torn: Array<{ account_id: string; group_key: string | null }>): Promise<void> {
  await sql`
    with torn as (
      select distinct * from unnest(${torn.map((row) => row.account_id)}::bigint[], ${torn.map((row) => row.group_key)}::text[])
        as torn (account_id, group_key)
    ), counted as (
      select torn.account_id, torn.group_key, max(n.id) as latest, count(*)::int as size
      from torn join notifications n on n.account_id = torn.account_id and n.group_key = torn.group_key
      group by torn.account_id, torn.group_key
    )
    update notifications n set group_size = case when n.id = counted.latest then counted.size end
    from counted where n.account_id = counted.account_id and n.group_key = counted.group_key
      and (n.id = counted.latest or n.group_size is not null)`.execute(tx.sql);
}
