// How often a post was liked, boosted and answered, by the `totalItems` of its collections. A server speaks for its own posts.
import { asCount, asObject, type Json } from '#server/platform/fediverse/json.ts';
import type { OriginCounts } from '../service/record.ts';

/** What the document of a post itself says; null where a collection is only named. */
export function readCounts(json: Json): OriginCounts {
  const total = (name: string): number | null => asCount(asObject(json[name])?.['totalItems']);
  return { likes: total('likes'), boosts: total('shares'), replies: total('replies') };
}
