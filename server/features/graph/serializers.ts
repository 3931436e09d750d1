// How a viewer stands to an account, as Mastodon's clients read it.
import type { MastodonAccount } from '#server/features/accounts/serializers.ts';
import type { RelationshipView } from './queries.ts';

/** @see https://docs.joinmastodon.org/entities/Relationship/ */
export interface MastodonRelationship {
  id: string;
  following: boolean;
  showing_reblogs: boolean;
  notifying: boolean;
  languages: string[] | null;
  followed_by: boolean;
  blocking: boolean;
  blocked_by: boolean;
  muting: boolean;
  muting_notifications: boolean;
  muting_expires_at: string | null;
  requested: boolean;
  requested_by: boolean;
  domain_blocking: boolean;
  endorsed: boolean;
  note: string;
}

export function serializeRelationship(view: RelationshipView): MastodonRelationship {
  const active = view.following || view.requested;
  return {
    id: view.id,
    following: view.following,
    showing_reblogs: active && view.showBoosts,
    notifying: active && view.notify,
    languages: view.languages,
    followed_by: view.followedBy,
    blocking: view.blocking,
    blocked_by: view.blockedBy,
    muting: view.muting,
    muting_notifications: view.mutingNotifications,
    muting_expires_at: view.mutingExpiresAt?.toISOString() ?? null,
    requested: view.requested,
    requested_by: view.requestedBy,
    domain_blocking: view.domainBlocking,
    endorsed: view.endorsed,
    note: view.note,
  };
}

/** @see https://docs.joinmastodon.org/entities/FamiliarFollowers/ */
export interface MastodonFamiliarFollowers {
  id: string;
  accounts: MastodonAccount[];
}
