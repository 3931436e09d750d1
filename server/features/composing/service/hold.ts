// Uploads that drafts and scheduled posts hold: they live as long as one of these does.
import type { AppContext } from '#server/context.ts';
import { checkNumber } from '#server/features/media/policy.ts';
import { holdMedia, releaseMedia } from '#server/features/media/service/attach.ts';
import { sql, type Transaction } from '#server/platform/database.ts';

/**
 * What a draft or scheduled post names instead of what it named before: the new ones are held, the others let go unless another
 * of the account's holds them, too. Its row must be written, or deleted, already.
 * @throws {Invalid} when there are too many, or one is not the account's or used already
 */
export async function exchangeHeld(
  ctx: AppContext,
  tx: Transaction,
  accountId: string,
  { before, after }: { before: readonly string[]; after: readonly string[] },
): Promise<void> {
  checkNumber(ctx.config, after.length);
  await holdMedia(
    ctx,
    tx,
    accountId,
    after.filter((id) => !before.includes(id)),
  );
  const dropped = before.filter((id) => !after.includes(id));
  if (dropped.length === 0) return;
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${dropped}::text[]) as dropped (id)
    where not exists (select from drafts d where d.account_id = ${accountId} and d.content->'media_ids' ? dropped.id)
      and not exists (select from scheduled_posts s where s.account_id = ${accountId} and s.post->'mediaIds' ? dropped.id)`.execute(
    tx.sql,
  );
  await releaseMedia(
    ctx,
    tx,
    accountId,
    rows.map(({ id }) => id),
  );
}
