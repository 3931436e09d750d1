// A new e-mail address for somebody who is in: asked for with a fresh proof, confirmed in their own session by the link that went
// to the new address, told to the old one, which may take it back.
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Forbidden, Invalid, NotFound } from '#server/platform/errors.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import type { EmailTokenPurpose } from '../entities.ts';
import { emailFault } from '../policy.ts';
import { findEmailToken, findUser } from '../queries.ts';
import { worthlessLink } from './confirm.ts';
import { emailDomainFault } from './email-domains.ts';
import { limitAddress, limitPerson } from './limits.ts';
import { isEmailTaken, lockSignUps } from './sign-up.ts';

/** A day for the new address; a week in which the old one may take it back. */
const lifeMs = { change: 24 * 3_600_000, restore: 7 * 24 * 3_600_000 };

/**
 * Asks for another address; an older wish is void. Whether somebody else has it is found out when the letter is written, so answer
 * and time are the same. @throws {Invalid} when it is no address, the present one, or of a blocked provider @throws {TooMany}
 */
export async function wishForEmail(ctx: AppContext, accountId: string, wish: string): Promise<void> {
  const email = wish.replaceAll(/^ +| +$/g, '');
  const user = await findUser(ctx, accountId);
  if (!user) throw new NotFound('There is no such user');
  const fault =
    emailFault(email) ??
    (email === user.email ? { error: 'ERR_TAKEN', description: 'This is your address already' } : null) ??
    (await emailDomainFault(ctx, email));
  if (fault) throw new Invalid(`Validation failed: ${fault.description}`, { details: { email: [fault] } });
  await limitPerson(ctx, 'emailChange', accountId);
  await limitPerson(ctx, 'mail', email);
  await ctx.database.write(async (tx) => {
    await noteLink(ctx, tx, { purpose: 'change', accountId, email });
    await tx.emit('email.wanted', { kind: 'change', email, accountId });
  });
}

/** Forgets the wish for another address; fine when there is none. */
export async function dropEmailWish(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.database.write((tx) => dropLinks(tx, accountId, ['change']));
}

async function dropLinks(tx: Transaction, accountId: string, purposes: EmailTokenPurpose[]): Promise<void> {
  await tx.sql
    .deleteFrom('email_tokens')
    .where('account_id', '=', accountId)
    .where('purpose', 'in', purposes)
    .execute();
}

interface Link {
  purpose: 'change' | 'restore';
  accountId: string;
  email: string;
}

/**
 * Notes that a link shall be mailed. Nobody knows the secret of this row: the one that counts is made with the letter. `since` is when
 * the change was asked for that a link takes back.
 */
async function noteLink(
  ctx: AppContext,
  tx: Transaction,
  { purpose, accountId, email }: Link,
  since: Date = ctx.clock(),
): Promise<void> {
  const now = ctx.clock();
  const present = tx.sql.deleteFrom('email_tokens').where('account_id', '=', accountId).where('purpose', '=', purpose);
  // One wish at a time; but every former address may take its change back.
  await (purpose === 'change' ? present : present.where('email', '=', email)).execute();
  await tx.sql
    .insertInto('email_tokens')
    .values({
      token_hash: hashToken(makeToken()),
      purpose,
      account_id: accountId,
      email,
      expires_at: new Date(now.getTime() + lifeMs[purpose]),
      created_at: since,
    })
    .execute();
}

/** The secret for the letter with a link that was noted; null when it is void by now. A second letter voids the first. */
export async function makeLinkSecret(ctx: AppContext, { purpose, accountId, email }: Link): Promise<string | null> {
  const token = makeToken();
  const { numUpdatedRows } = await ctx.database.write((tx) =>
    tx.sql
      .updateTable('email_tokens')
      .set({ token_hash: hashToken(token) })
      .where('account_id', '=', accountId)
      .where('purpose', '=', purpose)
      .where('email', '=', email)
      .where('expires_at', '>', ctx.clock())
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 0n ? null : token;
}

/**
 * Takes the new address for the login of the session, by the link that was mailed there: neither suffices alone. Links that went to
 * the old address are void, and it is told. @throws {Forbidden} in somebody else's session @throws {Invalid} {TooMany}
 */
export async function confirmNewEmail(ctx: AppContext, accountId: string, token: string, ip: string): Promise<string> {
  await limitAddress(ctx, 'confirm', ip);
  const found = await findEmailToken(ctx, 'change', token);
  if (found && found.accountId !== accountId)
    throw new Forbidden('This link is for another account. Sign in with that one and open the link again.');
  return ctx.database.write(async (tx) => {
    const { email, since } = await useLink(ctx, tx, { token, purpose: 'change', accountId });
    const before = await setEmail(ctx, tx, accountId, email);
    await dropLinks(tx, accountId, ['confirm', 'reset', 'change']);
    // An address that nobody ever confirmed may be a stranger's: it gets no say.
    if (before.confirmedAt !== null && before.email.toLowerCase() !== email.toLowerCase()) {
      await noteLink(ctx, tx, { purpose: 'restore', accountId, email: before.email }, since);
      await tx.emit('email.wanted', { kind: 'email-changed', email: before.email, accountId });
    }
    return email;
  });
}

/** Uses a link up: the address in it, and when it was asked for. @throws {Invalid} when it is worthless */
export async function useLink(
  ctx: AppContext,
  tx: Transaction,
  link: { token: string; purpose: 'change' | 'restore'; accountId: string },
): Promise<{ email: string; since: Date }> {
  await lockSignUps(tx);
  const used = await tx.sql
    .deleteFrom('email_tokens')
    .where('token_hash', '=', hashToken(link.token))
    .where('purpose', '=', link.purpose)
    .where('account_id', '=', link.accountId)
    .where('expires_at', '>', ctx.clock())
    .returning(['email', 'created_at as since'])
    .executeTakeFirst();
  if (!used || used.email === null) throw new Invalid(worthlessLink);
  return { email: used.email, since: used.since };
}

/** Returns what was before. Whoever comes here reads mail at the new address, so they may hear that it is taken. @throws {Invalid} */
export async function setEmail(
  ctx: AppContext,
  tx: Transaction,
  accountId: string,
  email: string,
): Promise<{ email: string; confirmedAt: Date | null }> {
  const before = await tx.sql
    .selectFrom('users')
    .select(['email', 'email_confirmed_at as confirmedAt'])
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  if (!before) throw new Invalid(worthlessLink);
  if (before.email.toLowerCase() !== email.toLowerCase() && (await isEmailTaken(tx, email)))
    throw new Invalid('This e-mail address belongs to another login by now');
  await tx.sql
    .updateTable('users')
    .set({ email, email_confirmed_at: ctx.clock() })
    .where('account_id', '=', accountId)
    .execute();
  return before;
}
