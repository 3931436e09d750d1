// Somebody mistyped their address when they signed up: until it is confirmed they may name another.
import type { AppContext } from '#server/context.ts';
import { Invalid } from '#server/platform/errors.ts';
import { emailFault } from '../policy.ts';
import { emailDomainFault } from './email-domains.ts';
import { isEmailTaken, lockSignUps } from './sign-up.ts';

/**
 * Sets the address of a login that has not confirmed one, and voids the links that went to the old one. An address that has a login
 * already changes nothing and is answered alike, so that nobody can find out whose it is.
 * @throws {Invalid} when it is no address, or of a blocked provider
 */
export async function changeWaitingAddress(ctx: AppContext, accountId: string, wish: string): Promise<void> {
  const email = wish.trim();
  const fault = emailFault(email) ?? (await emailDomainFault(ctx, email));
  if (fault) throw new Invalid(`Validation failed: ${fault.description}`, { details: { email: [fault] } });
  await ctx.database.write(async (tx) => {
    await lockSignUps(tx);
    if (await isEmailTaken(tx, email)) return;
    const { numUpdatedRows } = await tx.sql
      .updateTable('users')
      .set({ email })
      .where('account_id', '=', accountId)
      .where('email_confirmed_at', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return;
    await tx.sql
      .deleteFrom('email_tokens')
      .where('account_id', '=', accountId)
      .where('purpose', 'in', ['confirm', 'reset'])
      .execute();
  });
}
