// What one reader did with a post, as columns of whatever statement lists posts: no statement of its own.
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { Interaction } from '../policy/interaction.ts';

/** What a reader did with a post. */
export interface PostFlags {
  /** The sum of `bits` for all that they did: one column, because there is a line for each of hundreds of posts. */
  did: number;
  /** Names of the emoji that they reacted with; null when there are none. */
  reacted: string[] | null;
  /** What they chose in its poll; null when they did not vote. */
  votes: number[] | null;
  /** What of this its author has yet to allow; null when that is nothing. */
  asked: Interaction[] | null;
}

/** What `did` is made of. `muted`: they want no more news of the conversation. */
export const bits = { liked: 1, boosted: 2, bookmarked: 4, pinned: 8, muted: 16 } as const;

/** One line of a page: the post or boost to show, and what the reader did with the post behind it. */
export interface SeenPost extends PostFlags {
  id: string;
  boost_of_id: string | null;
}

/** What nobody in particular did with a post. */
export const noFlags: PostFlags = {
  did: 0,
  reacted: null,
  votes: null,
  asked: null,
};

/**
 * The columns of `PostFlags`: each one probe of an index that holds all it needs. Of what most people never do (keep, pin,
 * mute, vote, ask) it is asked once for the page whether this reader did it at all. `offset 0` keeps it probes: a hash would be made
 * of all that the reader ever boosted or kept.
 * `viewer` and `subject` are expressions of type bigint: who reads, and the post (never a boost).
 */
export function flagColumns(viewer: RawBuilder<unknown>, subject: RawBuilder<unknown>): RawBuilder<unknown> {
  const ever = (table: string) => sql`exists (select from ${sql.table(table)} own where own.account_id = ${viewer})`;
  const did = sum({
    liked: sql`exists (select from likes l where l.post_id = ${subject} and l.account_id = ${viewer} offset 0)`,
    boosted: sql`exists (select from posts b where b.boost_of_id = ${subject} and b.account_id = ${viewer} offset 0)`,
    bookmarked: sql`${ever('bookmarks')} and exists (
      select from bookmarks k where k.account_id = ${viewer} and k.post_id = ${subject} offset 0)`,
    pinned: sql`${ever('pins')} and exists (
      select from pins k where k.account_id = ${viewer} and k.post_id = ${subject} offset 0)`,
    muted: sql`${ever('muted_conversations')} and exists (
      select from muted_conversations c join posts s on s.conversation_id = c.conversation_id
      where c.account_id = ${viewer} and s.id = ${subject})`,
  });
  return sql`${did} as did, ${wordsOf(viewer, subject, ever)}`;
}

/**
 * The columns of `PostFlags` for many viewers of one post: who of them did what is read once for all. `viewers` is an array of
 * bigint that holds each `viewer`, `subject` the id of the post (never a boost); neither it nor they may be columns.
 */
export function flagColumnsOfMany(
  viewer: RawBuilder<unknown>,
  viewers: RawBuilder<unknown>,
  subject: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const does = (table: string) =>
    sql`${viewer} in (select own.account_id from ${sql.table(table)} own where own.post_id = ${subject} and own.account_id = any(${viewers}))`;
  const did = sum({
    liked: does('likes'),
    boosted: sql`${viewer} in (select b.account_id from posts b where b.boost_of_id = ${subject} and b.account_id = any(${viewers}))`,
    bookmarked: does('bookmarks'),
    pinned: does('pins'),
    muted: sql`${viewer} in (select c.account_id from muted_conversations c
      where c.conversation_id = (select s.conversation_id from posts s where s.id = ${subject}) and c.account_id = any(${viewers}))`,
  });
  return sql`${did} as did, ${wordsOf(viewer, subject, does)}`;
}

/** What is more than yes or no; asked only where `may` says that there may be something. */
function wordsOf(
  viewer: RawBuilder<unknown>,
  subject: RawBuilder<unknown>,
  may: (table: string) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`case when ${may('poll_votes')} then (select array_agg(v.choice order by v.choice) from poll_votes v
      where v.account_id = ${viewer} and v.post_id = ${subject}) end as votes,
    case when ${may('reactions')} then (select array_agg(r.name) from reactions r
      where r.account_id = ${viewer} and r.post_id = ${subject}) end as reacted,
    case when ${may('interaction_requests')} then (select array_agg(q.interaction) from interaction_requests q
      where q.account_id = ${viewer} and q.post_id = ${subject} and q.state = 'pending') end as asked`;
}

function sum(conditions: Record<keyof typeof bits, RawBuilder<unknown>>): RawBuilder<unknown> {
  const { liked, boosted, bookmarked, pinned, muted } = conditions;
  const one = (condition: RawBuilder<unknown>, bit: number) =>
    sql`case when ${condition} then ${sql.lit(bit)} else 0 end`;
  return sql`${one(liked, bits.liked)} + ${one(boosted, bits.boosted)} + ${one(bookmarked, bits.bookmarked)}
    + ${one(pinned, bits.pinned)} + ${one(muted, bits.muted)}`;
}

/** All columns of a `SeenPost` for the table or alias `post`; nobody has no flags. */
export function seenColumns(viewerId: string | null, post = 'posts'): RawBuilder<unknown> {
  return seenBy(viewerId === null ? null : sql`${viewerId}::bigint`, post);
}

/** The same for a viewer who is an expression of type bigint, such as a parameter of a prepared statement; null for nobody. */
export function seenBy(viewer: RawBuilder<unknown> | null, post = 'posts'): RawBuilder<unknown> {
  const id = sql.ref(`${post}.id`);
  const boostOf = sql.ref(`${post}.boost_of_id`);
  return sql`${id} as id, ${boostOf} as boost_of_id, ${
    viewer === null
      ? sql`0 as did, null::int[] as votes, null::text[] as reacted, null::text[] as asked`
      : flagColumns(viewer, sql`coalesce(${boostOf}, ${id})`)
  }`;
}
