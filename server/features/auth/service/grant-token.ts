// The token endpoint: an app proves who it is and trades a code for a token, or gets one for itself.
import { createHash } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { hashToken, makeToken, sameText } from '#server/platform/tokens.ts';
import { areWithin, parseScopes } from '../policy.ts';
import { findApp, type AppView } from '../queries.ts';
import { endToken, endTokensOfCode } from './end-access.ts';
import { limitAddress } from './limits.ts';
import { OauthFault } from './oauth-fault.ts';

/** The body of a token request, with the app's credentials from body or Basic header. */
export interface TokenRequest {
  grant_type?: string;
  client_id?: string;
  client_secret?: string;
  code?: string;
  redirect_uri?: string;
  code_verifier?: string;
  scope?: string;
}

export interface GrantedToken {
  accessToken: string;
  scopes: string[];
  createdAt: Date;
}

const codeLifeMs = 10 * 60_000;

/** Gives a token. @throws {OauthFault} {TooMany} */
export async function grantToken(ctx: AppContext, request: TokenRequest, ip: string): Promise<GrantedToken> {
  await limitAddress(ctx, 'token', ip);
  if (request.grant_type === undefined) throw new OauthFault('invalid_request', 'grant_type is missing');
  if (request.grant_type === 'authorization_code') return tradeCode(ctx, await requireApp(ctx, request), request);
  if (request.grant_type === 'client_credentials') return grantToApp(ctx, await requireApp(ctx, request), request);
  throw new OauthFault('unsupported_grant_type', 'Only authorization_code and client_credentials are supported');
}

/** The app that the credentials belong to. @throws {OauthFault} invalid_client */
export async function requireApp(
  ctx: AppContext,
  credentials: { client_id?: string; client_secret?: string },
): Promise<AppView> {
  const app = credentials.client_id === undefined ? null : await findApp(ctx, credentials.client_id);
  const isRight = sameText(hashToken(credentials.client_secret ?? ''), app?.secretHash ?? '');
  if (!app || !isRight)
    throw new OauthFault('invalid_client', 'Client authentication failed: the app is unknown or its secret is wrong');
  return app;
}

const badGrant = 'The code is wrong, was used, is too old, or was given for another address';

async function tradeCode(ctx: AppContext, app: AppView, request: TokenRequest): Promise<GrantedToken> {
  if (request.code === undefined) throw new OauthFault('invalid_request', 'code is missing');
  const codeHash = hashToken(request.code);
  const now = ctx.clock();
  const outcome = await ctx.database.write(async (tx) => {
    const code = await tx.sql
      .selectFrom('oauth_codes')
      .selectAll()
      .where('code_hash', '=', codeHash)
      .forUpdate()
      .executeTakeFirst();
    if (!code || code.app_id !== app.id) return 'wrong' as const;
    if (code.used_at !== null) return 'reused' as const;
    if (code.redirect_uri !== request.redirect_uri || now.getTime() - code.created_at.getTime() > codeLifeMs)
      return 'wrong' as const;
    if (code.code_challenge !== null && !answersChallenge(request.code_verifier, code.code_challenge))
      return 'wrong' as const;
    const token = { accessToken: makeToken(), scopes: code.scopes.split(' '), createdAt: now };
    await tx.sql.updateTable('oauth_codes').set({ used_at: now }).where('code_hash', '=', codeHash).execute();
    await tx.sql
      .insertInto('access_tokens')
      .values({
        id: ctx.newId(),
        token_hash: hashToken(token.accessToken),
        app_id: app.id,
        account_id: code.account_id,
        code_hash: codeHash,
        scopes: code.scopes,
        created_at: now,
      })
      .execute();
    return token;
  });
  if (outcome === 'reused') await endTokensOfCode(ctx, codeHash);
  if (typeof outcome === 'string') throw new OauthFault('invalid_grant', badGrant);
  return outcome;
}

/** @see https://www.rfc-editor.org/rfc/rfc7636#section-4.6 */
function answersChallenge(verifier: string | undefined, challenge: string): boolean {
  if (verifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return sameText(createHash('sha256').update(verifier).digest('base64url'), challenge);
}

/** A token that speaks for the app alone: enough to sign people up and to read what is public. */
async function grantToApp(ctx: AppContext, app: AppView, request: TokenRequest): Promise<GrantedToken> {
  const usual = areWithin(['read'], app.scopes) ? ['read'] : app.scopes;
  const scopes = request.scope === undefined ? usual : parseScopes(request.scope);
  if (!scopes || !areWithin(scopes, app.scopes))
    throw new OauthFault('invalid_scope', 'The app asked for a scope that it did not register');
  return issueToken(ctx, { appId: app.id, accountId: null, scopes });
}

/** Writes a token of an app, for a person or (null) for itself. */
export async function issueToken(
  ctx: AppContext,
  grant: { appId: string; accountId: string | null; scopes: string[] },
): Promise<GrantedToken> {
  const token = { accessToken: makeToken(), scopes: grant.scopes, createdAt: ctx.clock() };
  await ctx.database.write((tx) =>
    tx.sql
      .insertInto('access_tokens')
      .values({
        id: ctx.newId(),
        token_hash: hashToken(token.accessToken),
        app_id: grant.appId,
        account_id: grant.accountId,
        scopes: grant.scopes.join(' '),
        created_at: token.createdAt,
      })
      .execute(),
  );
  return token;
}

/** Revokes a token of the app; fine when it is gone already. @throws {OauthFault} when it is another app's */
export async function revokeToken(
  ctx: AppContext,
  request: { client_id?: string; client_secret?: string; token?: string },
): Promise<void> {
  const app = await requireApp(ctx, request);
  if (request.token === undefined) throw new OauthFault('invalid_request', 'token is missing');
  const token = await ctx.database.read
    .selectFrom('access_tokens')
    .select(['id', 'app_id'])
    .where('token_hash', '=', hashToken(request.token))
    .executeTakeFirst();
  if (!token) return;
  if (token.app_id !== app.id)
    throw new OauthFault('unauthorized_client', 'You are not authorized to revoke this token');
  await endToken(ctx, token.id);
}
