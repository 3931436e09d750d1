// Hashtags as Mastodon's clients read them.
import { Type, type Static } from 'typebox';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { MastodonProfile } from '#server/features/accounts/serializers.ts';
import type { FeaturedTagView, TagDay, TagStanding } from './queries.ts';

/** @see https://docs.joinmastodon.org/entities/Tag/ */
export const TagSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  url: Type.String(),
  history: Type.Array(
    Type.Object({ day: Type.String({ description: 'Unix seconds' }), uses: Type.String(), accounts: Type.String() }),
  ),
  following: Type.Optional(Type.Boolean()),
  featuring: Type.Optional(Type.Boolean()),
});
export type MastodonTag = Static<typeof TagSchema>;

/** The tag; `standing` is what the reader has to do with it, null for nobody. A tag that nobody has used yet has an empty id. */
export function serializeTag(
  tag: { id: string; name: string },
  history: readonly TagDay[],
  config: { origin: string },
  standing: TagStanding | null,
): MastodonTag {
  return {
    id: tag.id,
    name: tag.name,
    url: addresses(config).tagPage(tag.name),
    history: history.map(({ day, uses, accounts }) => ({
      day: String(day.getTime() / 1000),
      uses: String(uses),
      accounts: String(accounts),
    })),
    ...standing,
  };
}

/** @see https://docs.joinmastodon.org/entities/FeaturedTag/ */
export const FeaturedTagSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  url: Type.String(),
  statuses_count: Type.String({ description: 'Digits' }),
  last_status_at: Type.Union([Type.String({ description: 'A date' }), Type.Null()]),
});
export type MastodonFeaturedTag = Static<typeof FeaturedTagSchema>;

/** One's profile with the hashtags that it shows. @see https://docs.joinmastodon.org/entities/Profile/ */
export type OwnProfile = MastodonProfile & { featured_tags: MastodonFeaturedTag[] };

export function serializeFeaturedTag(tag: FeaturedTagView, config: { origin: string }): MastodonFeaturedTag {
  return {
    id: tag.id,
    name: tag.name,
    url: addresses(config).tagPage(tag.name),
    statuses_count: String(tag.postsCount),
    last_status_at: tag.lastPostAt?.toISOString().slice(0, 10) ?? null,
  };
}
