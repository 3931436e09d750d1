// Accounts: everybody who can act, here or on another server. An account without a domain is ours.
import { defineEntity, p } from '@mikro-orm/core';
import type { EmojiReference } from '#server/features/emojis/entities.ts';

export type AccountKind = 'person' | 'service' | 'group' | 'organization' | 'application';

/** One row of the table a person fills in on their profile; `verifiedAt` is ISO 8601 or null. */
export interface ProfileField {
  name: string;
  value: string;
  verifiedAt: string | null;
}

/** A picture of an account: a key in the files port for ours, an address for remote ones. */
export interface PictureReference {
  key?: string;
  url?: string;
  description?: string;
}

export const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  properties: {
    id: p.bigint('string').primary().autoincrement(false),
    username: p.text(),
    domain: p.text().nullable(),
    kind: p.text().$type<AccountKind>().default('person'),
    uri: p.text().unique(),
    url: p.text().nullable(),
    inboxUrl: p.text(),
    sharedInboxUrl: p.text().nullable(),
    outboxUrl: p.text().nullable(),
    followersUrl: p.text().nullable(),
    followingUrl: p.text().nullable(),
    featuredUrl: p.text().nullable(),
    displayName: p.text().default(''),
    bio: p.text().default(''),
    bioHtml: p.text().default(''),
    fields: p
      .json<ProfileField[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    emojis: p
      .json<EmojiReference[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    avatar: p.json<PictureReference>().nullable(),
    header: p.json<PictureReference>().nullable(),
    /** False while its owner has not confirmed their address or waits for approval: nobody sees it and it may do nothing. */
    opened: p.boolean().default(true),
    locked: p.boolean().default(false),
    discoverable: p.boolean().default(true),
    indexable: p.boolean().default(false),
    hideCollections: p.boolean().default(false),
    /** Which tabs its profile page has. */
    showMedia: p.boolean().default(true),
    showMediaReplies: p.boolean().default(true),
    showFeatured: p.boolean().default(true),
    /** Sites whose pages may name this account as their author. */
    attributionDomains: p
      .json<string[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    alsoKnownAs: p
      .json<string[]>()
      .defaultRaw(`'[]'`)
      .onCreate(() => []),
    movedToUri: p.text().nullable(),
    postsCount: p.integer().default(0),
    followersCount: p.integer().default(0),
    followingCount: p.integer().default(0),
    /** As its own server counts, for accounts of other servers; null when it does not say. */
    originPosts: p.integer().nullable(),
    originFollowers: p.integer().nullable(),
    originFollowing: p.integer().nullable(),
    /** When its server was last asked for these. */
    countsAskedAt: p.datetime(3).nullable(),
    lastPostAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    fetchedAt: p.datetime(3).nullable(),
    suspendedAt: p.datetime(3).nullable(),
    /** The suspension came by what was decided about its server, and goes with that. */
    suspendedByDomain: p.boolean().default(false),
    /** Since when only those see it who follow it or ask for it by name. */
    limitedAt: p.datetime(3).nullable(),
    limitedByDomain: p.boolean().default(false),
    deletedAt: p.datetime(3).nullable(),
  },
  indexes: [
    { name: 'accounts_created', properties: ['createdAt'] },
    {
      name: 'accounts_directory_new',
      expression: `create index accounts_directory_new on accounts (id desc) where discoverable`,
    },
    {
      name: 'accounts_emojis',
      expression: `create index accounts_emojis on accounts using gin (emojis jsonb_path_ops) where domain is null and emojis <> '[]'`,
    },
    { name: 'accounts_domain', properties: ['domain', 'id'] },
    {
      name: 'accounts_username_prefix',
      expression: `create index accounts_username_prefix on accounts (lower(username) text_pattern_ops)`,
    },
    {
      name: 'accounts_display_name_search',
      expression: `create index accounts_display_name_search on accounts using gin ((lower(username || ' ' || display_name)) gin_trgm_ops)`,
    },
  ],
  uniques: [
    {
      name: 'accounts_handle',
      expression: `create unique index accounts_handle on accounts (lower(username), coalesce(lower(domain), ''))`,
    },
  ],
});
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

/** Keys that sign for an account: both halves for ours, the public half for remote ones. */
export const AccountKeySchema = defineEntity({
  name: 'AccountKey',
  tableName: 'account_keys',
  properties: {
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').primary().deleteRule('cascade'),
    keyId: p.text().unique(),
    rsaPublic: p.text(),
    rsaPrivate: p.text().nullable().hidden(),
    edKeyId: p.text().nullable().index(),
    edPublic: p.text().nullable(),
    edPrivate: p.text().nullable().hidden(),
    fetchedAt: p.datetime(3),
  },
});
export class AccountKey extends AccountKeySchema.class {}
AccountKeySchema.setClass(AccountKey);
