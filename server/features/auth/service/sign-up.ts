// Signing up: who may, what is checked, and what a new login must still wait for.
import type { AppContext } from '#server/context.ts';
import { createAccount, makeAccountKeys, type AccountKeys } from '#server/features/accounts/service/create.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import type { RegistrationMode } from '#server/features/instance/policy.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Forbidden, Invalid, type FieldError, type FieldErrors } from '#server/platform/errors.ts';
import { hashToken } from '#server/platform/tokens.ts';
import type { Role } from '../entities.ts';
import { emailFault, isReady, passwordFault, usernameFault } from '../policy.ts';
import { findEmailToken, hasOwner } from '../queries.ts';
import { emailDomainFault } from './email-domains.ts';
import { hashPassword } from './passwords.ts';

export interface SignUp {
  username: string;
  email: string;
  password: string;
  /** Why they want to come in; asked for when the staff approves sign-ups. */
  reason?: string;
  /** They agree to the rules. */
  agreement: boolean;
  /** From the link that the first start prints. */
  ownerToken?: string;
  locale?: string;
}

/** `unconfirmed`: a letter with a link is on its way. `pending`: the staff decides. */
export type SignUpState = 'active' | 'unconfirmed' | 'pending';

export interface SignUpResult {
  state: SignUpState;
  /** Null when the e-mail address has a login already: its owner is told by mail, whoever asks here learns nothing. */
  accountId: string | null;
}

const maxReason = 2000;

/**
 * Makes a login with its account.
 * Where mail is delivered an address must be confirmed first; without an SMTP server nobody could, so the account is open at once and
 * the letter goes to the log. The owner needs neither.
 * @throws {Forbidden} when sign-ups are closed or the owner's link is not good @throws {Invalid} with the reason for each field
 */
export async function signUp(ctx: AppContext, wish: SignUp): Promise<SignUpResult> {
  const { registrations } = await readInstanceSettings(ctx);
  const isOwner = await checkInvitation(ctx, wish.ownerToken);
  if (registrations === 'closed' && !isOwner) throw new Forbidden('Sign-ups are closed on this server');
  const asked = { ...wish, username: wish.username.trim(), email: wish.email.trim(), reason: wish.reason?.trim() };
  const details = fieldFaults(asked, registrations === 'approval' && !isOwner);
  if (!asked.agreement)
    details.agreement = [{ error: 'ERR_ACCEPTED', description: 'Please agree to the rules of this server' }];
  const provider = isOwner || details.email !== undefined ? null : await emailDomainFault(ctx, asked.email);
  if (provider !== null) details.email = [provider];
  refuse(details);
  // Both take their time before anything is looked up, so that an answer's time does not tell whether an address is known.
  const passwordHash = await hashPassword(asked.password);
  const keys = await makeAccountKeys();
  return ctx.database.write((tx) => writeSignUp(ctx, tx, asked, { registrations, isOwner, passwordHash, keys }));
}

async function checkInvitation(ctx: AppContext, token: string | undefined): Promise<boolean> {
  if (token === undefined || token === '') return false;
  if (!(await hasOwner(ctx)) && (await findEmailToken(ctx, 'owner', token))) return true;
  throw new Forbidden(
    'This link for the owner has been used or is too old; the server prints a new one when it starts without an owner',
  );
}

function fieldFaults(wish: SignUp, needsReason: boolean): FieldErrors {
  const details: FieldErrors = {};
  const note = (field: string, fault: FieldError | null): void => {
    if (fault) details[field] = [fault];
  };
  note('username', usernameFault(wish.username));
  note('email', emailFault(wish.email));
  note('password', passwordFault(wish.password, wish));
  const reason = wish.reason ?? '';
  if (needsReason && reason === '')
    note('reason', { error: 'ERR_BLANK', description: 'Please say why you want to join' });
  if (reason.length > maxReason)
    note('reason', { error: 'ERR_TOO_LONG', description: `The reason may have at most ${maxReason} characters` });
  return details;
}

function refuse(details: FieldErrors): void {
  const reasons = Object.values(details).flat();
  if (reasons.length === 0) return;
  throw new Invalid(`Validation failed: ${reasons.map((reason) => reason.description).join(', ')}`, { details });
}

interface Prepared {
  registrations: RegistrationMode;
  isOwner: boolean;
  passwordHash: string;
  keys: AccountKeys;
}

async function writeSignUp(ctx: AppContext, tx: Transaction, wish: SignUp, prepared: Prepared): Promise<SignUpResult> {
  const { isOwner } = prepared;
  await lockSignUps(tx);
  if (isOwner) await useInvitation(tx, wish.ownerToken ?? '');
  const standing = {
    approvedAt: prepared.registrations === 'approval' && !isOwner ? null : ctx.clock(),
    emailConfirmedAt: null,
  };
  const ready = isOwner || isReady(standing, ctx.mail.delivers);
  const state: SignUpState = ready ? 'active' : ctx.mail.delivers ? 'unconfirmed' : 'pending';
  await refuseTakenName(tx, wish.username);
  if (await isEmailTaken(tx, wish.email)) {
    if (state !== 'unconfirmed')
      refuse({ email: [{ error: 'ERR_TAKEN', description: 'This e-mail address has a login already' }] });
    await tx.emit('email.wanted', { kind: 'known', email: wish.email });
    return { state, accountId: null };
  }
  const accountId = await writeUser(ctx, tx, {
    username: wish.username,
    email: wish.email,
    passwordHash: prepared.passwordHash,
    keys: prepared.keys,
    role: isOwner ? 'owner' : 'user',
    reason: wish.reason,
    locale: wish.locale,
    opened: ready,
    ...standing,
  });
  await tx.emit('email.wanted', { kind: 'confirm', email: wish.email });
  if (standing.approvedAt === null) await tx.emit('email.wanted', { kind: 'pending', email: wish.email });
  return { state, accountId };
}

/** The link for the owner works once, also when two people open it in the same moment. */
async function useInvitation(tx: Transaction, token: string): Promise<void> {
  const { numDeletedRows } = await tx.sql
    .deleteFrom('email_tokens')
    .where('token_hash', '=', hashToken(token))
    .where('purpose', '=', 'owner')
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new Forbidden('This link for the owner has been used');
}

/** One sign-up at a time, so that a name or address that is free when it is looked at is free when it is written. */
export async function lockSignUps(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('auth sign-up', 0))`.execute(tx.sql);
}

/** @throws {Invalid} ERR_TAKEN; names of deleted accounts stay taken for ever */
export async function refuseTakenName(tx: Transaction, username: string): Promise<void> {
  const taken = await tx.sql
    .selectFrom('accounts')
    .select('id')
    .where(sql<boolean>`lower(username) = ${username.toLowerCase()}`)
    .where('domain', 'is', null)
    .executeTakeFirst();
  if (taken) refuse({ username: [{ error: 'ERR_TAKEN', description: 'This user name is taken' }] });
}

export async function isEmailTaken(tx: Transaction, email: string): Promise<boolean> {
  const taken = await tx.sql
    .selectFrom('users')
    .select('account_id')
    .where(sql<boolean>`lower(email) = ${email.toLowerCase()}`)
    .executeTakeFirst();
  return taken !== undefined;
}

export interface NewUser {
  username: string;
  email: string;
  passwordHash: string;
  keys: AccountKeys;
  role: Role;
  reason: string | undefined;
  locale: string | undefined;
  opened: boolean;
  approvedAt: Date | null;
  emailConfirmedAt: Date | null;
}

/** Writes account and login; the caller has checked and locked. Returns the account's id. */
export async function writeUser(ctx: AppContext, tx: Transaction, user: NewUser): Promise<string> {
  const accountId = await createAccount(tx, ctx, { username: user.username, keys: user.keys, opened: user.opened });
  await tx.sql
    .insertInto('users')
    .values({
      account_id: accountId,
      email: user.email,
      password_hash: user.passwordHash,
      role: user.role,
      reason: user.reason ?? null,
      locale: user.locale?.slice(0, 35) ?? null,
      email_confirmed_at: user.emailConfirmedAt,
      approved_at: user.approvedAt,
      created_at: ctx.clock(),
    })
    .execute();
  return accountId;
}
