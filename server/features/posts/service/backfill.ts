// Looking for what we miss of a conversation: whether it is time to, and how far that is.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import type { ThreadSearch } from '../queries/thread.ts';

/** A search for the rest of a conversation. */
export interface Refresh {
  id: string;
  isRunning: boolean;
  /** Posts found so far. */
  found: number;
}

const minute = 60_000;
/** A search that says nothing for so long has ended with the process that made it. */
const patienceMs = 3 * minute;
/** How soon a conversation is searched again: a young one soon. */
const rests = { young: 3 * minute, ofToday: 15 * minute, old: 6 * 60 * minute };

/** Somebody looks at a conversation: has what is missing of it fetched, if that was not done lately. Null when nothing is under way. */
export async function wantThread(ctx: AppContext, row: ThreadSearch): Promise<Refresh | null> {
  const now = ctx.clock();
  const due = row.askedAt === null || now.getTime() - row.askedAt.getTime() > restOf(row, now);
  if (!due) return readRefresh(row, now);
  return ctx.database.write(async (tx) => {
    const claimed = await sql`
      insert into backfills (conversation_id, asked_at, finished_at, found) values (${row.conversationId}, ${now}, null, 0)
      on conflict (conversation_id) do update set asked_at = excluded.asked_at, finished_at = null, found = 0
      where backfills.asked_at is not distinct from ${row.askedAt} returning conversation_id`.execute(tx.sql);
    if (claimed.rows.length > 0) await tx.emit('thread.wanted', { conversationId: row.conversationId });
    return { id: refreshId(row.conversationId), isRunning: true, found: 0 };
  });
}

function restOf({ createdAt }: ThreadSearch, now: Date): number {
  const age = now.getTime() - createdAt.getTime();
  if (age < 60 * minute) return rests.young;
  return age < 24 * 60 * minute ? rests.ofToday : rests.old;
}

function readRefresh(
  row: Pick<ThreadSearch, 'conversationId' | 'askedAt' | 'finishedAt' | 'found'>,
  now: Date,
): Refresh {
  const age = now.getTime() - (row.askedAt?.getTime() ?? 0);
  const isRunning = row.finishedAt === null && age < patienceMs;
  return { id: refreshId(row.conversationId), isRunning, found: row.found ?? 0 };
}

const refreshId = (conversationId: string): string => `thread-${conversationId}`;

/** How a search stands, by the id that the page was given; null when there is none. */
export async function findRefresh(ctx: AppContext, id: string): Promise<Refresh | null> {
  const conversationId = id.replace(/^thread-/, '');
  if (!isId(conversationId) || refreshId(conversationId) !== id) return null;
  const row = await ctx.database.read
    .selectFrom('backfills')
    .select(['asked_at as askedAt', 'finished_at as finishedAt', 'found'])
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  return row ? readRefresh({ ...row, conversationId }, ctx.clock()) : null;
}

/** Notes how far a search is. */
export async function noteRefresh(
  ctx: AppContext,
  conversationId: string,
  { found, isDone }: { found: number; isDone: boolean },
): Promise<void> {
  await ctx.database.read
    .updateTable('backfills')
    .set({ found, finished_at: isDone ? ctx.clock() : null })
    .where('conversation_id', '=', conversationId)
    .execute();
}

/** Forgets searches that nobody waits for any more. Returns how many. */
export async function purgeRefreshes(ctx: AppContext): Promise<number> {
  const { numDeletedRows } = await ctx.database.read
    .deleteFrom('backfills')
    .where('asked_at', '<', new Date(ctx.clock().getTime() - 7 * 24 * 60 * minute))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
