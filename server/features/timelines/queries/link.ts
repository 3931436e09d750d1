// Public posts that link to one address. The index of words finds posts that show its host; the address itself decides.
import type { AppContext } from '#server/context.ts';
import { isListedFor } from '#server/features/graph/policy.ts';
import { notMuted, visiblePosts } from '#server/features/posts/policy.ts';
import { seenColumns, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { textVector } from '#server/features/posts/queries/text.ts';
import { sql } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import { escapeHtml } from '#server/platform/text.ts';

/** A page of the public posts that link to `url`, with or without its last slash. One statement; none for what is no web address. */
export async function linkPage(
  ctx: AppContext,
  url: string,
  viewerId: string | null,
  page: Stretch,
): Promise<SeenPost[]> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return [];
  const { bounds, order } = takeStretch(sql.ref('posts.id'), page);
  const host = parsed.hostname;
  // Shown links leave out a leading www.
  const hosts = sql`plainto_tsquery('simple'::regconfig, ${host}) || plainto_tsquery('simple'::regconfig, ${host.replace(/^www\./, '')})`;
  const bare = parsed.href.replace(/\/$/, '');
  const patterns = [bare, `${bare}/`, url].map((address) => `%href="${likeText(escapeHtml(address))}"%`);
  const wanted =
    viewerId === null
      ? sql`true`
      : notMuted(sql`${viewerId}::bigint`, sql.ref('posts.account_id'), sql`${ctx.clock()}::timestamptz`);
  const { rows } = await sql<SeenPost>`
    select ${seenColumns(viewerId)} from posts
    where posts.visibility = 'public' and posts.boost_of_id is null and ${textVector} @@ (${hosts})
      and posts.html like any(${patterns}::text[]) and ${isListedFor(sql`${viewerId}::bigint`, sql.ref('posts.account_id'))} and ${visiblePosts(viewerId)} and ${wanted} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}

/** Text in which `%`, `_` and `\` stand for themselves inside LIKE. */
function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
}
