// The former address takes a change back: whoever made it may be a thief, so all that could let them in again goes too.
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { makeToken } from '#server/platform/tokens.ts';
import { findEmailToken } from '../queries.ts';
import { setEmail, useLink } from './change-email.ts';
import { worthlessLink } from './confirm.ts';
import { endAccess, tellSignedOut } from './end-access.ts';
import { limitAddress } from './limits.ts';
import { hashPassword } from './passwords.ts';
import { dropFactorsSince } from './second-factor.ts';

/**
 * Sets the former address again for whoever reads mail there. The password is void and everything is signed out, as a thief may hold
 * them; a link to a new password follows. Passkeys and authenticator apps that came since the change was asked for are the thief's and
 * go; older ones stay, so that the old mailbox alone does not open a login that they guard. Returns how many went.
 * @throws {Invalid} {TooMany}
 */
export async function restoreEmail(ctx: AppContext, token: string, ip: string): Promise<number> {
  await limitAddress(ctx, 'confirm', ip);
  const found = await findEmailToken(ctx, 'restore', token);
  const accountId = found?.accountId ?? null;
  if (accountId === null) throw new Invalid(worthlessLink);
  const passwordHash = await hashPassword(makeToken());
  const dropped = await ctx.database.write(async (tx) => {
    const { email, since } = await useLink(ctx, tx, { token, purpose: 'restore', accountId });
    await setEmail(ctx, tx, accountId, email);
    await endAllAccess(tx, accountId, passwordHash);
    const count = await dropFactorsSince(tx, accountId, since);
    if (count > 0) await tx.emit('email.wanted', { kind: 'restored', email });
    await tx.emit('email.wanted', { kind: 'reset', email });
    return count;
  });
  await tellSignedOut(ctx, accountId);
  return dropped;
}

/** In the transaction of the change: a session that outlived it by a moment could bring the thief back. */
async function endAllAccess(tx: Transaction, accountId: string, passwordHash: string): Promise<void> {
  await tx.sql.updateTable('users').set({ password_hash: passwordHash }).where('account_id', '=', accountId).execute();
  // Links of a second change as well: its letter went to the thief.
  await tx.sql.deleteFrom('email_tokens').where('account_id', '=', accountId).execute();
  await tx.sql.deleteFrom('auth_challenges').where('account_id', '=', accountId).execute();
  await endAccess(tx, accountId);
}
