// What posts quote, for those who read them. Asked only of posts that quote, or that followers may quote: a page without
// them costs nothing.
import type { AppContext } from '#server/context.ts';
import { noDomainBlock } from '#server/features/graph/policy.ts';
import { sql } from '#server/platform/database.ts';
import { statementText } from '#server/platform/statement.ts';
import type { QuoteAnswer } from '../entities/quotes.ts';
import { notMuted, visibleTo } from '../policy.ts';
import { flagColumns, type PostFlags } from './flags.ts';

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

/** Gives it for one reader (null: nobody) and one post; null where nothing is quoted and the policy says all. */
export type QuotingOf = (viewerId: string | null, postId: string) => Quoting | null;

const viewer = sql.ref('viewer.id');
const quotedBy = sql.ref('quoted.account_id');

/** For each of the readers $1, of whom one may be null, and each of the posts $2; no boosts. $3 now */
const quotingText = statementText(sql`
  select viewer.id as viewer_id, s.id as post_id,
    case when 'followers' in (s.quote_policy, s.quote_asking) then exists (
      select from follows f where f.follower_id = ${viewer} and f.followee_id = s.account_id and f.state = 'accepted') end as may,
    case when q.post_id is not null then json_build_object(
      'id', quoted.id::text,
      'state', case
        when q.state = 'pending' and quoted.id is null
          and exists (select from tombstones t where t.uri = q.quoted_uri) then 'deleted'
        when q.state <> 'accepted' then q.state
        when quoted.id is null then 'deleted'
        when exists (select from blocks b where b.blocker_id = ${viewer} and b.blocked_id = ${quotedBy}) then 'blocked_account'
        when not ${noDomainBlock(viewer, quotedBy)} then 'blocked_domain'
        when ${visibleTo(viewer, 'quoted')} is not true then 'unauthorized'
        when not ${notMuted(viewer, quotedBy, sql.raw('$3::timestamptz'))} then 'muted_account'
        else 'accepted' end,
      'flags', (select row_to_json(flags) from (select ${flagColumns(viewer, sql.ref('quoted.id'))}) flags)) end as quote
  from unnest($1::bigint[]) as viewer (id) cross join unnest($2::bigint[]) as wanted (id) join posts s on s.id = wanted.id
    left join quotes q on q.post_id = s.id and (q.state = 'accepted' or not q.unasked)
    left join posts quoted on quoted.id = q.quoted_id
  where q.post_id is not null or 'followers' in (s.quote_policy, s.quote_asking)`);

/** One statement, or none without such posts; `quotedIds` are the posts that are quoted. */
export async function loadQuoting(
  ctx: AppContext,
  viewerIds: ReadonlyArray<string | null>,
  postIds: readonly string[],
): Promise<{ of: QuotingOf; quotedIds: string[] }> {
  if (viewerIds.length === 0 || postIds.length === 0) return { of: () => null, quotedIds: [] };
  const rows = await ctx.database.prepared<Quoting & { viewer_id: string | null; post_id: string }>(
    'posts_quoting',
    quotingText,
    [viewerIds, postIds, ctx.clock()],
  );
  const key = (viewerId: string | null, postId: string): string => `${viewerId} ${postId}`;
  const found = new Map(
    rows.map(({ viewer_id, post_id, may, quote }) => [key(viewer_id, post_id), { may, quote }] as const),
  );
  return {
    of: (viewerId, postId) => found.get(key(viewerId, postId)) ?? null,
    quotedIds: rows.flatMap(({ quote }) => (quote?.id == null ? [] : [quote.id])),
  };
}
