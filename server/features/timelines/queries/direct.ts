// Direct posts to and from somebody, newest first: the page that older apps still ask for.
import type { AppContext } from '#server/context.ts';
import { notMuted, visiblePosts } from '#server/features/posts/policy.ts';
import { seenColumns, type SeenPost } from '#server/features/posts/queries/flags.ts';
import { sql } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';

/** A page of the direct posts that an account wrote or is named in. One statement, by two indexes. */
export async function directPage(ctx: AppContext, accountId: string, page: Stretch): Promise<SeenPost[]> {
  const viewer = sql`${accountId}::bigint`;
  const now = sql`${ctx.clock()}::timestamptz`;
  const wanted = sql`posts.visibility = 'direct' and ${visiblePosts(accountId)}
    and ${notMuted(viewer, sql.ref('posts.account_id'), now)}`;
  const mentioned = takeStretch(sql.ref('m.post_id'), page);
  const own = takeStretch(sql.ref('posts.id'), page);
  const { rows } = await sql<SeenPost>`
    select ${seenColumns(accountId)} from posts where posts.id in (
      (select m.post_id from mentions m join posts on posts.id = m.post_id
        where m.account_id = ${accountId} and ${wanted} and ${mentioned.bounds} ${mentioned.order})
      union
      (select posts.id from posts where posts.account_id = ${accountId} and ${wanted} and ${own.bounds} ${own.order})
    ) ${own.order}`.execute(ctx.database.read);
  return newestFirst(rows, page);
}
