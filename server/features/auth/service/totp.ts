// Codes of an authenticator app: six digits that change every half minute. @see https://www.rfc-editor.org/rfc/rfc6238
import { Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';
import type { AppContext } from '#server/context.ts';
import type { Transaction } from '#server/platform/database.ts';
import { Conflict, Invalid } from '#server/platform/errors.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { findUser } from '../queries.ts';
import { limitPerson } from './limits.ts';
import { openSecondFactor } from './recovery-codes.ts';
import { seal, unseal } from './seal.ts';

const period = 30;
/** One step back and one ahead: clocks differ, and people type slowly. */
const window = 1;

/** What an authenticator app is fed with. */
export interface NewTotp {
  /** Base32, to type in. */
  secret: string;
  uri: string;
  /** The address as a QR code: an SVG picture. */
  qr: string;
}

/** Makes a new secret that counts once a code of it is shown. An earlier unconfirmed one is forgotten. @throws {Conflict} when one counts already */
export async function startTotp(ctx: AppContext, accountId: string): Promise<NewTotp> {
  const user = await findUser(ctx, accountId);
  const { title } = await readInstanceSettings(ctx);
  const secret = new Secret({ size: 20 });
  const started = await ctx.database.write((tx) =>
    tx.sql
      .insertInto('totp_keys')
      .values({ account_id: accountId, sealed_secret: seal(ctx, secret.base32, accountId), created_at: ctx.clock() })
      .onConflict((is) =>
        is
          .column('account_id')
          .doUpdateSet((row) => ({
            sealed_secret: row.ref('excluded.sealed_secret'),
            created_at: row.ref('excluded.created_at'),
            last_step: null,
          }))
          .where('totp_keys.confirmed_at', 'is', null),
      )
      .executeTakeFirstOrThrow(),
  );
  if (started.numInsertedOrUpdatedRows === 0n)
    throw new Conflict('An authenticator app is set up already; remove it first');
  const uri = new TOTP({ issuer: title.replaceAll(':', ' '), label: user?.username ?? '', secret, period }).toString();
  return { secret: secret.base32, uri, qr: renderSVG(uri, { ecc: 'M', border: 4, pixelSize: 8 }) };
}

/**
 * Lets the app's codes count from now on. Returns recovery codes when this is the first second factor of the person, else null.
 * @throws {Invalid} when the code is wrong @throws {TooMany}
 */
export async function confirmTotp(ctx: AppContext, accountId: string, code: string): Promise<string[] | null> {
  await limitPerson(ctx, 'secondFactor', accountId);
  const key = await findKey(ctx, accountId);
  if (!key) throw new Invalid('Set up the authenticator app first');
  if (key.confirmedAt !== null) throw new Conflict('An authenticator app is set up already; remove it first');
  const step = stepOf(ctx, key.secret, code);
  if (step === null) {
    const description = 'The code is wrong. Is the clock of the device right?';
    throw new Invalid(`Validation failed: ${description}`, {
      details: { code: [{ error: 'ERR_INVALID', description }] },
    });
  }
  return ctx.database.write(async (tx) => {
    await tx.sql
      .updateTable('totp_keys')
      .set({ confirmed_at: ctx.clock(), last_step: step })
      .where('account_id', '=', accountId)
      .where('confirmed_at', 'is', null)
      .execute();
    return openSecondFactor(tx, ctx, accountId);
  });
}

/** True when the code is the app's of now, one half minute ago or ahead, and was never taken before. */
export async function useTotp(ctx: AppContext, accountId: string, code: string): Promise<boolean> {
  const key = await findKey(ctx, accountId);
  const step = key?.confirmedAt == null ? null : stepOf(ctx, key.secret, code);
  if (step === null) return false;
  const { numUpdatedRows } = await ctx.database.write((tx) =>
    tx.sql
      .updateTable('totp_keys')
      .set({ last_step: step })
      .where('account_id', '=', accountId)
      .where((is) => is.or([is('last_step', 'is', null), is('last_step', '<', step)]))
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows > 0n;
}

/** Forgets the authenticator app; true when there was one that counted. */
export async function deleteTotp(tx: Transaction, accountId: string): Promise<boolean> {
  const gone = await tx.sql
    .deleteFrom('totp_keys')
    .where('account_id', '=', accountId)
    .returning('confirmed_at')
    .executeTakeFirst();
  return gone !== undefined && gone.confirmed_at !== null;
}

async function findKey(
  ctx: AppContext,
  accountId: string,
): Promise<{ secret: Secret; confirmedAt: Date | null } | null> {
  const row = await ctx.database.read
    .selectFrom('totp_keys')
    .select(['sealed_secret', 'confirmed_at'])
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  const secret = row && unseal(ctx, row.sealed_secret, accountId);
  return secret == null || !row ? null : { secret: Secret.fromBase32(secret), confirmedAt: row.confirmed_at };
}

/** The half minute that the code is of; null when it is of none near now. */
function stepOf(ctx: AppContext, secret: Secret, code: string): number | null {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const timestamp = ctx.clock().getTime();
  const delta = TOTP.validate({ token, secret, period, timestamp, window });
  return delta === null ? null : TOTP.counter({ period, timestamp }) + delta;
}
