// What one reader did with a post, as columns of whatever statement lists posts: no statement of its own.
import { noDomainBlock } from '#server/features/graph/policy.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import type { QuoteAnswer } from '../entities.ts';
import { notMuted, visibleTo } from '../policy.ts';

/** What a reader did with a post. */
export interface PostFlags {
  liked: boolean;
  boosted: boolean;
  bookmarked: boolean;
  pinned: boolean;
  /** They want no more news of the conversation. */
  muted: boolean;
  /** What they chose in its poll; null when they did not vote. */
  votes: number[] | null;
}

/** What stands between a reader and the post that another quotes. */
export type QuoteState =
  | QuoteAnswer
  | 'deleted'
  | 'unauthorized'
  | 'blocked_account'
  | 'blocked_domain'
  | 'muted_account';

/** What a post quotes, for one reader, and whether they may quote it: told only where that differs from reader to reader. */
export interface Quoting {
  /** Null where the post's own policy says it. */
  may: boolean | null;
  quote: { id: string | null; state: QuoteState; flags: PostFlags } | null;
}

/** One line of a page: the post or boost to show, and what the reader did with the post behind it. */
export interface SeenPost extends PostFlags {
  /** Null for a post that quotes nothing and may be quoted by everybody alike. */
  quoting: Quoting | null;
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
  votes: null,
};

/**
 * The columns of `PostFlags` and `quoting`: each one probe of an index that holds all it needs. Of what most people never do (keep, pin,
 * mute, vote) it is asked once for the page whether this reader did it at all.
 * `viewer` and `subject` are expressions of type bigint: who reads, and the post (never a boost).
 */
export function flagColumns(viewer: RawBuilder<unknown>, subject: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${ownColumns(viewer, subject)}, ${quotingColumn(viewer, subject)}`;
}

function ownColumns(viewer: RawBuilder<unknown>, subject: RawBuilder<unknown>): RawBuilder<unknown> {
  const ever = (table: string) => sql`exists (select from ${sql.table(table)} own where own.account_id = ${viewer})`;
  return sql`exists (select from likes l where l.post_id = ${subject} and l.account_id = ${viewer}) as liked,
    exists (select from posts b where b.boost_of_id = ${subject} and b.account_id = ${viewer}) as boosted,
    (${ever('bookmarks')} and exists (
      select from bookmarks k where k.account_id = ${viewer} and k.post_id = ${subject})) as bookmarked,
    (${ever('pins')} and exists (select from pins k where k.account_id = ${viewer} and k.post_id = ${subject})) as pinned,
    (${ever('muted_conversations')} and exists (
      select from muted_conversations c join posts s on s.conversation_id = c.conversation_id
      where c.account_id = ${viewer} and s.id = ${subject})) as muted,
    case when ${ever('poll_votes')} then (select array_agg(v.choice order by v.choice) from poll_votes v
      where v.account_id = ${viewer} and v.post_id = ${subject}) end as votes`;
}

/** The column `quoting` of a `SeenPost`; `viewer` may be null, who is nobody. */
export function quotingColumn(viewer: RawBuilder<unknown>, subject: RawBuilder<unknown>): RawBuilder<unknown> {
  const quotedBy = sql.ref('quoted.account_id');
  return sql`(select json_build_object(
      'may', case when 'followers' in (s.quote_policy, s.quote_asking) then exists (
        select from follows f where f.follower_id = ${viewer} and f.followee_id = s.account_id and f.state = 'accepted') end,
      'quote', case when q.post_id is not null then json_build_object(
        'id', quoted.id::text,
        'state', case
          when q.state = 'pending' and quoted.id is null
            and exists (select from tombstones t where t.uri = q.quoted_uri) then 'deleted'
          when q.state <> 'accepted' then q.state
          when quoted.id is null then 'deleted'
          when exists (select from blocks b where b.blocker_id = ${viewer} and b.blocked_id = ${quotedBy}) then 'blocked_account'
          when not ${noDomainBlock(viewer, quotedBy)} then 'blocked_domain'
          when ${visibleTo(viewer, 'quoted')} is not true then 'unauthorized'
          when not ${notMuted(viewer, quotedBy, sql`now()`)} then 'muted_account'
          else 'accepted' end,
        'flags', (select row_to_json(flags) from (select ${ownColumns(viewer, sql.ref('quoted.id'))}) flags)) end)
    from posts s left join quotes q on q.post_id = s.id and (q.state = 'accepted' or not q.unasked)
      left join posts quoted on quoted.id = q.quoted_id
    where s.id = ${subject} and (q.post_id is not null or 'followers' in (s.quote_policy, s.quote_asking))) as quoting`;
}

/** All columns of a `SeenPost` for the table or alias `post`; nobody has no flags. */
export function seenColumns(viewerId: string | null, post = 'posts'): RawBuilder<unknown> {
  const id = sql.ref(`${post}.id`);
  const boostOf = sql.ref(`${post}.boost_of_id`);
  return sql`${id} as id, ${boostOf} as boost_of_id, ${
    viewerId === null
      ? sql`false as liked, false as boosted, false as bookmarked, false as pinned, false as muted,
          null::int[] as votes, ${quotingColumn(sql`null::bigint`, sql`coalesce(${boostOf}, ${id})`)}`
      : flagColumns(sql`${viewerId}::bigint`, sql`coalesce(${boostOf}, ${id})`)
  }`;
}
