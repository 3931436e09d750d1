// The end of an account of ours. Its row stays, emptied and marked: its name is never given again, and its address answers "gone".
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import type { PictureReference } from '../entities.ts';

/** Marks an account of ours as deleted and empties it. Returns its pictures, whose files may go after the commit; null when it was gone. */
export async function removeOwnAccount(ctx: AppContext, tx: Transaction, id: string): Promise<string[] | null> {
  const { rows } = await sql<{ avatar: PictureReference | null; header: PictureReference | null }>`
    with former as (select id, avatar, header from accounts where id = ${id} and domain is null and deleted_at is null for update)
    update accounts a set deleted_at = ${ctx.clock()}, display_name = '', bio = '', bio_html = '', fields = '[]', emojis = '[]',
      avatar = null, header = null, also_known_as = '[]', attribution_domains = '[]', discoverable = false, posts_count = 0,
      last_post_at = null
    from former where a.id = former.id returning former.avatar, former.header`.execute(tx.sql);
  const [former] = rows;
  if (!former) return null;
  await tx.emit('account.removed', { accountId: id });
  return [former.avatar?.key, former.header?.key].filter((key) => key !== undefined);
}

const batch = 500;

/** What is not erased by way of its reference: it has a verb of its own, others still need it, or it belongs to others. */
const kept = new Set([
  'account_keys',
  'posts',
  'likes',
  'reactions',
  'follows',
  'notifications',
  'mentions',
  'poll_votes',
  'reports',
  'users',
  'media_attachments',
]);

/**
 * Erases what else an account that is gone left behind, in batches: the rows that the database itself would take with the
 * account's row, were that deleted. So no table of any feature is forgotten. Safe to run twice.
 */
export async function eraseTraces(ctx: AppContext, { accountId }: { accountId: string }): Promise<void> {
  const { rows: gone } = await sql`select from accounts where id = ${accountId} and deleted_at is not null`.execute(
    ctx.database.read,
  );
  if (gone.length === 0) return;
  const { rows } = await sql<{ table: string; column: string }>`
    select c.relname as "table", a.attname as "column" from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f' and k.confrelid = 'accounts'::regclass and k.confdeltype = 'c' order by c.relname, a.attname`.execute(
    ctx.database.read,
  );
  for (const { table, column } of rows.filter((row) => !kept.has(row.table))) {
    for (;;) {
      const { numAffectedRows = 0n } = await sql`delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where ${sql.ref(column)} = ${accountId} limit ${batch}))`.execute(
        ctx.database.read,
      );
      if (numAffectedRows < BigInt(batch)) break;
    }
  }
}
