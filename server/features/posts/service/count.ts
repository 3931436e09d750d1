// What a post adds to the counters of its author, of what it answers and of what it boosts; written when the transaction ends.
import { sql, type Transaction } from '#server/platform/database.ts';
import { isCounted } from '../policy.ts';
import type { PostRecord } from './record.ts';

/** What decides which counters a post moves. */
type Counted = Pick<PostRecord, 'accountId' | 'createdAt'> & CountedAround;
/** The same, but for its author. */
type CountedAround = Pick<PostRecord, 'local' | 'visibility' | 'inReplyToId' | 'boostOfId' | 'awaitsId'>;

/**
 * Adds a post to (1) or takes it from (-1) the counters of its author, of what it answers and of what it boosts, when the
 * transaction ends. Direct posts count nowhere; replies only when everybody may see them; what waits for somebody's leave only with
 * its author.
 */
export function countPost(tx: Transaction, post: Counted, by: 1 | -1): void {
  countPosts(tx, [post], by);
}

/** The same for many, by one statement for all authors. */
export function countPosts(tx: Transaction, posts: readonly Counted[], by: 1 | -1): void {
  const counted = posts.filter(({ visibility }) => visibility !== 'direct');
  countAuthors(tx, counted, by);
  for (const post of counted) countAround(tx, post, by);
}

/** Moves the counters of what a post answers and boosts; not while it waits for somebody's leave. */
export function countAround(tx: Transaction, post: CountedAround, by: 1 | -1): void {
  const { local, visibility, boostOfId, inReplyToId } = post;
  if (post.awaitsId != null || visibility === 'direct') return;
  // An origin counts what others do by itself.
  const ours = local ? by : 0;
  if (boostOfId !== null)
    tx.last(`post ${boostOfId}`, () =>
      sql`update posts set boosts_count = greatest(0, boosts_count + ${by}), origin_boosts = origin_boosts + ${ours}
        where id = ${boostOfId}`.execute(tx.sql),
    );
  if (inReplyToId !== null && isCounted(visibility))
    tx.last(`post ${inReplyToId}`, () =>
      sql`update posts set replies_count = greatest(0, replies_count + ${by}), origin_replies = origin_replies + ${ours}
        where id = ${inReplyToId}`.execute(tx.sql),
    );
}

/** One statement for all authors; their rows are taken in the order of their ids. */
function countAuthors(tx: Transaction, posts: readonly Counted[], by: 1 | -1): void {
  const authors = [...Map.groupBy(posts, ({ accountId }) => accountId)].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const [first] = authors;
  if (first === undefined) return;
  const latest = authors.map(([, own]) =>
    by === 1 ? new Date(Math.max(...own.map(({ createdAt }) => createdAt.getTime()))) : null,
  );
  tx.last(`account ${first[0]}`, () =>
    sql`
      with moved as materialized (
        select a.id, m.by, m.latest
        from unnest(${authors.map(([id]) => id)}::bigint[], ${authors.map(([, own]) => own.length * by)}::int[], ${latest}::timestamptz[]) as m (id, by, latest)
        join accounts a on a.id = m.id order by a.id for no key update of a
      )
      update accounts a set posts_count = greatest(0, a.posts_count + m.by), last_post_at = greatest(a.last_post_at, m.latest)
      from moved m where a.id = m.id`.execute(tx.sql),
  );
}
