// Word to the owner of a login that the ways into it changed, so that a thief is noticed.
import type { Events } from '#server/events.ts';
import type { Transaction } from '#server/platform/database.ts';

export type SecurityNews = Extract<Events['email.wanted']['kind'], 'factor-added' | 'factor-removed' | 'recovery-used'>;

/** Asks for the letter in the transaction of the change. */
export async function tellOwner(tx: Transaction, accountId: string, kind: SecurityNews): Promise<void> {
  const user = await tx.sql.selectFrom('users').select('email').where('account_id', '=', accountId).executeTakeFirst();
  if (user) await tx.emit('email.wanted', { kind, email: user.email });
}
