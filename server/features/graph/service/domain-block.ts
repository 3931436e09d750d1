// Blocking a whole server: nothing of its people is seen any more, and follows in both directions end.
import type { AppContext } from '#server/context.ts';
import { isOwnDomain } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { rejectFollow, unfollow } from './follow.ts';

const batch = 100;

/** A server's name as accounts have it: lower case, ASCII, with a port where there is one. @throws {Invalid} */
export function readDomain(ctx: AppContext, text: string): string {
  const written = text.trim().toLowerCase().replace(/^@/, '');
  const address = `https://${written}`;
  const isName = /^[^\s/?#@\\]{1,253}$/u.test(written) && URL.canParse(address);
  const domain = isName ? new URL(address).host : '';
  if (!domain.includes('.') && !/^localhost(:\d+)?$/.test(domain))
    throw new Invalid('Validation failed: Domain is not a valid domain name', {
      details: { domain: [{ error: 'ERR_INVALID', description: 'This is not the name of a server' }] },
    });
  if (isOwnDomain(ctx.config, domain))
    throw new Invalid('Validation failed: Domain is this server itself', {
      details: { domain: [{ error: 'ERR_INVALID', description: 'You cannot block the server that you are on' }] },
    });
  return domain;
}

/** Blocks a server; a second time changes nothing. @throws {Invalid} when the text names none */
export async function blockDomain(ctx: AppContext, accountId: string, text: string): Promise<void> {
  const domain = readDomain(ctx, text);
  await ctx.database.write(async (tx) => {
    const written = await tx.sql
      .insertInto('domain_blocks')
      .values({ id: ctx.newId(), account_id: accountId, domain, created_at: ctx.clock() })
      .onConflict((is) => is.columns(['account_id', 'domain']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (written) await tx.emit('domain.blocked', { accountId, domain });
  });
}

/** Ends the block of a server; follows do not come back. @throws {Invalid} when the text names none */
export async function unblockDomain(ctx: AppContext, accountId: string, text: string): Promise<void> {
  const domain = readDomain(ctx, text);
  await ctx.database.write((tx) =>
    tx.sql.deleteFrom('domain_blocks').where('account_id', '=', accountId).where('domain', '=', domain).execute(),
  );
}

/** Ends the follows and requests between an account and the people of a server that it blocks. Safe to run twice. */
export async function endFollowsWith(ctx: AppContext, event: { accountId: string; domain: string }): Promise<void> {
  const { accountId } = event;
  for (;;) {
    const { rows } = await sql<{ follower_id: string; followee_id: string }>`
      select f.follower_id, f.followee_id from follows f
      join accounts a on a.id = case when f.follower_id = ${accountId} then f.followee_id else f.follower_id end
      where (f.follower_id = ${accountId} or f.followee_id = ${accountId}) and a.domain = ${event.domain}
        and exists (select from domain_blocks d where d.account_id = ${accountId} and d.domain = ${event.domain})
      limit ${batch}`.execute(ctx.database.read);
    for (const { follower_id: followerId, followee_id: followeeId } of rows) {
      if (followerId === accountId) await unfollow(ctx, { followerId, followeeId });
      else await rejectFollow(ctx, { followerId, followeeId });
    }
    if (rows.length < batch) return;
  }
}
