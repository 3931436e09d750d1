// Grave changes ask once more who sits there: a browser that was left open must not be enough to take an account over.
import type { AppContext } from '#server/context.ts';
import { Forbidden, Invalid, NotFound, Unauthorized, type FieldErrors } from '#server/platform/errors.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import { findUser, findUserByLogin } from '../queries.ts';
import { findProof, findSecondFactors } from '../queries/security.ts';
import { limitPerson } from './limits.ts';
import { usePasskey } from './passkeys.ts';
import { verifyPassword } from './passwords.ts';
import { proveFactor, type Factor } from './second-factor.ts';

/** A proof counts so long. */
const freshMs = 15 * 60_000;

const description = 'Please confirm first that it is you';

/** 403: the session was proven too long ago; clients ask for the password and try again. */
export class Stale extends Forbidden {
  readonly details: FieldErrors = { session: [{ error: 'ERR_STALE', description }] };

  constructor() {
    super(description);
  }
}

/** A person in a browser: only the web app's own token has a session. */
export interface Owner {
  accountId: string;
  sessionId: string | null;
}

/** Until when the session may do what is grave; null when it must be proven first. */
export async function freshUntil(ctx: AppContext, { sessionId }: Owner): Promise<Date | null> {
  const provenAt = sessionId === null ? null : await findProof(ctx, sessionId);
  if (provenAt === null) return null;
  const until = new Date(provenAt.getTime() + freshMs);
  return until > ctx.clock() ? until : null;
}

/** Lets through who proved within the last quarter of an hour who they are. @throws {Stale} */
export async function requireFresh(ctx: AppContext, owner: Owner): Promise<void> {
  if ((await freshUntil(ctx, owner)) === null) throw new Stale();
}

/** Beside a factor the password; a passkey suffices alone. */
export interface Proof extends Factor {
  password?: string | undefined;
}

/**
 * Proves the session anew. Its cookie is exchanged, so that one that was stolen before is worthless: returns the new secret.
 * @throws {Invalid} when the proof is wrong or a part of it is missing @throws {TooMany}
 */
export async function proveSession(ctx: AppContext, owner: Owner, proof: Proof): Promise<string> {
  if (proof.passkey) {
    await limitPerson(ctx, 'secondFactor', owner.accountId);
    await usePasskey(ctx, 'passkey-proof', proof.passkey, owner.accountId).catch((error: unknown) => {
      throw error instanceof Unauthorized ? wrong('passkey', error.message) : error;
    });
  } else await provePassword(ctx, owner.accountId, proof);
  return renewSession(ctx, owner);
}

async function provePassword(ctx: AppContext, accountId: string, proof: Proof): Promise<void> {
  await limitPerson(ctx, 'proof', accountId);
  const user = await findUser(ctx, accountId);
  const login = user && (await findUserByLogin(ctx, user.username));
  if (!(await verifyPassword(proof.password ?? '', login?.passwordHash ?? null)))
    throw wrong('password', 'The password is wrong');
  if (!(await findSecondFactors(ctx, accountId)).isOn) return;
  if (proof.code === undefined || proof.code === '')
    throw wrong('code', 'Please add a code of your authenticator app, or a recovery code');
  await proveFactor(ctx, accountId, { code: proof.code }, 'passkey-proof').catch((error: unknown) => {
    throw error instanceof Unauthorized ? wrong('code', error.message) : error;
  });
}

/** A 422 and not a 401: the web app must not take it for the end of its session. */
function wrong(field: 'password' | 'code' | 'passkey', text: string): Invalid {
  return new Invalid(text, { details: { [field]: [{ error: 'ERR_INVALID', description: text }] } });
}

async function renewSession(ctx: AppContext, { accountId, sessionId }: Owner): Promise<string> {
  const secret = makeToken();
  const renewed = await ctx.database.write((tx) =>
    tx.sql
      .updateTable('sessions')
      .set({ secret_hash: hashToken(secret), proven_at: ctx.clock() })
      .where('id', '=', sessionId)
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow(),
  );
  if (renewed.numUpdatedRows === 0n) throw new NotFound('This session was not found');
  return secret;
}
