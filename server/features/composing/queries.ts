// Reading one's own scheduled posts and drafts. Nobody reads another's.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { loadMedia, type MediaView } from '#server/features/media/queries.ts';
import { sql } from '#server/platform/database.ts';
import { newestFirst, takeStretch, type Stretch } from '#server/platform/keyset.ts';
import type { DraftContent, PlannedPost } from './entities.ts';

export interface ScheduledView {
  id: string;
  scheduledAt: Date;
  post: PlannedPost;
  /** What it will show, as far as it is still there. */
  media: MediaView[];
}

export interface DraftView {
  id: string;
  content: DraftContent;
  problem: string | null;
  /** What it holds, as far as it is still there. */
  media: MediaView[];
  createdAt: Date;
  updatedAt: Date;
}

const scheduledColumns = sql`id, scheduled_at as "scheduledAt", post`;
const draftColumns = sql`id, content, problem, created_at as "createdAt", updated_at as "updatedAt"`;

/** A page of what an account has scheduled. At most two statements. */
export async function scheduledPage(ctx: AppContext, accountId: string, page: Stretch): Promise<ScheduledView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const { rows } = await sql<Omit<ScheduledView, 'media'>>`
    select ${scheduledColumns} from scheduled_posts where account_id = ${accountId} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return withMedia(ctx, accountId, newestFirst(rows, page), ({ post }) => post.mediaIds);
}

/** That scheduled post of the account, or null. */
export async function findScheduled(ctx: AppContext, accountId: string, id: string): Promise<ScheduledView | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<Omit<ScheduledView, 'media'>>`
    select ${scheduledColumns} from scheduled_posts where id = ${id} and account_id = ${accountId}`.execute(
    ctx.database.read,
  );
  const [found = null] = await withMedia(ctx, accountId, rows, ({ post }) => post.mediaIds);
  return found;
}

/** A page of an account's drafts. At most two statements. */
export async function draftPage(ctx: AppContext, accountId: string, page: Stretch): Promise<DraftView[]> {
  const { bounds, order } = takeStretch(sql.ref('id'), page);
  const { rows } = await sql<Omit<DraftView, 'media'>>`
    select ${draftColumns} from drafts where account_id = ${accountId} and ${bounds} ${order}`.execute(
    ctx.database.read,
  );
  return withMedia(ctx, accountId, newestFirst(rows, page), ({ content }) => content.media_ids);
}

/** That draft of the account, or null. */
export async function findDraft(ctx: AppContext, accountId: string, id: string): Promise<DraftView | null> {
  if (!isId(id)) return null;
  const { rows } = await sql<Omit<DraftView, 'media'>>`
    select ${draftColumns} from drafts where id = ${id} and account_id = ${accountId}`.execute(ctx.database.read);
  const [found = null] = await withMedia(ctx, accountId, rows, ({ content }) => content.media_ids);
  return found;
}

/** What all rows name is read by one statement. */
async function withMedia<Row>(
  ctx: AppContext,
  accountId: string,
  rows: readonly Row[],
  named: (row: Row) => readonly string[] | undefined,
): Promise<Array<Row & { media: MediaView[] }>> {
  const media = await loadMedia(
    ctx,
    rows.flatMap((row) => named(row) ?? []),
  );
  const own = new Map(media.filter((one) => one.accountId === accountId).map((one) => [one.id, one]));
  return rows.map((row) => ({ ...row, media: (named(row) ?? []).flatMap((id) => own.get(id) ?? []) }));
}
