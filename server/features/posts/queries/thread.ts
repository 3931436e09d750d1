// The posts around a post: what it answers, and what answers it.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { preparedBy } from '#server/platform/statement.ts';
import { notMuted, visibleTo, visibleToReader } from '../policy.ts';
import { seenBy, type SeenPost } from './flags.ts';

export interface ThreadLimits {
  ancestors: number;
  descendants: number;
  /** How many answers of answers are followed. */
  depth: number;
}

/** Signed-in readers get whole threads; strangers what a page shows. @see https://docs.joinmastodon.org/methods/statuses/#context */
export const threadLimits = {
  signedIn: { ancestors: 4096, descendants: 4096, depth: 4096 },
  anonymous: { ancestors: 40, descendants: 60, depth: 20 },
} satisfies Record<string, ThreadLimits>;

/** How far the search for the rest of a conversation is, of which other servers may know more. */
export interface ThreadSearch {
  conversationId: string;
  createdAt: Date;
  askedAt: Date | null;
  finishedAt: Date | null;
  found: number | null;
}

/** What stands around a post: `ancestors` from the first post down, `descendants` depth first, each answer after what it answers. */
export interface Thread {
  /** Null when nothing of it is from elsewhere, and for strangers, who do not make us ask other servers. */
  search: ThreadSearch | null;
  ancestors: SeenPost[];
  descendants: SeenPost[];
}

interface ThreadRow extends SeenPost {
  parent_id: string | null;
  /** Null for the post itself. */
  above: boolean | null;
  search: Record<keyof ThreadSearch, string | null> | null;
}

// Only what everybody may see can be asked for, and only posts of others have a server to ask.
const searchOf = (post: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select json_build_object('conversationId', p.conversation_id::text, 'createdAt', p.created_at,
    'askedAt', b.asked_at, 'finishedAt', b.finished_at, 'found', b.found::text)
  from posts p left join backfills b on b.conversation_id = p.conversation_id
  where p.id = ${post} and exists (select from posts q where q.conversation_id = p.conversation_id and not q.local
    and q.visibility in ('public', 'unlisted')))`;

const readThread = preparedBy<
  { isSignedIn: boolean },
  ThreadLimits & { post: string; viewer: string | null; now: Date },
  ThreadRow
>('thread', ({ isSignedIn }, given) => {
  const viewer = isSignedIn ? sql`${given('viewer')}::bigint` : null;
  const reader = viewer ?? sql`null::bigint`;
  const depth = sql`${given('depth')}::int`;
  const ancestors = sql`${given('ancestors')}::int`;
  const muted =
    viewer === null ? sql`` : sql`and ${notMuted(viewer, sql.ref('p.account_id'), sql`${given('now')}::timestamptz`)}`;
  return sql`
    with recursive subject (id) as materialized (
      select coalesce(named.boost_of_id, named.id) from posts named
      where named.id = ${given('post')}::bigint and ${visibleTo(reader, 'named')}
    ), up (id, parent_id, step) as (
      select p.id, p.in_reply_to_id, 0 from subject join posts p on p.id = subject.id
      union all
      select p.id, p.in_reply_to_id, up.step + 1 from up join posts p on p.id = up.parent_id where up.step < ${ancestors}
    ), down (id, parent_id, step) as (
      select p.id, p.in_reply_to_id, 1 from subject join posts p on p.in_reply_to_id = subject.id
      union all
      select p.id, p.in_reply_to_id, down.step + 1 from down join posts p on p.in_reply_to_id = down.id where down.step < ${depth}
    ), around as materialized (
      (select id, parent_id, true as above, step from up where step > 0 limit ${ancestors})
      union all
      (select id, parent_id, false, step from down limit ${given('descendants')}::int)
    )
    select parent_id, above, id, boost_of_id, did, votes, reacted, asked, search from (
      select around.parent_id, around.above, around.step, ${seenBy(viewer, 'p')}, null::json as search
      from around join posts p on p.id = around.id where ${visibleToReader(reader, 'p')} ${muted}
      union all
      select null, null, null, subject.id, null, 0, null, null, null, ${viewer === null ? sql`null` : searchOf(sql.ref('subject.id'))}
      from subject
    ) thread order by case when above then -step end, id`;
});

/**
 * The thread around a post as that viewer (null: anybody) may see it: posts hidden from them, and by people they mute, are left
 * out. A boost stands for what it boosts. Null when they may not see the post itself. One statement; both walks stop at their
 * limits, so a thread without end costs no more than a long one.
 */
export async function findThread(ctx: AppContext, viewerId: string | null, id: string): Promise<Thread | null> {
  if (!isId(id)) return null;
  const limits = viewerId === null ? threadLimits.anonymous : threadLimits.signedIn;
  const values = { ...limits, post: id, viewer: viewerId, now: ctx.clock() };
  const rows = await readThread(ctx.database, { isSignedIn: viewerId !== null }, values);
  const subject = rows.find(({ above }) => above === null);
  if (subject === undefined) return null;
  // Posts from elsewhere may answer each other in a circle: each is told once, and the one in the middle not at all.
  const once = [...new Map(rows.map((row) => [row.id, row])).values()].filter((row) => row.id !== subject.id);
  return {
    search: subject.search && readSearch(subject.search),
    ancestors: once.filter((row) => row.above),
    descendants: depthFirst(once.filter((row) => !row.above)),
  };
}

function readSearch(search: Record<keyof ThreadSearch, string | null>): ThreadSearch {
  const moment = (text: string | null): Date | null => (text === null ? null : new Date(text));
  return {
    conversationId: search.conversationId ?? '',
    createdAt: moment(search.createdAt) ?? new Date(0),
    askedAt: moment(search.askedAt),
    finishedAt: moment(search.finishedAt),
    found: search.found === null ? null : Number(search.found),
  };
}

/** Orders answers so that each stands behind what it answers; those whose parent is hidden come where they were written, at the end. */
function depthFirst(rows: ThreadRow[]): ThreadRow[] {
  const present = new Set(rows.map(({ id }) => id));
  const children = new Map<string | null, ThreadRow[]>();
  for (const row of rows) {
    const parent = row.parent_id !== null && present.has(row.parent_id) ? row.parent_id : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(row);
    else children.set(parent, [row]);
  }
  const ordered: ThreadRow[] = [];
  const waiting = (children.get(null) ?? []).toReversed();
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    ordered.push(row);
    waiting.push(...(children.get(row.id) ?? []).toReversed());
  }
  return ordered;
}
