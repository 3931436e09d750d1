// What follows for logins from what happened: letters. Links are made here, when the letter is written, so that no secret waits in the outbox.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { findUser, findUserByLogin, listStaffReaders, type UserView } from './queries.ts';
import { writeLetter, type LetterFacts } from './serializers/letters.ts';
import { makeLinkSecret } from './service/change-email.ts';
import { makeEmailToken } from './service/confirm.ts';

/** Writes the letter that an address shall get. Nobody behind the address, or nothing left to say: no letter. */
export async function sendWantedLetter(ctx: AppContext, wanted: Events['email.wanted']): Promise<void> {
  if (wanted.accountId !== undefined) return sendChangeLetter(ctx, { ...wanted, accountId: wanted.accountId });
  const user = wanted.email.includes('@') ? await findUserByLogin(ctx, wanted.email) : null;
  if (!user) return;
  const facts = await factsFor(ctx, user, user.email);
  switch (wanted.kind) {
    case 'confirm': {
      if (user.emailConfirmedAt !== null) return;
      const token = await makeEmailToken(ctx, 'confirm', user.accountId, user.email);
      return ctx.mail.send(writeLetter('confirm', facts, token));
    }
    case 'reset': {
      if (user.disabledAt !== null || user.suspendedAt !== null) return;
      const token = await makeEmailToken(ctx, 'reset', user.accountId, user.email);
      return ctx.mail.send(writeLetter('reset', facts, token));
    }
    case 'leaving':
      return user.leavingAt === null ? undefined : ctx.mail.send(writeLetter('leaving', facts));
    case 'pending':
      return tellStaff(ctx, facts, user);
    default:
      return ctx.mail.send(writeLetter(wanted.kind, facts));
  }
}

async function factsFor(ctx: AppContext, user: UserView, to: string): Promise<LetterFacts> {
  const { title } = await readInstanceSettings(ctx);
  return { title, origin: ctx.config.origin, to, username: user.username, locale: user.locale };
}

/** Letters to an address that is not that of the login: the one that is wished for, and the former one. */
async function sendChangeLetter(
  ctx: AppContext,
  wanted: { kind: string; email: string; accountId: string },
): Promise<void> {
  const { kind, email, accountId } = wanted;
  const user = await findUser(ctx, accountId);
  if (!user) return;
  const facts = await factsFor(ctx, user, email);
  if (kind === 'email-changed') {
    const token = await makeLinkSecret(ctx, { purpose: 'restore', accountId, email });
    return token === null ? undefined : ctx.mail.send(writeLetter('email-changed', facts, token));
  }
  const holder = await findUserByLogin(ctx, email);
  if (holder !== null && holder.accountId !== accountId)
    return ctx.mail.send(writeLetter('known', await factsFor(ctx, holder, holder.email)));
  const token = await makeLinkSecret(ctx, { purpose: 'change', accountId, email });
  if (token !== null) await ctx.mail.send(writeLetter('change', facts, token));
}

async function tellStaff(ctx: AppContext, facts: LetterFacts, applicant: UserView): Promise<void> {
  if (applicant.approvedAt !== null) return;
  for (const { email, locale } of await listStaffReaders(ctx))
    await ctx.mail.send(writeLetter('pending', { ...facts, to: email, locale, reason: applicant.reason }));
}
