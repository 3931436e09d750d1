// The authorization endpoint: what an app asks a person for, checked, and the code that it gets when they agree.
import type { AppContext } from '#server/context.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import { areWithin, parseScopes } from '../policy.ts';
import { findApp, type AppView } from '../queries.ts';
import { OauthFault, type OauthCode } from './oauth-fault.ts';

/** The parameters of the request as they came. */
export interface AuthorizationParameters {
  response_type?: string;
  client_id?: string;
  redirect_uri?: string;
  scope?: string;
  state?: string;
  code_challenge?: string;
  code_challenge_method?: string;
}

/** A request that may be shown to a person. */
export interface AuthorizationRequest {
  app: AppView;
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
  codeChallenge: string | null;
}

/** A request whose app and address are good but something else is not: the app is told, at its address. */
export interface RefusedRequest {
  redirectUri: string;
  state: string | undefined;
  code: OauthCode;
  description: string;
}

/**
 * Checks what an app asks for.
 * @throws {OauthFault} when the app or its address is wrong: nobody may be sent there, so a page must say so
 */
export async function readAuthorization(
  ctx: AppContext,
  parameters: AuthorizationParameters,
): Promise<AuthorizationRequest | RefusedRequest> {
  const { client_id: clientId = '', redirect_uri: redirectUri, state } = parameters;
  const app = await findApp(ctx, clientId);
  if (!app) throw new OauthFault('invalid_client', 'This app is not registered here. Please start again in the app.');
  const target = redirectUri ?? (app.redirectUris.length === 1 ? app.redirectUris[0] : undefined);
  if (target === undefined || !app.redirectUris.includes(target)) {
    throw new OauthFault('invalid_request', 'The app asked to send you to an address that it did not register.');
  }
  const refuse = (code: OauthCode, description: string): RefusedRequest => ({
    redirectUri: target,
    state,
    code,
    description,
  });
  if ((parameters.response_type ?? 'code') !== 'code')
    return refuse('unsupported_response_type', 'Only the response type "code" is supported');
  const scopes = parseScopes(parameters.scope);
  if (!scopes || !areWithin(scopes, app.scopes))
    return refuse('invalid_scope', 'The app asked for a scope that it did not register');
  const challenge = parameters.code_challenge;
  const method = parameters.code_challenge_method ?? 'plain';
  if (challenge !== undefined && method !== 'S256')
    return refuse('invalid_request', 'The code challenge method must be S256');
  if (challenge !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(challenge))
    return refuse('invalid_request', 'The code challenge is not valid');
  return { app, redirectUri: target, scopes, state, codeChallenge: challenge ?? null };
}

/** The code by which the app gets its token: once, within ten minutes. */
export async function grantCode(ctx: AppContext, accountId: string, request: AuthorizationRequest): Promise<string> {
  const code = makeToken();
  await ctx.database.write((tx) =>
    tx.sql
      .insertInto('oauth_codes')
      .values({
        code_hash: hashToken(code),
        app_id: request.app.id,
        account_id: accountId,
        redirect_uri: request.redirectUri,
        scopes: request.scopes.join(' '),
        code_challenge: request.codeChallenge,
        created_at: ctx.clock(),
      })
      .execute(),
  );
  return code;
}

/** The app's address with the answer in its query. */
export function redirectTo(redirectUri: string, answer: Record<string, string | undefined>): string {
  const parameters = new URLSearchParams(
    Object.entries(answer).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`;
}
