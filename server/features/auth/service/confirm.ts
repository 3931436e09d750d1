// Links by mail: confirming an address, and coming back after a forgotten password.
import type { AppContext } from '#server/context.ts';
import { openAccount } from '#server/features/accounts/service/create.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import type { EmailTokenPurpose } from '../entities.ts';
import { isReady, passwordFault } from '../policy.ts';
import { findUser } from '../queries.ts';
import { limitAddress, limitPerson } from './limits.ts';
import { signOutEverywhere } from './end-access.ts';
import { hashPassword } from './passwords.ts';
import type { SignUpState } from './sign-up.ts';

const lifeMs = {
  confirm: 3 * 86_400_000,
  reset: 2 * 3_600_000,
};

/** What somebody hears whose link is unknown, used or too old. */
export const worthlessLink = 'This link has been used or is too old. Please ask for a new one.';

/** Makes a link's secret for an account; it works once and for a limited time (3 days to confirm, 2 hours to reset). */
export async function makeEmailToken(
  ctx: AppContext,
  purpose: 'confirm' | 'reset',
  accountId: string,
  email: string,
): Promise<string> {
  const token = makeToken();
  const now = ctx.clock();
  await ctx.database.write(async (tx) => {
    await tx.sql.deleteFrom('email_tokens').where('expires_at', '<', now).where('purpose', '!=', 'owner').execute();
    await tx.sql
      .insertInto('email_tokens')
      .values({
        token_hash: hashToken(token),
        purpose,
        account_id: accountId,
        email,
        expires_at: new Date(now.getTime() + lifeMs[purpose]),
        created_at: now,
      })
      .execute();
  });
  return token;
}

/** Asks for a letter. Whether anybody has that address is found out later, so the answer and its time are the same. @throws {TooMany} */
export async function wantLetter(ctx: AppContext, kind: 'confirm' | 'reset', email: string, ip: string): Promise<void> {
  await limitAddress(ctx, 'mail', ip);
  await limitPerson(ctx, 'mail', email.trim());
  await ctx.database.write((tx) => tx.emit('email.wanted', { kind, email: email.trim().slice(0, 254) }));
}

/** Confirms an address by the link that was mailed to it, and opens the account when nothing else is missing. @throws {Invalid} {TooMany} */
export async function confirmEmail(ctx: AppContext, token: string, ip: string): Promise<SignUpState> {
  await limitAddress(ctx, 'confirm', ip);
  const { state, accountId } = await ctx.database.write((tx) => confirm(ctx, tx, token));
  // A token that an app got while its owner waited was remembered as one that may do nothing.
  await ctx.bus.publish('signed-out', { accountId });
  return state;
}

async function confirm(
  ctx: AppContext,
  tx: Transaction,
  token: string,
): Promise<{ state: SignUpState; accountId: string }> {
  const { accountId, email } = await useToken(ctx, tx, 'confirm', token);
  const user = await tx.sql
    .updateTable('users')
    .set({ email_confirmed_at: ctx.clock() })
    .where('account_id', '=', accountId)
    .where('email', '=', email)
    .returning(['approved_at as approvedAt', 'email_confirmed_at as emailConfirmedAt'])
    .executeTakeFirst();
  if (!user) throw new Invalid(worthlessLink);
  if (!isReady(user, ctx.mail.delivers)) return { state: 'pending', accountId };
  await openAccount(tx, accountId);
  return { state: 'active', accountId };
}

/** Sets a new password by the link that was mailed; ends all sessions and tokens. @throws {Invalid} {TooMany} */
export async function resetPassword(ctx: AppContext, token: string, password: string, ip: string): Promise<void> {
  await limitAddress(ctx, 'reset', ip);
  const found = await ctx.database.read
    .selectFrom('email_tokens')
    .select('account_id')
    .where('token_hash', '=', hashToken(token))
    .where('purpose', '=', 'reset')
    .where('expires_at', '>', ctx.clock())
    .executeTakeFirst();
  const user = found?.account_id == null ? null : await findUser(ctx, found.account_id);
  if (!user) throw new Invalid(worthlessLink);
  const fault = passwordFault(password, user);
  if (fault) throw new Invalid(`Validation failed: ${fault.description}`, { details: { password: [fault] } });
  const passwordHash = await hashPassword(password);
  await ctx.database.write(async (tx) => {
    const used = await useToken(ctx, tx, 'reset', token);
    // Who opened the link reads mail at this address, so it is confirmed as well.
    const confirmed = await tx.sql
      .updateTable('users')
      .set((is) => ({
        password_hash: passwordHash,
        email_confirmed_at: is.fn.coalesce('email_confirmed_at', is.val(ctx.clock())),
      }))
      .where('account_id', '=', used.accountId)
      .where('email', '=', used.email)
      .returning(['approved_at as approvedAt', 'email_confirmed_at as emailConfirmedAt'])
      .executeTakeFirst();
    if (!confirmed) throw new Invalid(worthlessLink);
    await tx.sql
      .deleteFrom('email_tokens')
      .where('account_id', '=', used.accountId)
      .where('purpose', 'in', ['reset', 'change'])
      .execute();
    if (isReady(confirmed, ctx.mail.delivers)) await openAccount(tx, used.accountId);
    await tx.emit('email.wanted', { kind: 'password-changed', email: user.email });
  });
  await signOutEverywhere(ctx, user.accountId);
}

/** Takes a link's secret out of the database: whoever is second finds nothing. @throws {Invalid} */
async function useToken(
  ctx: AppContext,
  tx: Transaction,
  purpose: EmailTokenPurpose,
  token: string,
): Promise<{ accountId: string; email: string }> {
  const used = await tx.sql
    .deleteFrom('email_tokens')
    .where('token_hash', '=', hashToken(token))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', ctx.clock())
    .returning(['account_id', 'email'])
    .executeTakeFirst();
  if (!used || used.account_id === null || used.email === null) throw new Invalid(worthlessLink);
  return { accountId: used.account_id, email: used.email };
}
