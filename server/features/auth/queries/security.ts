// Reading what guards a login: its second factors, and the apps that its owner let in.
import type { AppContext } from '#server/context.ts';

export interface PasskeyView {
  id: string;
  name: string;
  synced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** How somebody can prove who they are beside the password. */
export interface SecondFactors {
  /** A password alone does not suffice. */
  isOn: boolean;
  totpSince: Date | null;
  passkeys: number;
  recoveryCodes: number;
}

/** The second factors of an account: one statement. */
export async function findSecondFactors(ctx: AppContext, accountId: string): Promise<SecondFactors> {
  const [row] = await ctx.database.prepared<Omit<SecondFactors, 'isOn'>>(
    'second factors',
    `select (select confirmed_at from totp_keys where account_id = $1) as "totpSince",
      (select count(*)::int from passkeys where account_id = $1) as passkeys,
      (select count(*)::int from recovery_codes where account_id = $1) as "recoveryCodes"`,
    [accountId],
  );
  const found = row ?? { totpSince: null, passkeys: 0, recoveryCodes: 0 };
  return { ...found, isOn: found.totpSince !== null || found.passkeys > 0 };
}

/** The passkeys of an account, the oldest first. */
export async function listPasskeys(ctx: AppContext, accountId: string): Promise<PasskeyView[]> {
  return ctx.database.read
    .selectFrom('passkeys')
    .select(['id', 'name', 'synced', 'created_at as createdAt', 'last_used_at as lastUsedAt'])
    .where('account_id', '=', accountId)
    .orderBy('id')
    .execute();
}

/** A passkey with what its answers are checked against. */
export interface PasskeyRow {
  id: string;
  accountId: string;
  credentialId: string;
  publicKey: string;
  counter: string;
  transports: string[];
}

const keyColumns = [
  'id',
  'account_id as accountId',
  'credential_id as credentialId',
  'public_key as publicKey',
  'counter',
  'transports',
] as const;

/** The passkey with that credential id; null when it is not known here. */
export async function findPasskey(ctx: AppContext, credentialId: string): Promise<PasskeyRow | null> {
  const row = await ctx.database.read
    .selectFrom('passkeys')
    .select(keyColumns)
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  return row ?? null;
}

/** By which names a browser finds the keys of an account. */
export async function listCredentials(
  ctx: AppContext,
  accountId: string,
): Promise<Array<{ id: string; transports: string[] }>> {
  return ctx.database.read
    .selectFrom('passkeys')
    .select(['credential_id as id', 'transports'])
    .where('account_id', '=', accountId)
    .execute();
}

/** An app that somebody let in, with all of its tokens taken together. */
export interface AuthorizedApp {
  id: string;
  name: string;
  website: string | null;
  scopes: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** The apps that hold a token of the account, the latest use first: one statement. */
export async function listAuthorizedApps(ctx: AppContext, accountId: string): Promise<AuthorizedApp[]> {
  return ctx.database.prepared<AuthorizedApp>(
    'authorized apps',
    `select o.id::text as id, o.name, o.website, g."createdAt", g."lastUsedAt", g.scopes
    from (
      select app_id, min(created_at) as "createdAt", max(last_used_at) as "lastUsedAt",
        (select array_agg(distinct scope order by scope) from unnest(string_to_array(string_agg(scopes, ' '), ' ')) scope) as scopes
      from access_tokens where account_id = $1 and app_id is not null group by app_id
    ) g join oauth_apps o on o.id = g.app_id
    order by coalesce(g."lastUsedAt", g."createdAt") desc, o.id desc`,
    [accountId],
  );
}

/** When the person of a session last proved who they are; null when the session is gone or never did. */
export async function findProof(ctx: AppContext, sessionId: string): Promise<Date | null> {
  const row = await ctx.database.read
    .selectFrom('sessions')
    .select('proven_at')
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return row?.proven_at ?? null;
}
