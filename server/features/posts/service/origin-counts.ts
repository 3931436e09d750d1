// How often a post of another server was liked, boosted and answered, as its origin says now.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { forget } from './forget.ts';
import type { OriginCounts } from './record.ts';

/** Keeps what the origin of a post counts; what it does not say stays as it was. */
export async function recordOriginCounts(ctx: AppContext, uri: string, counts: OriginCounts): Promise<void> {
  const { likes, boosts, replies } = counts;
  const { rows } = await sql<{ id: string }>`
    update posts set origin_likes = coalesce(${likes}::int, origin_likes), origin_boosts = coalesce(${boosts}::int, origin_boosts),
      origin_replies = coalesce(${replies}::int, origin_replies)
    where uri = ${uri} and not local and (origin_likes, origin_boosts, origin_replies) is distinct from
      (coalesce(${likes}::int, origin_likes), coalesce(${boosts}::int, origin_boosts), coalesce(${replies}::int, origin_replies))
    returning id::text as id`.execute(ctx.database.read);
  await forget(ctx, { posts: rows.map(({ id }) => id) });
}
