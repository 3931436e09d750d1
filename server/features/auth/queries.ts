// Reading logins, sessions, apps and tokens.
import type { QuotePolicy } from '#server/features/instance/entities.ts';
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { hashToken } from '#server/platform/tokens.ts';
import type { EmailTokenPurpose, MediaDescribing, MediaShowing, Role } from './entities.ts';
import type { Standing } from './policy.ts';

/** A login with what decides about it. The password's hash stays inside this feature. */
export interface UserView extends Standing {
  accountId: string;
  username: string;
  email: string;
  role: Role;
  reason: string | null;
  locale: string | null;
  defaultVisibility: 'public' | 'unlisted' | 'followers' | 'direct';
  defaultSensitive: boolean;
  defaultLanguage: string | null;
  defaultQuotePolicy: QuotePolicy;
  mediaDescribing: MediaDescribing;
  mediaShowing: MediaShowing;
  mediaMoves: boolean;
  createdAt: Date;
}

/** A session that nobody used for so long is over. */
export const sessionLifeMs = 180 * 86_400_000;

/** What a token stands for, as it is in the database. */
export interface TokenRow extends Standing {
  tokenId: string;
  accountId: string | null;
  appId: string | null;
  sessionId: string | null;
  scopes: string;
  role: Role | null;
  lastUsedAt: Date | null;
  sessionUsedAt: Date | null;
}

const tokenText = `
select t.id::text as "tokenId", t.account_id::text as "accountId", t.app_id::text as "appId", t.session_id::text as "sessionId", t.scopes,
  t.last_used_at as "lastUsedAt", s.last_used_at as "sessionUsedAt", u.role,
  u.email_confirmed_at as "emailConfirmedAt", u.approved_at as "approvedAt", u.disabled_at as "disabledAt",
  u.leaving_at as "leavingAt",
  coalesce(a.opened, true) as opened, a.suspended_at as "suspendedAt"
from access_tokens t
left join users u on u.account_id = t.account_id
left join accounts a on a.id = t.account_id
left join sessions s on s.id = t.session_id
where t.token_hash = $1`;

/** The token with that hash; null when it is unknown or its session is over. */
export async function findToken(ctx: AppContext, tokenHash: string): Promise<TokenRow | null> {
  const [row] = await ctx.database.prepared<TokenRow>('auth token', tokenText, [tokenHash]);
  if (!row) return null;
  const isOver = row.sessionUsedAt !== null && row.sessionUsedAt.getTime() < ctx.clock().getTime() - sessionLifeMs;
  return isOver ? null : row;
}

function userQuery(ctx: AppContext) {
  return ctx.database.read
    .selectFrom('users')
    .innerJoin('accounts', 'accounts.id', 'users.account_id')
    .select([
      'users.account_id as accountId',
      'accounts.username',
      'users.email',
      'users.role',
      'users.reason',
      'users.locale',
      'users.default_visibility as defaultVisibility',
      'users.default_sensitive as defaultSensitive',
      'users.default_language as defaultLanguage',
      'users.default_quote_policy as defaultQuotePolicy',
      'users.media_describing as mediaDescribing',
      'users.media_showing as mediaShowing',
      'users.media_moves as mediaMoves',
      'users.created_at as createdAt',
      'users.email_confirmed_at as emailConfirmedAt',
      'users.approved_at as approvedAt',
      'users.disabled_at as disabledAt',
      'users.leaving_at as leavingAt',
      'accounts.opened',
      'accounts.suspended_at as suspendedAt',
    ]);
}

/** The login of a local account, also of one that waits; null when there is none. */
export async function findUser(ctx: AppContext, accountId: string): Promise<UserView | null> {
  if (!isId(accountId)) return null;
  return (await userQuery(ctx).where('users.account_id', '=', accountId).executeTakeFirst()) ?? null;
}

/** The login behind a user name or an e-mail address, in any case of letters; null when there is none. */
export async function findUserByLogin(
  ctx: AppContext,
  login: string,
): Promise<(UserView & { passwordHash: string }) | null> {
  const text = login.trim().replace(/^@/, '').toLowerCase();
  const match = text.includes('@')
    ? sql<boolean>`lower(users.email) = ${text}`
    : sql<boolean>`lower(accounts.username) = ${text} and accounts.domain is null`;
  const row = await userQuery(ctx).select('users.password_hash as passwordHash').where(match).executeTakeFirst();
  return row ?? null;
}

/** All logins, the oldest first. For the command line. */
export async function listUsers(ctx: AppContext): Promise<UserView[]> {
  return userQuery(ctx).orderBy('users.created_at').orderBy('users.account_id').execute();
}

/** Sign-ups that wait for the staff's yes, the oldest first, at most 200. */
export async function listSignUps(ctx: AppContext): Promise<UserView[]> {
  return userQuery(ctx).where('users.approved_at', 'is', null).orderBy('users.created_at').limit(200).execute();
}

/** The staff, whom the server tells about sign-ups: where, and in which language. */
export async function listStaffReaders(ctx: AppContext): Promise<Array<{ email: string; locale: string | null }>> {
  return ctx.database.read
    .selectFrom('users')
    .select(['email', 'locale'])
    .where('role', 'in', ['owner', 'admin'])
    .where('disabled_at', 'is', null)
    .execute();
}

/** The account that owns this server, the first one if there are several; null when nobody does yet. */
export async function findOwner(ctx: AppContext): Promise<string | null> {
  const row = await ctx.database.read
    .selectFrom('users')
    .select('account_id')
    .where('role', '=', 'owner')
    .orderBy('account_id')
    .executeTakeFirst();
  return row?.account_id ?? null;
}

/** True when somebody owns this server. */
export async function hasOwner(ctx: AppContext): Promise<boolean> {
  return (await findOwner(ctx)) !== null;
}

export interface SessionView {
  id: string;
  accountId: string;
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastUsedAt: Date;
}

/** Where the account is signed in, the latest use first. */
export async function listSessions(ctx: AppContext, accountId: string): Promise<SessionView[]> {
  return ctx.database.read
    .selectFrom('sessions')
    .select([
      'id',
      'account_id as accountId',
      'ip',
      'user_agent as userAgent',
      'created_at as createdAt',
      'last_used_at as lastUsedAt',
    ])
    .where('account_id', '=', accountId)
    .where('last_used_at', '>', new Date(ctx.clock().getTime() - sessionLifeMs))
    .orderBy('last_used_at', 'desc')
    .execute();
}

/** The session of a cookie; null when it is unknown or over. */
export async function findSession(ctx: AppContext, secret: string): Promise<SessionView | null> {
  const row = await ctx.database.read
    .selectFrom('sessions')
    .select([
      'id',
      'account_id as accountId',
      'ip',
      'user_agent as userAgent',
      'created_at as createdAt',
      'last_used_at as lastUsedAt',
    ])
    .where('secret_hash', '=', hashToken(secret))
    .where('last_used_at', '>', new Date(ctx.clock().getTime() - sessionLifeMs))
    .executeTakeFirst();
  return row ?? null;
}

export interface AppView {
  id: string;
  name: string;
  website: string | null;
  redirectUris: string[];
  scopes: string[];
  clientId: string;
}

const appColumns = ['id', 'name', 'website', 'redirect_uris', 'scopes', 'client_id', 'client_secret_hash'] as const;

/** The app with that client id, and the hash of its secret; null when there is none. */
export async function findApp(ctx: AppContext, clientId: string): Promise<(AppView & { secretHash: string }) | null> {
  const row = await ctx.database.read
    .selectFrom('oauth_apps')
    .select(appColumns)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return row ? { ...appView(row), secretHash: row.client_secret_hash } : null;
}

/** The app with that id; null when there is none. */
export async function findAppById(ctx: AppContext, id: string): Promise<AppView | null> {
  const row = await ctx.database.read
    .selectFrom('oauth_apps')
    .select(appColumns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? appView(row) : null;
}

function appView(row: {
  id: string;
  name: string;
  website: string | null;
  redirect_uris: string[];
  scopes: string;
  client_id: string;
}): AppView {
  return {
    id: row.id,
    name: row.name,
    website: row.website,
    redirectUris: row.redirect_uris,
    scopes: row.scopes.split(' '),
    clientId: row.client_id,
  };
}

/** The address that somebody wishes for and has not confirmed yet, and until when they may; null when there is none. */
export async function findEmailWish(
  ctx: AppContext,
  accountId: string,
): Promise<{ email: string | null; expiresAt: Date } | null> {
  const row = await ctx.database.read
    .selectFrom('email_tokens')
    .select(['email', 'expires_at as expiresAt'])
    .where('account_id', '=', accountId)
    .where('purpose', '=', 'change')
    .where('expires_at', '>', ctx.clock())
    .executeTakeFirst();
  return row ?? null;
}

/** A link that is still good: whose, and for which address. Null when it is unknown, used or too old. */
export async function findEmailToken(
  ctx: AppContext,
  purpose: EmailTokenPurpose,
  token: string,
): Promise<{ accountId: string | null; email: string | null } | null> {
  const row = await ctx.database.read
    .selectFrom('email_tokens')
    .select(['account_id as accountId', 'email'])
    .where('token_hash', '=', hashToken(token))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', ctx.clock())
    .executeTakeFirst();
  return row ?? null;
}
