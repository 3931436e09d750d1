// What the browser does with passkeys for us: sign in, prove, make one.
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { post } from '#web/lib/api.ts';
import { Told } from '#web/lib/failure.ts';
import { t } from '#web/lib/i18n.ts';

type Question = Parameters<typeof startAuthentication>[0]['optionsJSON'];
type Wish = Parameters<typeof startRegistration>[0]['optionsJSON'];

/** Passkeys need https (or this machine) and a browser that knows them. */
export const canUsePasskeys = (): boolean => browserSupportsWebAuthn();

/** The person closed the browser's dialog, or no key of theirs fits. */
export class PasskeyDeclined extends Told {}

/** Asks at `path` what to ask for and lets the browser answer. @throws {ApiError} {PasskeyDeclined} */
export async function answerWithPasskey(path: string, body?: unknown): Promise<unknown> {
  const question = await post<Question>(path, body);
  return startAuthentication({ optionsJSON: question }).catch(decline);
}

/** Makes a passkey on this device or a key. @throws {ApiError} {PasskeyDeclined} */
export async function makePasskey(): Promise<unknown> {
  const wish = await post<Wish>('/api/auth/passkeys/challenge');
  return startRegistration({ optionsJSON: wish }).catch(decline);
}

function decline(cause: unknown): never {
  const isKnown = cause instanceof Error && cause.name === 'InvalidStateError';
  throw new PasskeyDeclined(t(isKnown ? 'passkey.known' : 'passkey.declined'), { cause });
}
