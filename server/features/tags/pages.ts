// Hashtags with their history and what the reader has to do with them, for any list of them.
import type { AppContext } from '#server/context.ts';
import { tagHistories, tagStandings } from './queries.ts';
import { serializeTag, type MastodonTag } from './serializers.ts';

/** The tags in the order given. Two statements, however many they are; none for none. */
export async function renderTags(
  ctx: AppContext,
  tags: ReadonlyArray<{ id: string; name: string }>,
  viewerId: string | null,
): Promise<MastodonTag[]> {
  const ids = tags.map(({ id }) => id).filter((id) => id !== '');
  const histories = ids.length === 0 ? new Map() : await tagHistories(ctx, ids);
  const standings = ids.length === 0 || viewerId === null ? new Map() : await tagStandings(ctx, viewerId, ids);
  const stranger = { following: false, featuring: false };
  return tags.map((tag) =>
    serializeTag(
      tag,
      histories.get(tag.id) ?? [],
      ctx.config,
      viewerId === null ? null : (standings.get(tag.id) ?? stranger),
    ),
  );
}
