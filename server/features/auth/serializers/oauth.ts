// Apps and tokens as clients read them, and what this server says about its OAuth doors.
import { allScopes } from '../policy.ts';
import type { AppView } from '../queries.ts';
import type { GrantedToken } from '../service/grant-token.ts';

/** @see https://docs.joinmastodon.org/entities/Application/ */
export function serializeApp(app: AppView, pushKey: string) {
  return {
    id: app.id,
    name: app.name,
    website: app.website,
    scopes: app.scopes,
    redirect_uris: app.redirectUris,
    redirect_uri: app.redirectUris.join('\n'),
    vapid_key: pushKey,
  };
}

/** @see https://docs.joinmastodon.org/entities/Application/#CredentialApplication */
export function serializeNewApp(app: AppView, clientSecret: string, pushKey: string) {
  return {
    ...serializeApp(app, pushKey),
    client_id: app.clientId,
    client_secret: clientSecret,
    client_secret_expires_at: 0,
  };
}

/** What was registered; where a wish is not ours to grant, what holds instead. @see https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 */
export function serializeRegistration(app: AppView, clientSecret: string, at: Date, wishedMethod: string | undefined) {
  return {
    client_id: app.clientId,
    client_secret: clientSecret,
    client_id_issued_at: Math.floor(at.getTime() / 1000),
    client_secret_expires_at: 0,
    client_name: app.name,
    ...(app.website === null ? {} : { client_uri: app.website }),
    redirect_uris: app.redirectUris,
    scope: app.scopes.join(' '),
    grant_types: ['authorization_code', 'client_credentials'],
    response_types: ['code'],
    token_endpoint_auth_method: wishedMethod === 'client_secret_post' ? wishedMethod : 'client_secret_basic',
  };
}

/** @see https://docs.joinmastodon.org/entities/Token/ */
export function serializeToken(token: GrantedToken) {
  return {
    access_token: token.accessToken,
    token_type: 'Bearer',
    scope: token.scopes.join(' '),
    created_at: Math.floor(token.createdAt.getTime() / 1000),
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc8414 */
export function serializeMetadata(origin: string) {
  return {
    issuer: `${origin}/`,
    service_documentation: `${origin}/api/docs`,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    app_registration_endpoint: `${origin}/api/v1/apps`,
    registration_endpoint: `${origin}/oauth/register`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    scopes_supported: allScopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}
