// What belongs into a list of posts, and what is there already.

interface Listed {
  key: string;
  postId: string;
  booster: unknown;
}

/** How far back a post counts as just seen, so that its boost needs no second place. */
const JUST_SEEN = 20;

/** Those of `fresh` (newest first) that the list has not; a boost of what stands near it anyway is left out too. */
export function newOnes<T extends Listed>(list: readonly T[], fresh: readonly T[]): T[] {
  const keys = new Set(list.map(({ key }) => key));
  const originals = fresh.filter(({ booster }) => !booster);
  const seen = new Set([...list.slice(0, JUST_SEEN), ...originals].map(({ postId }) => postId));
  return fresh.filter((entry) => {
    if (keys.has(entry.key) || (entry.booster && seen.has(entry.postId))) return false;
    keys.add(entry.key);
    seen.add(entry.postId);
    return true;
  });
}
