// Who may come in: users (the login of a local account), sessions, apps and their tokens; and which addresses may not.
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '#server/features/accounts/entities.ts';
import type { QuotePolicy, Visibility } from '#server/features/instance/entities.ts';

export const roles = ['user', 'moderator', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** When a post is about to go out with files that nobody described. */
export const mediaDescribing = ['off', 'remind', 'require'] as const;
export type MediaDescribing = (typeof mediaDescribing)[number];
/** Covered: what is marked as sensitive, nothing, or everything. */
export const mediaShowing = ['default', 'show_all', 'hide_all'] as const;
export type MediaShowing = (typeof mediaShowing)[number];

export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    email: p.text(),
    emailConfirmedAt: p.datetime(3).nullable(),
    passwordHash: p.text().hidden(),
    role: p.text().$type<Role>().default('user'),
    reason: p.text().nullable(),
    approvedAt: p.datetime(3).nullable(),
    disabledAt: p.datetime(3).nullable(),
    /** When its owner asked to delete it; hidden since then, and gone for good after the grace. */
    leavingAt: p.datetime(3).nullable().index(),
    locale: p.text().nullable(),
    defaultVisibility: p.text().$type<Visibility>().default('public'),
    defaultSensitive: p.boolean().default(false),
    defaultLanguage: p.text().nullable(),
    defaultQuotePolicy: p.text().$type<QuotePolicy>().default('public'),
    /** What the web app does when files of a post have no words; which of them others' posts cover; whether they move. */
    mediaDescribing: p.text().$type<MediaDescribing>().default('remind'),
    mediaShowing: p.text().$type<MediaShowing>().default('default'),
    mediaMoves: p.boolean().default(true),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'users_email', expression: 'create unique index users_email on users (lower(email))' }],
});
export class User extends UserSchema.class {}
UserSchema.setClass(User);

/** A browser where somebody is signed in. `id` is shown to its owner; the cookie's secret is kept as a hash. */
export const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    secretHash: p.text().unique().hidden(),
    ip: p.text().nullable(),
    userAgent: p.text().nullable(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3),
    /** When the person last proved who they are: what is grave asks for that anew. */
    provenAt: p.datetime(3).nullable(),
  },
});
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

export const OauthAppSchema = defineEntity({
  name: 'OauthApp',
  tableName: 'oauth_apps',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    name: p.text(),
    website: p.text().nullable(),
    redirectUris: p.json<string[]>(),
    scopes: p.text(),
    clientId: p.text().unique(),
    clientSecretHash: p.text().hidden(),
    createdAt: p.datetime(3),
  },
});
export class OauthApp extends OauthAppSchema.class {}
OauthAppSchema.setClass(OauthApp);

/** An authorization code, kept after use so that a second use can revoke what the first one gave. */
export const OauthCodeSchema = defineEntity({
  name: 'OauthCode',
  tableName: 'oauth_codes',
  properties: {
    codeHash: p.text().primary().hidden(),
    appId: () => p.manyToOne(OauthApp).mapToPk().fieldName('app_id').deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    redirectUri: p.text(),
    scopes: p.text(),
    codeChallenge: p.text().nullable(),
    createdAt: p.datetime(3),
    usedAt: p.datetime(3).nullable(),
  },
});
export class OauthCode extends OauthCodeSchema.class {}
OauthCodeSchema.setClass(OauthCode);

/** What an app (or our web app, by its session) presents. Without an account it speaks for the app alone. */
export const AccessTokenSchema = defineEntity({
  name: 'AccessToken',
  tableName: 'access_tokens',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    tokenHash: p.text().unique().hidden(),
    appId: () => p.manyToOne(OauthApp).mapToPk().fieldName('app_id').nullable().deleteRule('cascade'),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').nullable().deleteRule('cascade').index(),
    sessionId: () => p.manyToOne(Session).mapToPk().fieldName('session_id').nullable().deleteRule('cascade').index(),
    codeHash: p.text().nullable().index(),
    scopes: p.text(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
  },
});
export class AccessToken extends AccessTokenSchema.class {}
AccessTokenSchema.setClass(AccessToken);

/** `change` goes to a wished address; `restore` to the one before it, created when the change was asked for. */
export type EmailTokenPurpose = 'confirm' | 'reset' | 'owner' | 'change' | 'restore';

/** A link that was mailed (or, for the owner, printed): one use, with an end. */
export const EmailTokenSchema = defineEntity({
  name: 'EmailToken',
  tableName: 'email_tokens',
  properties: {
    tokenHash: p.text().primary().hidden(),
    purpose: p.text().$type<EmailTokenPurpose>(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').nullable().deleteRule('cascade').index(),
    email: p.text().nullable(),
    expiresAt: p.datetime(3),
    createdAt: p.datetime(3),
  },
});
export class EmailToken extends EmailTokenSchema.class {}
EmailTokenSchema.setClass(EmailToken);

/** The secret that a person's authenticator app shares with us. Counts once its owner has typed a code of it. */
export const TotpKeySchema = defineEntity({
  name: 'TotpKey',
  tableName: 'totp_keys',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    sealedSecret: p.text().hidden(),
    confirmedAt: p.datetime(3).nullable(),
    /** The half minute of the last code that was taken: none works twice. */
    lastStep: p.integer().nullable(),
    createdAt: p.datetime(3),
  },
});
export class TotpKey extends TotpKeySchema.class {}
TotpKeySchema.setClass(TotpKey);

/** A key pair in somebody's phone, computer or token, of which we hold the public half. */
export const PasskeySchema = defineEntity({
  name: 'Passkey',
  tableName: 'passkeys',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    credentialId: p.text().unique(),
    /** COSE, base64url. */
    publicKey: p.text(),
    /** Uses, as the authenticator counts them; one that goes back is a copy. Many never count. */
    counter: p.bigint('string'),
    transports: p.json<string[]>(),
    name: p.text(),
    /** The key is kept in more than one place. */
    synced: p.boolean(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
  },
});
export class Passkey extends PasskeySchema.class {}
PasskeySchema.setClass(Passkey);

/** A code on paper for the day when every other way is lost: one use. */
export const RecoveryCodeSchema = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  properties: {
    codeHash: p.text().primary().hidden(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade').index(),
    createdAt: p.datetime(3),
  },
});
export class RecoveryCode extends RecoveryCodeSchema.class {}
RecoveryCodeSchema.setClass(RecoveryCode);

/** What an open question is for: the code after the password, or a passkey for signing in, as second factor, as proof, as a new one. */
export type ChallengePurpose = 'second-factor' | 'passkey' | 'passkey-second' | 'passkey-proof' | 'passkey-new';

/** A question that somebody has to answer soon: its secret is kept as a hash, and it is gone when it is answered. */
export const AuthChallengeSchema = defineEntity({
  name: 'AuthChallenge',
  tableName: 'auth_challenges',
  properties: {
    secretHash: p.text().primary().hidden(),
    purpose: p.text().$type<ChallengePurpose>(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').nullable().deleteRule('cascade').index(),
    expiresAt: p.datetime(3).index(),
  },
});
export class AuthChallenge extends AuthChallengeSchema.class {}
AuthChallengeSchema.setClass(AuthChallenge);

/** An e-mail provider, with all below its name, of which no address may sign up. */
export const EmailDomainBlockSchema = defineEntity({
  name: 'EmailDomainBlock',
  tableName: 'email_domain_blocks',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    domain: p.text().unique(),
    createdAt: p.datetime(3),
  },
});
export class EmailDomainBlock extends EmailDomainBlockSchema.class {}
EmailDomainBlockSchema.setClass(EmailDomainBlock);

/** How many such addresses were refused on a day. Not whose. */
export const EmailDomainRefusalSchema = defineEntity({
  name: 'EmailDomainRefusal',
  tableName: 'email_domain_refusals',
  properties: {
    blockId: () => p.manyToOne(EmailDomainBlock).mapToPk().fieldName('block_id').primary().deleteRule('cascade'),
    /** Days since 1970 began, in UTC. */
    day: p.integer().primary().autoincrement(false),
    refused: p.integer(),
  },
});
export class EmailDomainRefusal extends EmailDomainRefusalSchema.class {}
EmailDomainRefusalSchema.setClass(EmailDomainRefusal);
