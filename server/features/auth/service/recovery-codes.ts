// Codes on paper, for the day when phone and keys are lost. Ten at a time; each works once.
import { randomInt } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { hashToken } from '#server/platform/tokens.ts';
import { findSecondFactors } from '../queries/security.ts';
import { tellOwner } from './tell-owner.ts';

const count = 10;
// Without letters and digits that look alike: 31 signs, sixteen of them hold 79 bits.
const signs = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `abcd-efgh-jkmn-pqrs`, kept as a hash. */
function makeCode(): string {
  const code = Array.from({ length: 16 }, () => signs[randomInt(signs.length)] ?? '').join('');
  return code.replaceAll(/(.{4})(?=.)/g, '$1-');
}

const hashOf = (code: string): string => hashToken(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));

/** Makes new codes and forgets the old ones. They are shown once and kept nowhere. */
export async function renewRecoveryCodes(tx: Transaction, ctx: AppContext, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: count }, makeCode);
  await tx.sql.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute();
  await tx.sql
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ code_hash: hashOf(code), account_id: accountId, created_at: ctx.clock() })))
    .execute();
  return codes;
}

/** A way to prove oneself was added: with the first one come recovery codes, which are returned; null with later ones. */
export async function openSecondFactor(tx: Transaction, ctx: AppContext, accountId: string): Promise<string[] | null> {
  const present = await tx.sql
    .selectFrom('recovery_codes')
    .select('code_hash')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  await tellOwner(tx, accountId, 'factor-added');
  return present ? null : renewRecoveryCodes(tx, ctx, accountId);
}

/** New codes for somebody whose paper is lost or used up. @throws {Invalid} without a second factor they would open nothing */
export async function replaceRecoveryCodes(ctx: AppContext, accountId: string): Promise<string[]> {
  const { isOn } = await findSecondFactors(ctx, accountId);
  if (!isOn) throw new Invalid('Set up an authenticator app or a passkey first');
  return ctx.database.write((tx) => renewRecoveryCodes(tx, ctx, accountId));
}

/** True when it is one of the person's codes, which is spent then. Its owner is told by letter. */
export async function useRecoveryCode(ctx: AppContext, accountId: string, code: string): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('recovery_codes')
      .where('account_id', '=', accountId)
      .where('code_hash', '=', hashOf(code))
      .executeTakeFirstOrThrow();
    if (numDeletedRows > 0n) await tellOwner(tx, accountId, 'recovery-used');
    return numDeletedRows > 0n;
  });
}
