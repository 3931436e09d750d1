// Signing in: with a password and, where one is set up, a second factor; or with a passkey alone.
// Whether the login exists, and whether the password is right, take the same path and time.
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { AppContext } from '#server/context.ts';
import { Forbidden, Unauthorized } from '#server/platform/errors.ts';
import { makeToken } from '#server/platform/tokens.ts';
import { signInRefusalOf } from '../policy.ts';
import { findUser, findUserByLogin, type UserView } from '../queries.ts';
import { findSecondFactors } from '../queries/security.ts';
import { findChallenge, noteChallenge, takeChallenge } from './challenges.ts';
import { limitAddress, limitPerson } from './limits.ts';
import { openSession, type Device, type OpenedSession } from './open-session.ts';
import { usePasskey } from './passkeys.ts';
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import { proveFactor, type Factor } from './second-factor.ts';

export interface Credentials {
  /** A user name or an e-mail address. */
  login: string;
  password: string;
}

/** The password was right; now one of these is asked for, with the token that stands for the password. */
export interface FactorWanted {
  token: string;
  methods: Array<'totp' | 'passkey' | 'recovery'>;
}

/**
 * Opens a session for whoever knows the password, or says which second factor is missing.
 * @throws {TooMany} after 25 tries in 5 minutes from an address or in an hour against an account
 * @throws {Unauthorized} with one text for every wrong pair @throws {Forbidden} when the login may not be used now
 */
export async function signIn(
  ctx: AppContext,
  credentials: Credentials,
  device: Device,
): Promise<{ session: OpenedSession } | { wanted: FactorWanted }> {
  await limitAddress(ctx, 'signIn', device.ip);
  const user = await findUserByLogin(ctx, credentials.login);
  await limitPerson(ctx, 'signIn', user?.accountId ?? credentials.login.trim());
  const isRight = await verifyPassword(credentials.password, user?.passwordHash ?? null);
  if (!user || !isRight) throw new Unauthorized('The user name, e-mail address or password is wrong');
  refuseUnfit(ctx, user);
  if (isOutdated(user.passwordHash)) await keepPassword(ctx, user.accountId, credentials.password);
  const factors = await findSecondFactors(ctx, user.accountId);
  if (!factors.isOn) return { session: await open(ctx, user.accountId, device) };
  const token = makeToken();
  await noteChallenge(ctx, 'second-factor', token, user.accountId);
  const methods: FactorWanted['methods'] = [
    ...(factors.totpSince === null ? [] : (['totp'] as const)),
    ...(factors.passkeys === 0 ? [] : (['passkey'] as const)),
    ...(factors.recoveryCodes === 0 ? [] : (['recovery'] as const)),
  ];
  return { wanted: { token, methods } };
}

/** Whose second factor is waited for. @throws {Unauthorized} when the token is unknown, used or ten minutes old */
export async function requireHalfSignedIn(ctx: AppContext, token: string): Promise<string> {
  const accountId = await findChallenge(ctx, 'second-factor', token);
  if (accountId === null) throw new Unauthorized(tooLate);
  return accountId;
}

const tooLate = 'This took too long. Please sign in again.';

/** Opens a session after the password for whoever also shows a second factor. @throws {Unauthorized} {Forbidden} {TooMany} */
export async function finishSignIn(
  ctx: AppContext,
  token: string,
  factor: Factor,
  device: Device,
): Promise<OpenedSession> {
  await limitAddress(ctx, 'signIn', device.ip);
  const accountId = await requireHalfSignedIn(ctx, token);
  await proveFactor(ctx, accountId, factor, 'passkey-second');
  if (!(await takeChallenge(ctx, 'second-factor', token, accountId))) throw new Unauthorized(tooLate);
  return openFor(ctx, accountId, device);
}

/** Opens a session for whoever holds a passkey and proved it to their device. @throws {Unauthorized} {Forbidden} {TooMany} */
export async function signInByPasskey(
  ctx: AppContext,
  response: AuthenticationResponseJSON,
  device: Device,
): Promise<OpenedSession> {
  await limitAddress(ctx, 'signIn', device.ip);
  return openFor(ctx, await usePasskey(ctx, 'passkey', response, null), device);
}

async function openFor(ctx: AppContext, accountId: string, device: Device): Promise<OpenedSession> {
  const user = await findUser(ctx, accountId);
  if (!user) throw new Unauthorized('There is no such login any more');
  refuseUnfit(ctx, user);
  return open(ctx, accountId, device);
}

function refuseUnfit(ctx: AppContext, user: UserView): void {
  const refusal = signInRefusalOf(user, ctx.mail.delivers);
  if (refusal !== null) throw new Forbidden(refusal);
}

function open(ctx: AppContext, accountId: string, device: Device): Promise<OpenedSession> {
  return ctx.database.write((tx) => openSession(tx, ctx, accountId, device));
}

/** Hashes a password anew, at today's cost. */
async function keepPassword(ctx: AppContext, accountId: string, password: string): Promise<void> {
  const renewed = await hashPassword(password);
  await ctx.database.write((tx) =>
    tx.sql.updateTable('users').set({ password_hash: renewed }).where('account_id', '=', accountId).execute(),
  );
}
