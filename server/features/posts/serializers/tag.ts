// A hashtag as Mastodon's clients read it.
import { Type, type Static } from 'typebox';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import type { TagDay } from '../queries/tags.ts';

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

/** The tag; `signedIn` adds what only a reader with an account has. A tag that nobody has used yet has an empty id. */
export function serializeTag(
  tag: { id: string; name: string },
  history: readonly TagDay[],
  config: { origin: string },
  signedIn: boolean,
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
    ...(signedIn ? { following: false, featuring: false } : {}),
  };
}
