// The posts around a post: what it answers, and what answers it.
import type { AppContext } from '#server/context.ts';
import { sql } from '#server/platform/database.ts';
import { notMuted, visiblePosts } from '../policy.ts';

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

/** Ids around a post: `ancestors` from the first post down, `descendants` depth first, each answer after what it answers. */
export interface Thread {
  ancestors: string[];
  descendants: string[];
}

interface ThreadRow {
  id: string;
  parent_id: string | null;
  above: boolean;
}

/**
 * The thread around a post as that viewer may see it: posts hidden from them, and by people they mute, are left out.
 * One statement. Both walks stop at their limits, so a thread without end costs no more than a long one.
 */
export async function findThread(ctx: AppContext, postId: string, viewerId: string | null): Promise<Thread> {
  const limits = viewerId === null ? threadLimits.anonymous : threadLimits.signedIn;
  const viewer = sql`${viewerId}::bigint`;
  const now = sql`${ctx.clock()}::timestamptz`;
  const { rows } = await sql<ThreadRow>`
    with recursive up (id, parent_id, step) as (
      select p.id, p.in_reply_to_id, 0 from posts p where p.id = ${postId}
      union all
      select p.id, p.in_reply_to_id, up.step + 1 from up join posts p on p.id = up.parent_id where up.step < ${limits.ancestors}
    ), down (id, parent_id, step) as (
      select p.id, p.in_reply_to_id, 1 from posts p where p.in_reply_to_id = ${postId}
      union all
      select p.id, p.in_reply_to_id, down.step + 1 from down join posts p on p.in_reply_to_id = down.id where down.step < ${limits.depth}
    ), around as materialized (
      (select id, parent_id, true as above, step from up where step > 0 limit ${limits.ancestors})
      union all
      (select id, parent_id, false, step from down limit ${limits.descendants})
    )
    select around.id, around.parent_id, around.above from around join posts p on p.id = around.id
    where ${visiblePosts(viewerId, 'p')} and ${notMuted(viewer, sql.ref('p.account_id'), now)}
    order by around.above desc, around.step desc, around.id`.execute(ctx.database.read);
  // Posts from elsewhere may answer each other in a circle: each is told once, and the one in the middle not at all.
  const once = [...new Map(rows.map((row) => [row.id, row])).values()].filter(({ id }) => id !== postId);
  const below = once.filter((row) => !row.above).toSorted((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
  return { ancestors: once.filter((row) => row.above).map(({ id }) => id), descendants: depthFirst(below) };
}

/** Orders answers so that each stands behind what it answers; those whose parent is hidden come where they were written, at the end. */
function depthFirst(rows: ThreadRow[]): string[] {
  const present = new Set(rows.map(({ id }) => id));
  const children = new Map<string | null, string[]>();
  for (const { id, parent_id: parentId } of rows) {
    const parent = parentId !== null && present.has(parentId) ? parentId : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(id);
    else children.set(parent, [id]);
  }
  const ordered: string[] = [];
  const waiting = (children.get(null) ?? []).toReversed();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    ordered.push(id);
    waiting.push(...(children.get(id) ?? []).toReversed());
  }
  return ordered;
}
