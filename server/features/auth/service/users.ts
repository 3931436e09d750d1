// What the staff and the command line do to logins: make them, let them in, change password and role, give tokens.
import type { AppContext } from '#server/context.ts';
import { makeAccountKeys, openAccount, type AccountKeys } from '#server/features/accounts/service/create.ts';
import { Conflict, Forbidden, Invalid, NotFound, type FieldError, type FieldErrors } from '#server/platform/errors.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import type { Role } from '../entities.ts';
import { emailFault, isReady, parseScopes, passwordFault, usernameFault } from '../policy.ts';
import { findUser, findUserByLogin, type UserView } from '../queries.ts';
import { signOutEverywhere } from './end-access.ts';
import { limitPerson } from './limits.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { isEmailTaken, lockSignUps, refuseTakenName, writeUser } from './sign-up.ts';

export interface NewLogin {
  username: string;
  email: string;
  /** One is made when absent. */
  password?: string;
  role?: Role;
  /** The address needs no confirmation. */
  confirmed?: boolean;
}

/** Makes a login whatever the registrations say; also reserved names. Returns its password, which is kept nowhere. @throws {Invalid} */
export async function createUser(
  ctx: AppContext,
  wish: NewLogin,
): Promise<{ accountId: string; username: string; password: string }> {
  const { username, email } = wish;
  const password = wish.password ?? makeToken().slice(0, 20);
  refuseFaults({
    username: usernameFault(username, true),
    email: emailFault(email),
    password: passwordFault(password, wish),
  });
  const [passwordHash, keys] = await Promise.all([hashPassword(password), makeAccountKeys()]);
  return { accountId: await addUser(ctx, wish, { passwordHash, keys }), username, password };
}

/** What takes a while to make, and is made before the transaction. */
export interface LoginSecrets {
  passwordHash: string;
  keys: AccountKeys;
}

/** Writes a login that is found to be in order. Returns its account's id. @throws {Invalid} when the name or the address is taken */
export async function addUser(ctx: AppContext, wish: NewLogin, secrets: LoginSecrets): Promise<string> {
  const { username, email } = wish;
  return ctx.database.write(async (tx) => {
    await lockSignUps(tx);
    await refuseTakenName(tx, username);
    if (await isEmailTaken(tx, email))
      refuseFaults({ email: { error: 'ERR_TAKEN', description: 'This e-mail address has a login already' } });
    const now = ctx.clock();
    const isConfirmed = wish.confirmed === true || !ctx.mail.delivers;
    const id = await writeUser(ctx, tx, {
      username,
      email,
      ...secrets,
      role: wish.role ?? 'user',
      reason: undefined,
      locale: undefined,
      opened: isConfirmed,
      approvedAt: now,
      emailConfirmedAt: wish.confirmed === true ? now : null,
    });
    if (wish.confirmed !== true) await tx.emit('email.wanted', { kind: 'confirm', email });
    return id;
  });
}

function refuseFaults(faults: Record<string, FieldError | null>): void {
  const details: FieldErrors = {};
  for (const [field, fault] of Object.entries(faults)) if (fault) details[field] = [fault];
  const reasons = Object.values(details).flat();
  if (reasons.length > 0)
    throw new Invalid(`Validation failed: ${reasons.map((reason) => reason.description).join(', ')}`, { details });
}

/** The login with that user name or e-mail address. @throws {NotFound} */
export async function requireUser(ctx: AppContext, login: string): Promise<UserView> {
  const user = await findUserByLogin(ctx, login);
  if (!user) throw new NotFound(`There is no user ${login}`);
  return user;
}

/** Sets a password and ends all sessions and tokens. Without a password one is made; it is returned and kept nowhere. @throws {Invalid} */
export async function setPassword(ctx: AppContext, accountId: string, wish?: string): Promise<string> {
  const user = await findUser(ctx, accountId);
  if (!user) throw new NotFound('There is no such user');
  const password = wish ?? makeToken().slice(0, 20);
  refuseFaults({ password: passwordFault(password, user) });
  const passwordHash = await hashPassword(password);
  await ctx.database.write(async (tx) => {
    await tx.sql
      .updateTable('users')
      .set({ password_hash: passwordHash })
      .where('account_id', '=', accountId)
      .execute();
    await tx.sql
      .deleteFrom('email_tokens')
      .where('account_id', '=', accountId)
      .where('purpose', 'in', ['reset', 'change'])
      .execute();
    await tx.emit('email.wanted', { kind: 'password-changed', email: user.email });
  });
  await signOutEverywhere(ctx, accountId);
  return password;
}

/** Lets somebody change their own password: they must know the present one. @throws {Forbidden} {Invalid} {TooMany} */
export async function changePassword(
  ctx: AppContext,
  accountId: string,
  change: { current: string; password: string },
): Promise<void> {
  await limitPerson(ctx, 'password', accountId);
  const user = await findUser(ctx, accountId);
  const login = user && (await findUserByLogin(ctx, user.username));
  if (!(await verifyPassword(change.current, login?.passwordHash ?? null)))
    throw new Forbidden('The present password is wrong');
  await setPassword(ctx, accountId, change.password);
}

/** Gives a login another role. The last owner stays owner. @throws {NotFound} {Conflict} */
export async function setRole(ctx: AppContext, accountId: string, role: Role): Promise<void> {
  await ctx.database.write(async (tx) => {
    await lockSignUps(tx);
    const owners = await tx.sql.selectFrom('users').select('account_id').where('role', '=', 'owner').execute();
    const isLastOwner = owners.length === 1 && owners[0]?.account_id === accountId;
    if (isLastOwner && role !== 'owner') throw new Conflict('This is the last owner; make somebody else owner first');
    const { numUpdatedRows } = await tx.sql
      .updateTable('users')
      .set({ role })
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw new NotFound('There is no such user');
  });
  await ctx.bus.publish('signed-out', { accountId });
}

/** A new access token for a login, as its app would get one. @throws {Invalid} when a scope does not exist */
export async function createToken(ctx: AppContext, accountId: string, scopes: string): Promise<string> {
  const wanted = parseScopes(scopes);
  if (!wanted) throw new Invalid('One of the scopes does not exist');
  if (!(await findUser(ctx, accountId))) throw new NotFound('There is no such user');
  const token = makeToken();
  await ctx.database.write((tx) =>
    tx.sql
      .insertInto('access_tokens')
      .values({
        id: ctx.newId(),
        token_hash: hashToken(token),
        account_id: accountId,
        scopes: wanted.join(' '),
        created_at: ctx.clock(),
      })
      .execute(),
  );
  return token;
}

/** Lets a sign-up in. It may begin when its address is confirmed too, where that is asked. @throws {NotFound} */
export async function approveSignUp(ctx: AppContext, accountId: string): Promise<void> {
  const user = await requireWaiting(ctx, accountId);
  await ctx.database.write(async (tx) => {
    await tx.sql.updateTable('users').set({ approved_at: ctx.clock() }).where('account_id', '=', accountId).execute();
    if (!isReady({ approvedAt: ctx.clock(), emailConfirmedAt: user.emailConfirmedAt }, ctx.mail.delivers)) return;
    await openAccount(tx, accountId);
    await tx.emit('email.wanted', { kind: 'approved', email: user.email });
  });
  await ctx.bus.publish('signed-out', { accountId });
}

/** Turns a sign-up away: nobody has seen it, so everything of it goes and its name is free again. @throws {NotFound} */
export async function rejectSignUp(ctx: AppContext, accountId: string): Promise<void> {
  await requireWaiting(ctx, accountId);
  await ctx.database.write((tx) =>
    tx.sql.deleteFrom('accounts').where('id', '=', accountId).where('opened', '=', false).execute(),
  );
  await ctx.bus.publish('signed-out', { accountId });
}

async function requireWaiting(ctx: AppContext, accountId: string): Promise<UserView> {
  const user = await findUser(ctx, accountId);
  if (!user || user.approvedAt !== null) throw new NotFound('There is no sign-up of this account that waits');
  return user;
}

/** Changes what new posts of a login begin with. */
export async function changePostingDefaults(
  ctx: AppContext,
  accountId: string,
  change: {
    visibility?: UserView['defaultVisibility'];
    sensitive?: boolean;
    language?: string;
    quotePolicy?: UserView['defaultQuotePolicy'];
  },
): Promise<void> {
  const set = {
    ...(change.visibility === undefined ? {} : { default_visibility: change.visibility }),
    ...(change.sensitive === undefined ? {} : { default_sensitive: change.sensitive }),
    ...(change.quotePolicy === undefined ? {} : { default_quote_policy: change.quotePolicy }),
    ...(change.language === undefined ? {} : { default_language: change.language === '' ? null : change.language }),
  };
  if (Object.keys(set).length === 0) return;
  await ctx.database.write((tx) => tx.sql.updateTable('users').set(set).where('account_id', '=', accountId).execute());
}

/** Chooses the language in which the server writes to somebody; null takes the choice back. */
export async function setLocale(ctx: AppContext, accountId: string, locale: string | null): Promise<void> {
  await ctx.database.write((tx) =>
    tx.sql.updateTable('users').set({ locale }).where('account_id', '=', accountId).execute(),
  );
}
