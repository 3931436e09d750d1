// What guards a login, as our own API tells it to the login's owner.
import type { AuthorizedApp, PasskeyView, SecondFactors } from '../queries/security.ts';
import type { SessionView } from '../queries.ts';
import { describeScopes } from './scope-words.ts';

export function serializeSession(session: SessionView, currentId: string | null) {
  return {
    id: session.id,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    ip: session.ip,
    user_agent: session.userAgent,
    current: session.id === currentId,
  };
}

export function serializeAuthorizedApp(app: AuthorizedApp) {
  return {
    id: app.id,
    name: app.name,
    website: app.website,
    scopes: app.scopes,
    may: describeScopes(app.scopes, 'en').map((wish) => wish.text),
    created_at: app.createdAt.toISOString(),
    last_used_at: app.lastUsedAt?.toISOString() ?? null,
  };
}

export function serializePasskey(passkey: PasskeyView) {
  return {
    id: passkey.id,
    name: passkey.name,
    synced: passkey.synced,
    created_at: passkey.createdAt.toISOString(),
    last_used_at: passkey.lastUsedAt?.toISOString() ?? null,
  };
}

export function serializeSecurity(factors: SecondFactors, passkeys: readonly PasskeyView[], freshUntil: Date | null) {
  return {
    second_factor: factors.isOn,
    totp_since: factors.totpSince?.toISOString() ?? null,
    passkeys: passkeys.map(serializePasskey),
    recovery_codes_left: factors.recoveryCodes,
    /** Until when grave changes need no new proof. */
    fresh_until: freshUntil?.toISOString() ?? null,
  };
}
