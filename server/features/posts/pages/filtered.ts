// What a reader's filters say of the posts on a page, as the JSON text of `filtered`. Readers without filters cost nothing;
// for the others the words of a post are taken out of its kept text once, and kept too.
import type { AppContext } from '#server/context.ts';
import { matchFilters, type PreparedFilters } from '#server/features/filters/policy.ts';
import { preparedFilters } from '#server/features/filters/queries.ts';
import { serializeMatches } from '#server/features/filters/serializers.ts';
import { foldText, stripHtml } from '#server/platform/text.ts';
import { wordsFragment } from '../service/forget.ts';

/** A post as its pieces show it; `id` is never that of a boost. */
interface ShownPost {
  id: string;
  authorId: string;
  /** The JSON text of its fields, beginning with a comma. */
  body: string;
  /** Answers of its poll. */
  options: readonly string[];
  /** The JSON text of what it links to, or ''. */
  card: string;
}

/** Gives the JSON text of `filtered` for one reader and one post; `shownId` is its own id or that of the boost which brings it. */
export type FilteredText = (viewerId: string, post: ShownPost, shownId: string) => string;

const nothing = '[]';

/** Loads the filters of these readers; null when none of them has any. `since` is a moment before the texts of the posts were read. */
export async function loadFilteredText(
  ctx: AppContext,
  viewerIds: Iterable<string>,
  since: number,
): Promise<FilteredText | null> {
  const readers = await preparedFilters(ctx, viewerIds);
  if (readers.size === 0) return null;
  const now = ctx.clock();
  return (viewerId, post, shownId) => {
    const filters = readers.get(viewerId);
    if (filters === undefined || post.authorId === viewerId) return nothing;
    const ids = shownId === post.id ? [post.id] : [post.id, shownId];
    return matchText(filters, { ids, words: () => wordsOf(ctx, post, since) }, now);
  };
}

function matchText(filters: PreparedFilters, post: Parameters<typeof matchFilters>[1], now: Date): string {
  const matches = matchFilters(filters, post, now);
  return matches.length === 0 ? nothing : JSON.stringify(serializeMatches(matches));
}

const html = new Set(['content']);
const plain = new Set(['spoiler_text', 'description', 'title']);

/** All that a post says, folded: its text and warning, what its pictures show, the answers of its poll, the title of its link. */
function wordsOf(ctx: AppContext, post: ShownPost, since: number): string {
  const key = wordsFragment(post.id);
  const known = ctx.fragments.get(key);
  if (known !== undefined) return known;
  const pieces: string[] = [...post.options];
  const collect = (name: string, value: unknown): unknown => {
    if (typeof value === 'string' && html.has(name)) pieces.push(stripHtml(value));
    if (typeof value === 'string' && plain.has(name)) pieces.push(value);
    return value;
  };
  JSON.parse(`{${post.body.slice(1)}}`, collect);
  if (post.card !== '') JSON.parse(post.card, collect);
  const words = foldText(pieces.join('\n'));
  ctx.fragments.set(key, words, since);
  return words;
}
