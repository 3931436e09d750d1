// Who visits a page and what comes of it: taking the row for one job, and writing down what was found.
import type { AppContext } from '#server/context.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { visitRules } from '../policy.ts';
import type { SeenPage, Visit } from './visit.ts';

const claimMs = 2 * 60_000;
const keptMs = 30 * 24 * 60 * 60_000;

/** A preview that this job may visit. */
export interface TakenPreview {
  id: string;
  url: string;
  attempts: number;
  /** It was shown before, and what it showed stays until something better is found. */
  isReady: boolean;
}

/**
 * Takes a preview that is wanted, for `job` alone and for two minutes. Null when nobody wants it, or another job has it. A job
 * that runs again after a crash gets what it had.
 */
export async function takePreview(ctx: AppContext, previewId: string, job: string): Promise<TakenPreview | null> {
  if (!isId(previewId)) return null;
  const now = ctx.clock();
  const { rows } = await sql<TakenPreview>`
    update link_previews set claimed_by = ${job}, claimed_until = ${new Date(now.getTime() + claimMs)}
    where id = ${previewId} and wanted_at is not null
      and (claimed_by is null or claimed_by = ${job} or claimed_until < ${now})
    returning id, url, attempts, state = 'ready' as "isReady"`.execute(ctx.database.read);
  return rows[0] ?? null;
}

/**
 * Writes what a visit brought and gives the row back. Emits `link.previewed` when posts that hold it show something else now,
 * and `link.found` for another time when the page could not be had this time.
 */
export async function recordVisit(
  ctx: AppContext,
  preview: TakenPreview,
  visit: Visit,
  authorId: string | null,
): Promise<void> {
  await ctx.database.write(async (tx) => {
    if (visit.outcome === 'page') await recordPage(ctx, tx, preview, visit.page, authorId);
    else await recordFailure(ctx, tx, preview, visit);
  });
}

async function recordPage(
  ctx: AppContext,
  tx: Transaction,
  { id }: TakenPreview,
  page: SeenPage,
  authorId: string | null,
): Promise<void> {
  const shown = shownColumns(page, authorId);
  const names = sql.join(Object.keys(shown).map((name) => sql.ref(name)));
  const values = sql.join(Object.values(shown).map((value) => sql`${value}`));
  const changed = await tx.sql
    .updateTable('link_previews')
    .set(shown)
    .where('id', '=', id)
    .where(sql<boolean>`(${names}) is distinct from (${values})`)
    .returning('id')
    .executeTakeFirst();
  await giveBack(tx, id, { fetched_at: ctx.clock(), attempts: 0, failure: null, wanted_at: null });
  if (changed) await tx.emit('link.previewed', { previewId: id });
}

function shownColumns(page: SeenPage, authorId: string | null) {
  return {
    state: 'ready' as const,
    final_url: page.finalUrl,
    host: page.host,
    kind: page.kind,
    title: page.title,
    description: page.description,
    provider_name: page.providerName,
    provider_url: page.providerUrl,
    author_name: page.authorName,
    author_url: page.authorUrl,
    author_id: authorId,
    image_url: page.imageUrl,
    image_width: page.imageWidth,
    image_height: page.imageHeight,
    image_description: page.imageDescription,
    player_url: page.playerUrl,
    player_width: page.playerWidth,
    player_height: page.playerHeight,
    language: page.language,
    published_at: page.publishedAt,
  };
}

async function recordFailure(
  ctx: AppContext,
  tx: Transaction,
  preview: TakenPreview,
  visit: Exclude<Visit, { outcome: 'page' }>,
): Promise<void> {
  const { id, attempts, isReady } = preview;
  // Whoever ran the job again after this process stood still has written what came of it.
  const { rows } =
    await sql`select from link_previews where id = ${id} and wanted_at is not null and attempts = ${attempts} for update`.execute(
      tx.sql,
    );
  if (rows.length === 0) return;
  const now = ctx.clock();
  const minutes = visit.outcome === 'failed' && visit.again ? visitRules.retryMinutes[attempts] : undefined;
  const next = minutes === undefined ? null : new Date(now.getTime() + minutes * 60_000);
  const state = visit.outcome === 'none' ? ('bare' as const) : ('failed' as const);
  await giveBack(tx, id, {
    failure: visit.reason,
    wanted_at: next,
    attempts: next === null ? 0 : attempts + 1,
    ...(next === null ? { fetched_at: now } : {}),
    ...(isReady ? {} : { state }),
  });
  if (next !== null) await tx.emit('link.found', { previewId: id }, next);
}

interface Given {
  failure: string | null;
  wanted_at: Date | null;
  attempts: number;
  fetched_at?: Date;
  state?: 'bare' | 'failed';
}

async function giveBack(tx: Transaction, id: string, given: Given): Promise<void> {
  await tx.sql
    .updateTable('link_previews')
    .set({ ...given, claimed_by: null, claimed_until: null })
    .where('id', '=', id)
    .execute();
}

/** Forgets previews that no post has held for a month, in small batches. Returns how many. */
export async function purgePreviews(ctx: AppContext, batch = 500): Promise<number> {
  const before = new Date(ctx.clock().getTime() - keptMs);
  const { rows } = await sql`
    delete from link_previews where id in (
      select link.id from link_previews link
      where link.created_at < ${before} and not exists (select from posts where link_preview_id = link.id)
      order by link.created_at limit ${batch} for update skip locked)
    returning id`.execute(ctx.database.read);
  return rows.length;
}
