// Passkeys: questions for browsers, and what their answers are worth. @see https://www.w3.org/TR/webauthn-3/
import { randomBytes } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { readInstanceSettings } from '#server/features/instance/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound, Unauthorized } from '#server/platform/errors.ts';
import { cleanName } from '#server/platform/text.ts';
import type { ChallengePurpose } from '../entities.ts';
import { findUser } from '../queries.ts';
import { findPasskey, listCredentials, type PasskeyRow } from '../queries/security.ts';
import { noteChallenge, takeChallenge } from './challenges.ts';
import { openSecondFactor } from './recovery-codes.ts';

/** Loaded on first use: with what it needs it takes as much memory as all of this server's own sources. */
const library = () => import('@simplewebauthn/server');

const mostKeys = 20;
/** Ed25519, ES256, RS256: what keys in use can do. @see https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
const supportedAlgorithmIDs = [-8, -7, -257];
const refused = 'The passkey was not accepted. Please try again.';

/** Passkeys belong to the host; ports make no difference to them. */
const hostOf = (ctx: AppContext): string => new URL(ctx.config.origin).hostname;
/** Thirty-two random bytes on a buffer of their own, as the library wants them. */
const makeChallenge = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(32));

/** Asks a browser for a new passkey of the account. @throws {Invalid} when there are twenty already */
export async function offerPasskey(
  ctx: AppContext,
  accountId: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const [user, keys, { title }] = await Promise.all([
    findUser(ctx, accountId),
    listCredentials(ctx, accountId),
    readInstanceSettings(ctx),
  ]);
  if (keys.length >= mostKeys) throw new Invalid(`There may be at most ${mostKeys} passkeys; remove one first`);
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: title,
    rpID: hostOf(ctx),
    userName: user?.username ?? '',
    userID: new TextEncoder().encode(accountId),
    challenge: makeChallenge(),
    attestationType: 'none',
    excludeCredentials: keys,
    supportedAlgorithmIDs,
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
  await noteChallenge(ctx, 'passkey-new', options.challenge, accountId);
  return options;
}

/**
 * Keeps the passkey that a browser made for the account. Returns its id, and recovery codes when it is the person's first second factor.
 * @throws {Invalid} when it is no answer to an open question, from another origin, or known already
 */
export async function addPasskey(
  ctx: AppContext,
  accountId: string,
  wish: { name: string; response: RegistrationResponseJSON },
): Promise<{ id: string; recoveryCodes: string[] | null }> {
  const { verifyRegistrationResponse } = await library();
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: wish.response,
    expectedChallenge: (challenge) => takeChallenge(ctx, 'passkey-new', challenge, accountId),
    expectedOrigin: ctx.config.origin,
    expectedRPID: hostOf(ctx),
    requireUserVerification: false,
    supportedAlgorithmIDs,
  }).catch((cause: unknown) => {
    throw new Invalid(refused, { cause });
  });
  if (!verified) throw new Invalid(refused);
  const { credential, credentialBackedUp: synced } = registrationInfo;
  const id = ctx.newId();
  return ctx.database.write(async (tx) => {
    const { numInsertedOrUpdatedRows } = await tx.sql
      .insertInto('passkeys')
      .values({
        id,
        account_id: accountId,
        credential_id: credential.id,
        public_key: Buffer.from(credential.publicKey).toString('base64url'),
        counter: String(credential.counter),
        transports: sql<string[]>`${JSON.stringify(credential.transports ?? [])}::jsonb`,
        name: nameOf(wish.name),
        synced,
        created_at: ctx.clock(),
      })
      .onConflict((is) => is.column('credential_id').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) throw new Invalid('This passkey is set up already');
    return { id, recoveryCodes: await openSecondFactor(tx, ctx, accountId) };
  });
}

const nameOf = (name: string): string => cleanName(name, 60) || 'Passkey';

/** Gives a passkey another name. @throws {NotFound} when it is not theirs */
export async function renamePasskey(ctx: AppContext, accountId: string, id: string, name: string): Promise<void> {
  const renamed = isId(id)
    ? await ctx.database.write((tx) =>
        tx.sql
          .updateTable('passkeys')
          .set({ name: nameOf(name) })
          .where('id', '=', id)
          .where('account_id', '=', accountId)
          .executeTakeFirstOrThrow(),
      )
    : { numUpdatedRows: 0n };
  if (renamed.numUpdatedRows === 0n) throw new NotFound('This passkey was not found');
}

/** Forgets one passkey. @throws {NotFound} when it is not theirs */
export async function deletePasskey(tx: Transaction, accountId: string, id: string): Promise<void> {
  const gone = isId(id)
    ? await tx.sql.deleteFrom('passkeys').where('id', '=', id).where('account_id', '=', accountId).executeTakeFirst()
    : null;
  if (!gone || gone.numDeletedRows === 0n) throw new NotFound('This passkey was not found');
}

type Use = Extract<ChallengePurpose, 'passkey' | 'passkey-second' | 'passkey-proof'>;

/**
 * Asks a browser for a passkey: of that account, or (null) of whoever has one here. Alone it must also tell the person apart from
 * others who hold the device; after a password holding it is enough.
 */
export async function askForPasskey(
  ctx: AppContext,
  use: Use,
  accountId: string | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: hostOf(ctx),
    challenge: makeChallenge(),
    userVerification: use === 'passkey-second' ? 'discouraged' : 'required',
    ...(accountId === null ? {} : { allowCredentials: await listCredentials(ctx, accountId) }),
  });
  await noteChallenge(ctx, use, options.challenge, accountId);
  return options;
}

/**
 * Whose passkey answered. The question is spent, whatever the answer was.
 * @throws {Unauthorized} for an answer to no open question, from elsewhere, by a key that is unknown, copied, or another account's
 */
export async function usePasskey(
  ctx: AppContext,
  use: Use,
  response: AuthenticationResponseJSON,
  accountId: string | null,
): Promise<string> {
  const key = await findPasskey(ctx, response.id);
  if (!key || (accountId !== null && key.accountId !== accountId)) throw new Unauthorized(refused);
  const counter = await verify(ctx, use, response, key, accountId).catch((cause: unknown) => {
    throw new Unauthorized(refused, { cause });
  });
  const { numUpdatedRows } = await ctx.database.write((tx) =>
    tx.sql
      .updateTable('passkeys')
      .set({ counter: String(counter), last_used_at: ctx.clock() })
      .where('id', '=', key.id)
      // Two answers at once must not both move the counter to the same place.
      .where('counter', '=', key.counter)
      .executeTakeFirstOrThrow(),
  );
  if (numUpdatedRows === 0n) throw new Unauthorized(refused);
  return key.accountId;
}

/** The authenticator's new counter. @throws Error when anything about the answer is not as it must be */
async function verify(
  ctx: AppContext,
  use: Use,
  response: AuthenticationResponseJSON,
  key: PasskeyRow,
  accountId: string | null,
): Promise<number> {
  const { verifyAuthenticationResponse } = await library();
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (challenge) => takeChallenge(ctx, use, challenge, accountId),
    expectedOrigin: ctx.config.origin,
    expectedRPID: hostOf(ctx),
    requireUserVerification: use !== 'passkey-second',
    credential: {
      id: key.credentialId,
      publicKey: new Uint8Array(Buffer.from(key.publicKey, 'base64url')),
      counter: Number(key.counter),
      transports: key.transports,
    },
  });
  if (!verified) throw new Error('the signature is wrong');
  return authenticationInfo.newCounter;
}
