// The reactions under a post as text: kept without a reader, told to each with their own.
import type { PostView } from '../queries.ts';
import { serializeReactions, type EmojiReaction, type ReactionPlaces } from '../serializers/reactions.ts';

/** What is kept of a post's reactions. */
export function packReactions({ reactions }: Pick<PostView, 'reactions'>, places: ReactionPlaces): string {
  return reactions.length === 0 ? '[]' : JSON.stringify(serializeReactions(reactions, [], places));
}

/** The same for a reader who reacted with the emoji of these names. */
export function reactionsText(kept: string, own: readonly string[] | null): string {
  if (own === null || kept === '[]') return kept;
  // Safe: the text was made by packReactions.
  const reactions: EmojiReaction[] = JSON.parse(kept);
  return JSON.stringify(reactions.map((reaction) => ({ ...reaction, me: own.includes(reaction.name) })));
}
