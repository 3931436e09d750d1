// Giving a post its preview while the post is written: the row is found or made, and a visit is asked for when one is due.
import { createHash } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { firstLink, visitRules, type LinkedText } from '../policy.ts';
import { mayVisit } from './visit.ts';

/** Other servers' posts with one link come everywhere within seconds: their visits are spread over a minute. */
const spreadMs = 60_000;

export interface LinkingPost extends Omit<LinkedText, 'origin'> {
  local: boolean;
}

/**
 * The id of the preview of what a post links to, or null when it links to nothing that is previewed. To be called in the
 * transaction that writes the post: the row is made when there is none, and `link.found` is emitted when a visit is due. A post
 * without a link costs no statement, one with a link that is known costs one.
 */
export async function claimLink(ctx: AppContext, tx: Transaction, post: LinkingPost): Promise<string | null> {
  if (!ctx.config.linkPreviews || !post.html.includes('<a ')) return null;
  const url = firstLink({ ...post, origin: ctx.config.origin });
  if (url === null || !mayVisit(ctx, url)) return null;
  const now = ctx.clock();
  const due = post.local ? now : new Date(now.getTime() + Math.floor(Math.random() * spreadMs));
  const urlHash = createHash('sha256').update(url).digest('base64url');
  const known = (await find(tx, urlHash)) ?? (await make(tx, { url, urlHash, now, due }));
  if (known === null) throw new Error('the preview of a link came and went at once');
  if (known.isNew || (isDue(known, now, due) && (await want(tx, known.id, now, due))))
    await tx.emit('link.found', { previewId: known.id }, due);
  return known.id;
}

interface Known {
  id: string;
  wantedAt: Date | null;
  fetchedAt: Date | null;
  isNew: boolean;
}

async function find(tx: Transaction, urlHash: string): Promise<Known | null> {
  const { rows } = await sql<Known>`
    select id, wanted_at as "wantedAt", fetched_at as "fetchedAt", false as "isNew"
    from link_previews where url_hash = ${urlHash} for key share`.execute(tx.sql);
  return rows[0] ?? null;
}

/** Two posts that bring the same link at once make one row: the later waits for the earlier. */
async function make(
  tx: Transaction,
  { url, urlHash, now, due }: { url: string; urlHash: string; now: Date; due: Date },
): Promise<Known | null> {
  const made = await tx.sql
    .insertInto('link_previews')
    .values({ url, url_hash: urlHash, wanted_at: due, created_at: now })
    .onConflict((conflict) => conflict.column('url_hash').doNothing())
    .returning(['id', 'wanted_at as wantedAt', 'fetched_at as fetchedAt'])
    .executeTakeFirst();
  return made ? { ...made, isNew: true } : find(tx, urlHash);
}

/** A visit is due when the last one is old, or when the one that is planned can come sooner. */
function isDue({ wantedAt, fetchedAt }: Known, now: Date, due: Date): boolean {
  if (wantedAt !== null) return fetchedAt === null && due < wantedAt && wantedAt > now;
  return fetchedAt === null || now.getTime() - fetchedAt.getTime() > visitRules.freshMs;
}

/** True for the one post that may ask for the visit. */
async function want(tx: Transaction, id: string, now: Date, due: Date): Promise<boolean> {
  const { rows } = await sql`
    update link_previews set wanted_at = ${due}
    where id = ${id} and (wanted_at is null or (wanted_at > ${now} and wanted_at > ${due})) returning id`.execute(
    tx.sql,
  );
  return rows.length > 0;
}
