// Open questions: what somebody has to answer within minutes, once.
import type { AppContext } from '#server/context.ts';
import { hashToken } from '#server/platform/tokens.ts';
import type { ChallengePurpose } from '../entities.ts';

const lifeMs = 10 * 60_000;

/** Notes a question by its secret; `accountId` is whose answer counts, null for whoever can answer. */
export async function noteChallenge(
  ctx: AppContext,
  purpose: ChallengePurpose,
  secret: string,
  accountId: string | null,
): Promise<void> {
  await ctx.database.write((tx) =>
    tx.sql
      .insertInto('auth_challenges')
      .values({
        secret_hash: hashToken(secret),
        purpose,
        account_id: accountId,
        expires_at: new Date(ctx.clock().getTime() + lifeMs),
      })
      .execute(),
  );
}

/** Takes a question away: true for the first who answers it in time, false ever after. */
export async function takeChallenge(
  ctx: AppContext,
  purpose: ChallengePurpose,
  secret: string,
  accountId: string | null,
): Promise<boolean> {
  const { numDeletedRows } = await ctx.database.write((tx) =>
    tx.sql
      .deleteFrom('auth_challenges')
      .where('secret_hash', '=', hashToken(secret))
      .where('purpose', '=', purpose)
      .where('account_id', accountId === null ? 'is' : '=', accountId)
      .where('expires_at', '>', ctx.clock())
      .executeTakeFirstOrThrow(),
  );
  return numDeletedRows > 0n;
}

/** Whose answer a question waits for, without taking it away; null when there is no such question. */
export async function findChallenge(
  ctx: AppContext,
  purpose: ChallengePurpose,
  secret: string,
): Promise<string | null> {
  const row = await ctx.database.read
    .selectFrom('auth_challenges')
    .select('account_id')
    .where('secret_hash', '=', hashToken(secret))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', ctx.clock())
    .executeTakeFirst();
  return row?.account_id ?? null;
}
