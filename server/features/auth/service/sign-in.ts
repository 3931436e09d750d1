// Signing in with a password. Whether the login exists, and whether the password is right, take the same path and time.
import type { AppContext } from '#server/context.ts';
import { Forbidden, Unauthorized } from '#server/platform/errors.ts';
import { refusalOf } from '../policy.ts';
import { findUserByLogin } from '../queries.ts';
import { limitAddress, limitPerson } from './limits.ts';
import { openSession, type Device, type OpenedSession } from './open-session.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';

export interface Credentials {
  /** A user name or an e-mail address. */
  login: string;
  password: string;
}

/**
 * Opens a session for whoever knows the password.
 * @throws {TooMany} after 25 tries in 5 minutes from an address or in an hour against an account
 * @throws {Unauthorized} with one text for every wrong pair @throws {Forbidden} when the login may not be used now
 */
export async function signIn(ctx: AppContext, credentials: Credentials, device: Device): Promise<OpenedSession> {
  await limitAddress(ctx, 'signIn', device.ip);
  const user = await findUserByLogin(ctx, credentials.login);
  await limitPerson(ctx, 'signIn', user?.accountId ?? credentials.login.trim());
  const isRight = await verifyPassword(credentials.password, user?.passwordHash ?? null);
  if (!user || !isRight) throw new Unauthorized('The user name, e-mail address or password is wrong');
  const refusal = refusalOf(user, ctx.mail.delivers);
  if (refusal !== null) throw new Forbidden(refusal);
  const renewed = isOutdated(user.passwordHash) ? await hashPassword(credentials.password) : null;
  return ctx.database.write(async (tx) => {
    if (renewed !== null) {
      await tx.sql
        .updateTable('users')
        .set({ password_hash: renewed })
        .where('account_id', '=', user.accountId)
        .execute();
    }
    return openSession(tx, ctx, user.accountId, device);
  });
}
