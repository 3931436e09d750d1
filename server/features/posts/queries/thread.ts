// The posts around a post: what it answers, and what answers it.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { preparedBy } from '#server/platform/statement.ts';
import { notMuted, visibleTo } from '../policy.ts';
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

const readSubject = preparedBy<{ isSignedIn: boolean }, { post: string; viewer: string | null }, { id: string }>(
  'thread_subject',
  ({ isSignedIn }, given) => sql`
    select coalesce(named.boost_of_id, named.id) as id from posts named where named.id = ${given('post')}::bigint
      and ${visibleTo(isSignedIn ? sql`${given('viewer')}::bigint` : sql`null::bigint`, 'named')}`,
);

/** The id of the post that is meant: a boost stands for what it boosts. Null when the viewer (null: anybody) may not see it. */
export async function findSubjectId(ctx: AppContext, viewerId: string | null, id: string): Promise<string | null> {
  if (!isId(id)) return null;
  const [row] = await readSubject(ctx.database, { isSignedIn: viewerId !== null }, { post: id, viewer: viewerId });
  return row?.id ?? null;
}

/** What stands around a post: `ancestors` from the first post down, `descendants` depth first, each answer after what it answers. */
export interface Thread {
  ancestors: SeenPost[];
  descendants: SeenPost[];
}

interface ThreadRow extends SeenPost {
  parent_id: string | null;
  above: boolean;
}

const readThread = preparedBy<
  { isSignedIn: boolean },
  ThreadLimits & { post: string; viewer: string | null; now: Date },
  ThreadRow
>('thread', ({ isSignedIn }, given) => {
  const viewer = isSignedIn ? sql`${given('viewer')}::bigint` : null;
  const post = sql`${given('post')}::bigint`;
  const depth = sql`${given('depth')}::int`;
  const ancestors = sql`${given('ancestors')}::int`;
  const muted =
    viewer === null ? sql`` : sql`and ${notMuted(viewer, sql.ref('p.account_id'), sql`${given('now')}::timestamptz`)}`;
  return sql`
    with recursive up (id, parent_id, step) as (
      select p.id, p.in_reply_to_id, 0 from posts p where p.id = ${post}
      union all
      select p.id, p.in_reply_to_id, up.step + 1 from up join posts p on p.id = up.parent_id where up.step < ${ancestors}
    ), down (id, parent_id, step) as (
      select p.id, p.in_reply_to_id, 1 from posts p where p.in_reply_to_id = ${post}
      union all
      select p.id, p.in_reply_to_id, down.step + 1 from down join posts p on p.in_reply_to_id = down.id where down.step < ${depth}
    ), around as materialized (
      (select id, parent_id, true as above, step from up where step > 0 limit ${ancestors})
      union all
      (select id, parent_id, false, step from down limit ${given('descendants')}::int)
    )
    select around.parent_id, around.above, ${seenBy(viewer, 'p')} from around join posts p on p.id = around.id
    where ${visibleTo(viewer ?? sql`null::bigint`, 'p')} ${muted}
    order by case when around.above then -around.step end, around.id`;
});

/**
 * The thread around a post as that viewer may see it: posts hidden from them, and by people they mute, are left out.
 * One statement. Both walks stop at their limits, so a thread without end costs no more than a long one.
 */
export async function findThread(ctx: AppContext, postId: string, viewerId: string | null): Promise<Thread> {
  const limits = viewerId === null ? threadLimits.anonymous : threadLimits.signedIn;
  const values = { ...limits, post: postId, viewer: viewerId, now: ctx.clock() };
  const rows = await readThread(ctx.database, { isSignedIn: viewerId !== null }, values);
  // Posts from elsewhere may answer each other in a circle: each is told once, and the one in the middle not at all.
  const once = [...new Map(rows.map((row) => [row.id, row])).values()].filter(({ id }) => id !== postId);
  return { ancestors: once.filter((row) => row.above), descendants: depthFirst(once.filter((row) => !row.above)) };
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
