// Accounts whose grace has ended: gone here, and every server that may know them is told, in one transaction.
import type { AppContext } from '#server/context.ts';
import { inboxesWhere } from '#server/features/accounts/activitypub/inboxes.ts';
import { accountView } from '#server/features/accounts/queries.ts';
import { removeOwnAccount } from '#server/features/accounts/service/remove.ts';
import { findLeft, removeLogin } from '#server/features/auth/service/leave.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { publicAudience } from '#server/platform/fediverse/json.ts';
import { writeOutgoing } from '#server/platform/fediverse/outgoing.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';

const batch = 20;

/** Removes the accounts whose grace has ended, some at a time; for the schedule. Returns how many. */
export async function removeLeft(ctx: AppContext): Promise<number> {
  let removed = 0;
  for (;;) {
    const ids = await findLeft(ctx, batch);
    for (const id of ids) if (await removeOne(ctx, id)) removed += 1;
    if (ids.length < batch) return removed;
  }
}

async function removeOne(ctx: AppContext, id: string): Promise<boolean> {
  const files = await ctx.database.write(async (tx) => {
    if (!(await removeLogin(ctx, tx, id))) return null;
    const row = await tx.sql.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const { uri } = accountView(row);
    const activity = {
      '@context': activityStreams,
      id: addresses(ctx.config).activity(`delete/account/${id}`),
      type: 'Delete',
      actor: uri,
      to: [publicAudience],
      object: uri,
    };
    const outgoing = {
      cause: `account ${id} left`,
      activity,
      senderId: id,
      orderingKey: uri,
      inboxes: inboxesOfAll(id),
    };
    await writeOutgoing(tx.sql, outgoing, ctx.clock());
    return removeOwnAccount(ctx, tx, id);
  });
  if (files === null) return false;
  for (const key of files) await ctx.files.delete(key);
  await ctx.fragments.drop([`account:${id}`, `actor:${id}`]);
  return true;
}

/** One inbox of each server that shares one, and those of all who follow the account or are followed by it. */
function inboxesOfAll(id: string): RawBuilder<unknown> {
  return inboxesWhere(sql`(a.shared_inbox_url is not null
    or a.id in (select follower_id from follows where followee_id = ${id})
    or a.id in (select followee_id from follows where follower_id = ${id}))`);
}
