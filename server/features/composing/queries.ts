// Reading one's own scheduled posts and drafts. Nobody reads another's.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import type { DraftContent, PlannedPost } from './entities.ts';

export interface ScheduledView {
  id: string;
  scheduledAt: Date;
  post: PlannedPost;
}

export interface DraftView {
  id: string;
  content: DraftContent;
  problem: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const scheduledColumns = sql`id, scheduled_at as "scheduledAt", post`;
const draftColumns = sql`id, content, problem, created_at as "createdAt", updated_at as "updatedAt"`;

/** A page of what an account has scheduled. */
export async function scheduledPage(ctx: AppContext, accountId: string, page: Stretch): Promise<ScheduledView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const { rows } = await sql<ScheduledView>`
    select ${scheduledColumns} from scheduled_posts where account_id = ${accountId} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}

/** That scheduled post of the account, or null. */
export async function findScheduled(ctx: AppContext, accountId: string, id: string): Promise<ScheduledView | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<ScheduledView>`
    select ${scheduledColumns} from scheduled_posts where id = ${id} and account_id = ${accountId}`.execute(
    ctx.database.read,
  );
  return rows[0] ?? null;
}

/** A page of an account's drafts. */
export async function draftPage(ctx: AppContext, accountId: string, page: Stretch): Promise<DraftView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const { rows } = await sql<DraftView>`
    select ${draftColumns} from drafts where account_id = ${accountId} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return newestFirst(rows, page);
}

/** That draft of the account, or null. */
export async function findDraft(ctx: AppContext, accountId: string, id: string): Promise<DraftView | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<DraftView>`
    select ${draftColumns} from drafts where id = ${id} and account_id = ${accountId}`.execute(ctx.database.read);
  return rows[0] ?? null;
}
