// What must be shown beside a password: a code of the authenticator app, a recovery code, or a passkey. And how it ends.
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Unauthorized } from '#server/platform/errors.ts';
import { limitPerson } from './limits.ts';
import { deletePasskey, usePasskey } from './passkeys.ts';
import { useRecoveryCode } from './recovery-codes.ts';
import { tellOwner } from './tell-owner.ts';
import { deleteTotp, useTotp } from './totp.ts';

/** One of both. */
export interface Factor {
  /** Six digits of the app, or a recovery code. */
  code?: string | undefined;
  passkey?: AuthenticationResponseJSON | undefined;
}

/**
 * Checks a second factor of the account. `use` is the question that a passkey answers.
 * @throws {Unauthorized} when it is wrong or was used @throws {TooMany} after ten tries in ten minutes
 */
export async function proveFactor(
  ctx: AppContext,
  accountId: string,
  factor: Factor,
  use: 'passkey-second' | 'passkey-proof',
): Promise<void> {
  await limitPerson(ctx, 'secondFactor', accountId);
  if (factor.passkey) {
    await usePasskey(ctx, use, factor.passkey, accountId);
    return;
  }
  const { code = '' } = factor;
  const isRight = /^[\d\s]{6,9}$/.test(code)
    ? await useTotp(ctx, accountId, code)
    : code !== '' && (await useRecoveryCode(ctx, accountId, code));
  if (!isRight) throw new Unauthorized('The code is wrong or was used already');
}

/** Forgets the authenticator app. Fine when there is none. */
export async function removeTotp(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    if (await deleteTotp(tx, accountId)) await closeFactor(tx, accountId);
  });
}

/** Forgets a passkey. @throws {NotFound} when it is not theirs */
export async function removePasskey(ctx: AppContext, accountId: string, id: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    await deletePasskey(tx, accountId, id);
    await closeFactor(tx, accountId);
  });
}

/** For somebody who lost every second factor: the password alone opens the login again. True when there was one. */
export async function resetSecondFactors(ctx: AppContext, accountId: string): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const hadTotp = await deleteTotp(tx, accountId);
    const { numDeletedRows } = await tx.sql
      .deleteFrom('passkeys')
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    const hadAny = hadTotp || numDeletedRows > 0n;
    if (hadAny) await closeFactor(tx, accountId);
    return hadAny;
  });
}

/** Forgets what was added since then, recovery codes too. Returns how many apps and passkeys went; tells nobody. */
export async function dropFactorsSince(tx: Transaction, accountId: string, since: Date): Promise<number> {
  const young = (table: 'passkeys' | 'recovery_codes') =>
    tx.sql.deleteFrom(table).where('account_id', '=', accountId).where('created_at', '>=', since);
  const passkeys = await young('passkeys').executeTakeFirstOrThrow();
  const apps = await tx.sql
    .deleteFrom('totp_keys')
    .where('account_id', '=', accountId)
    .where((is) => is.or([is('confirmed_at', 'is', null), is('confirmed_at', '>=', since)]))
    .returning('confirmed_at')
    .execute();
  await young('recovery_codes').execute();
  await dropUselessCodes(tx, accountId);
  return Number(passkeys.numDeletedRows) + apps.filter(({ confirmed_at }) => confirmed_at !== null).length;
}

/** Recovery codes go with the last second factor; the owner is told of each that goes. */
async function closeFactor(tx: Transaction, accountId: string): Promise<void> {
  await dropUselessCodes(tx, accountId);
  await tellOwner(tx, accountId, 'factor-removed');
}

async function dropUselessCodes(tx: Transaction, accountId: string): Promise<void> {
  await tx.sql
    .deleteFrom('recovery_codes')
    .where('account_id', '=', accountId)
    .where((is) =>
      is.not(
        is.or([
          is.exists(
            is
              .selectFrom('totp_keys')
              .select('account_id')
              .where('account_id', '=', accountId)
              .where('confirmed_at', 'is not', null),
          ),
          is.exists(is.selectFrom('passkeys').select('id').where('account_id', '=', accountId)),
        ]),
      ),
    )
    .execute();
}
