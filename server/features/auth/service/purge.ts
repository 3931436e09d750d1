// Forgetting what no longer opens anything.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { sessionLifeMs } from '../queries.ts';

const day = 86_400_000;
/** A used code is kept so long to notice a second use, which takes back what the first one gave. */
const codesKeptMs = 30 * day;
/** A token that an app got for itself and never used again. */
const appTokensKeptMs = 90 * day;

/** Deletes sessions that are over, codes and links that are worthless, and idle tokens of apps alone. Returns how many rows. */
export async function purgeAccess(ctx: AppContext): Promise<number> {
  const now = ctx.clock().getTime();
  const before = (ms: number): Date => new Date(now - ms);
  const { rows } = await ctx.database.write((tx) =>
    sql<{ purged: number }>`
      with sessions_gone as (delete from sessions where last_used_at < ${before(sessionLifeMs)} returning 1),
        codes_gone as (delete from oauth_codes where created_at < ${before(codesKeptMs)} returning 1),
        links_gone as (delete from email_tokens where expires_at < ${before(0)} returning 1),
        questions_gone as (delete from auth_challenges where expires_at < ${before(0)} returning 1),
        tokens_gone as (
          delete from access_tokens where account_id is null and coalesce(last_used_at, created_at) < ${before(appTokensKeptMs)} returning 1
        )
      select (select count(*) from sessions_gone)::int + (select count(*) from codes_gone)::int
        + (select count(*) from links_gone)::int + (select count(*) from tokens_gone)::int
        + (select count(*) from questions_gone)::int as purged`.execute(tx.sql),
  );
  return rows[0]?.purged ?? 0;
}
