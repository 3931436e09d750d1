// Who of many readers may see a post, and who of them see the same: what open pages are asked about when there is news.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { statementText } from '#server/platform/statement.ts';
import { notMuted, visibleTo } from '../policy.ts';
import { flagColumnsOfMany, type SeenPost } from './flags.ts';

/** Readers of one post who did the same with it. */
export interface Readers {
  viewerIds: string[];
  seen: SeenPost;
}

const viewer = sql.ref('viewer.id');
const now = sql.raw('$3::timestamptz');
const boosted = sql`(select o.account_id from posts n join posts o on o.id = n.boost_of_id where n.id = $1::bigint)`;
const subject = sql`(select coalesce(n.boost_of_id, n.id) from posts n where n.id = $1::bigint)`;

/** $1 the post · $2 the readers · $3 now. A thousand readers are a handful of rows. */
const readersText = statementText(sql`
  select string_agg(reader.viewer_id::text, ',') as "viewerIds", reader.id, reader.boost_of_id, reader.did,
    reader.votes, reader.reacted, reader.asked
  from (
    select viewer.id as viewer_id, p.id, p.boost_of_id, ${flagColumnsOfMany(viewer, sql.raw('$2::bigint[]'), subject)}
    from unnest($2::bigint[]) as viewer (id) join posts p on p.id = $1::bigint
    where ${visibleTo(viewer, 'p')} and ${notMuted(viewer, sql.ref('p.account_id'), now)} and ${notMuted(viewer, boosted, now)}
  ) reader
  group by reader.id, reader.boost_of_id, reader.did, reader.votes, reader.reacted, reader.asked`);

/** Those of the viewers who may see the post now and do not mute its author or booster. One statement. */
export async function findReaders(ctx: AppContext, postId: string, viewerIds: readonly string[]): Promise<Readers[]> {
  const rows = await ctx.database.prepared<SeenPost & { viewerIds: string }>('posts_readers', readersText, [
    postId,
    viewerIds,
    ctx.clock(),
  ]);
  return rows.map(({ viewerIds: ids, ...seen }) => ({ viewerIds: ids.split(','), seen }));
}
