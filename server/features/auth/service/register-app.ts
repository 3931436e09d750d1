// Client apps: each registers itself once for a server and gets an id and a secret.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { Invalid } from '#server/platform/errors.ts';
import { cleanName, cleanUrl } from '#server/platform/text.ts';
import { hashToken, makeToken } from '#server/platform/tokens.ts';
import { isRedirectUri, parseScopes } from '../policy.ts';
import type { AppView } from '../queries.ts';
import { limitAddress } from './limits.ts';

export interface AppRegistration {
  name: string;
  /** One or more addresses; a text may hold several on lines of their own. */
  redirectUris: string[];
  /** Separated by spaces; `read` when absent. */
  scopes?: string;
  website?: string;
}

/** Registers an app and returns it with its secret, which is kept as a hash only. @throws {Invalid} {TooMany} */
export async function registerApp(
  ctx: AppContext,
  wish: AppRegistration,
  ip: string,
): Promise<{ app: AppView; clientSecret: string }> {
  const name = cleanName(wish.name, 100);
  if (name === '') throw new Invalid('Validation failed: client_name is missing');
  const redirectUris = [...new Set(wish.redirectUris.flatMap((text) => text.split(/\s+/)).filter((uri) => uri !== ''))];
  if (redirectUris.length === 0) throw new Invalid('Validation failed: redirect_uris is missing');
  if (redirectUris.length > 20 || !redirectUris.every(isRedirectUri)) {
    throw new Invalid(
      'Validation failed: redirect_uris must be absolute addresses without fragment, user name or script',
    );
  }
  const scopes = parseScopes(wish.scopes);
  if (!scopes) throw new Invalid('Validation failed: one of the scopes does not exist');
  await limitAddress(ctx, 'registerApp', ip);
  const clientSecret = makeToken();
  const app: AppView = {
    id: ctx.newId(),
    name,
    website: cleanUrl(wish.website),
    redirectUris,
    scopes,
    clientId: makeToken(),
  };
  await ctx.database.write((tx) =>
    tx.sql
      .insertInto('oauth_apps')
      .values({
        id: app.id,
        name: app.name,
        website: app.website,
        redirect_uris: sql<string[]>`${JSON.stringify(redirectUris)}::jsonb`,
        scopes: scopes.join(' '),
        client_id: app.clientId,
        client_secret_hash: hashToken(clientSecret),
        created_at: ctx.clock(),
      })
      .execute(),
  );
  return { app, clientSecret };
}
