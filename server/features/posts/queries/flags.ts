// What one reader did with a post, as columns of whatever statement lists posts: no statement of its own.
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { Interaction } from '../policy/interaction.ts';

/** What a reader did with a post. */
export interface PostFlags {
  liked: boolean;
  boosted: boolean;
  bookmarked: boolean;
  pinned: boolean;
  /** They want no more news of the conversation. */
  muted: boolean;
  /** Names of the emoji that they reacted with; null when there are none. */
  reacted: string[] | null;
  /** What they chose in its poll; null when they did not vote. */
  votes: number[] | null;
  /** What of this its author has yet to allow; null when that is nothing. */
  asked: Interaction[] | null;
}

/** One line of a page: the post or boost to show, and what the reader did with the post behind it. */
export interface SeenPost extends PostFlags {
  id: string;
  boost_of_id: string | null;
}

/** What nobody in particular did with a post. */
export const noFlags: PostFlags = {
  liked: false,
  boosted: false,
  bookmarked: false,
  pinned: false,
  muted: false,
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
  return sql`exists (select from likes l where l.post_id = ${subject} and l.account_id = ${viewer} offset 0) as liked,
    exists (select from posts b where b.boost_of_id = ${subject} and b.account_id = ${viewer} offset 0) as boosted,
    (${ever('bookmarks')} and exists (
      select from bookmarks k where k.account_id = ${viewer} and k.post_id = ${subject} offset 0)) as bookmarked,
    (${ever('pins')} and exists (select from pins k where k.account_id = ${viewer} and k.post_id = ${subject} offset 0)) as pinned,
    (${ever('muted_conversations')} and exists (
      select from muted_conversations c join posts s on s.conversation_id = c.conversation_id
      where c.account_id = ${viewer} and s.id = ${subject})) as muted,
    case when ${ever('poll_votes')} then (select array_agg(v.choice order by v.choice) from poll_votes v
      where v.account_id = ${viewer} and v.post_id = ${subject}) end as votes,
    case when ${ever('reactions')} then (select array_agg(r.name) from reactions r
      where r.account_id = ${viewer} and r.post_id = ${subject}) end as reacted,
    case when ${ever('interaction_requests')} then (select array_agg(q.interaction) from interaction_requests q
      where q.account_id = ${viewer} and q.post_id = ${subject} and q.state = 'pending') end as asked`;
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
  const did = (table: string) =>
    sql`${viewer} in (select own.account_id from ${sql.table(table)} own where own.post_id = ${subject} and own.account_id = any(${viewers}))`;
  return sql`${did('likes')} as liked,
    ${viewer} in (select b.account_id from posts b where b.boost_of_id = ${subject} and b.account_id = any(${viewers})) as boosted,
    ${did('bookmarks')} as bookmarked, ${did('pins')} as pinned,
    ${viewer} in (select c.account_id from muted_conversations c
      where c.conversation_id = (select s.conversation_id from posts s where s.id = ${subject}) and c.account_id = any(${viewers})) as muted,
    case when ${did('poll_votes')} then (select array_agg(v.choice order by v.choice) from poll_votes v
      where v.account_id = ${viewer} and v.post_id = ${subject}) end as votes,
    case when ${did('reactions')} then (select array_agg(r.name) from reactions r
      where r.account_id = ${viewer} and r.post_id = ${subject}) end as reacted,
    case when ${did('interaction_requests')} then (select array_agg(q.interaction) from interaction_requests q
      where q.account_id = ${viewer} and q.post_id = ${subject} and q.state = 'pending') end as asked`;
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
      ? sql`false as liked, false as boosted, false as bookmarked, false as pinned, false as muted,
          null::int[] as votes, null::text[] as reacted, null::text[] as asked`
      : flagColumns(viewer, sql`coalesce(${boostOf}, ${id})`)
  }`;
}
