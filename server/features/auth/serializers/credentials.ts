// The account of the one who asks, with what only they see, as Mastodon's clients read it.
import type { AccountView } from '#server/features/accounts/queries.ts';
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import type { Role } from '../entities.ts';
import type { UserView } from '../queries.ts';

/** `followers` is called `private` by clients. */
export type WireVisibility = 'public' | 'unlisted' | 'private' | 'direct';

export function wireVisibility(visibility: UserView['defaultVisibility']): WireVisibility {
  return visibility === 'followers' ? 'private' : visibility;
}

export function visibilityFromWire(visibility: WireVisibility): UserView['defaultVisibility'] {
  return visibility === 'private' ? 'followers' : visibility;
}

/** @see https://docs.joinmastodon.org/entities/Account/#CredentialAccount */
export interface CredentialAccount extends MastodonAccount {
  source: {
    privacy: WireVisibility;
    sensitive: boolean;
    language: string;
    note: string;
    fields: Array<{ name: string; value: string; verified_at: string | null }>;
    follow_requests_count: number;
    hide_collections: boolean;
    discoverable: boolean;
    indexable: boolean;
    quote_policy: UserView['defaultQuotePolicy'];
    attribution_domains: string[];
  };
  role: MastodonRole;
}

export interface MastodonRole {
  id: string;
  name: string;
  color: string;
  /** A bit mask in decimal digits. */
  permissions: string;
  /** Whether the account's `roles` show it to everybody: ours show none. */
  highlighted: false;
  collection_limit: number;
}

// Bits of Mastodon's permissions; clients show what they find here and ask the server all the same.
const permissions: Record<Role, number> = {
  owner: 0x1,
  admin: 0xffffe,
  moderator: 0x10 | 0x20 | 0x400 | 0x800,
  user: 0,
};
const ids: Record<Role, string> = { user: '-99', moderator: '1', admin: '2', owner: '3' };

export function serializeRole(role: Role): MastodonRole {
  const isStaff = role !== 'user';
  const name = isStaff ? role.charAt(0).toUpperCase() + role.slice(1) : '';
  return {
    id: ids[role],
    name,
    color: '',
    permissions: String(permissions[role]),
    highlighted: false,
    collection_limit: 0,
  };
}

/** `shown` is the same account as everybody sees it. */
export function serializeCredentials(
  shown: MastodonAccount,
  account: AccountView,
  user: UserView,
  followRequests: number,
): CredentialAccount {
  return {
    ...shown,
    source: {
      privacy: wireVisibility(user.defaultVisibility),
      sensitive: user.defaultSensitive,
      language: user.defaultLanguage ?? '',
      note: account.bio,
      fields: account.fields.map((field) => ({ name: field.name, value: field.value, verified_at: field.verifiedAt })),
      follow_requests_count: followRequests,
      hide_collections: account.hideCollections,
      discoverable: account.discoverable,
      indexable: account.indexable,
      quote_policy: user.defaultQuotePolicy,
      attribution_domains: account.attributionDomains,
    },
    role: serializeRole(user.role),
  };
}

/** Settings that clients follow; keys with colons, as clients know them. @see https://docs.joinmastodon.org/entities/Preferences/ */
export function serializePreferences(user: UserView) {
  return {
    'posting:default:visibility': wireVisibility(user.defaultVisibility),
    'posting:default:sensitive': user.defaultSensitive,
    'posting:default:language': user.defaultLanguage,
    'posting:default:quote_policy': user.defaultQuotePolicy,
    'reading:expand:media': user.mediaShowing,
    'reading:expand:spoilers': false,
    'reading:autoplay:gifs': user.mediaMoves,
  };
}

/** What somebody wants of pictures and films, as our own web app reads it. */
export function serializeMediaWishes(user: UserView) {
  return { describe: user.mediaDescribing, show: user.mediaShowing, autoplay: user.mediaMoves };
}
