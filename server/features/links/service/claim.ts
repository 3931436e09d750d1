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
  const [id] = await claimLinks(ctx, tx, [post]);
  return id ?? null;
}

/** The same for many posts, in their order. Rows are taken in one order, so that two writes never wait for each other in a circle. */
export async function claimLinks(
  ctx: AppContext,
  tx: Transaction,
  posts: readonly LinkingPost[],
): Promise<Array<string | null>> {
  const now = ctx.clock();
  const links = posts.map((post) => linkOf(ctx, post, now));
  const wanted = new Map<string, Link>();
  for (const link of links)
    if (link !== null && !((wanted.get(link.urlHash)?.due ?? link.due) < link.due)) wanted.set(link.urlHash, link);
  if (wanted.size === 0) return posts.map(() => null);
  const present = await findAll(tx, [...wanted.keys()]);
  const ids = new Map<string, string>();
  for (const link of [...wanted.values()].toSorted((one, other) => (one.urlHash < other.urlHash ? -1 : 1)))
    ids.set(link.urlHash, await claim(tx, link, present.get(link.urlHash) ?? null, now));
  return links.map((link) => (link === null ? null : (ids.get(link.urlHash) ?? null)));
}

interface Link {
  url: string;
  urlHash: string;
  /** When it would be visited for this post. */
  due: Date;
}

function linkOf(ctx: AppContext, post: LinkingPost, now: Date): Link | null {
  if (!ctx.config.linkPreviews || !post.html.includes('<a ')) return null;
  const url = firstLink({ ...post, origin: ctx.config.origin });
  if (url === null || !mayVisit(ctx, url)) return null;
  const due = post.local ? now : new Date(now.getTime() + Math.floor(Math.random() * spreadMs));
  return { url, urlHash: createHash('sha256').update(url).digest('base64url'), due };
}

async function claim(tx: Transaction, link: Link, present: Known | null, now: Date): Promise<string> {
  const known = present ?? (await make(tx, { ...link, now }));
  if (known === null) throw new Error('the preview of a link came and went at once');
  if (known.isNew || (isDue(known, now, link.due) && (await want(tx, known.id, now, link.due))))
    await tx.emit('link.found', { previewId: known.id }, link.due);
  return known.id;
}

interface Known {
  id: string;
  wantedAt: Date | null;
  fetchedAt: Date | null;
  isNew: boolean;
}

async function findAll(tx: Transaction, urlHashes: readonly string[]): Promise<Map<string, Known>> {
  const { rows } = await sql<Known & { urlHash: string }>`
    select id, url_hash as "urlHash", wanted_at as "wantedAt", fetched_at as "fetchedAt", false as "isNew"
    from link_previews where url_hash = any(${urlHashes}::text[]) order by url_hash for key share`.execute(tx.sql);
  return new Map(rows.map((row) => [row.urlHash, row]));
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
  return made ? { ...made, isNew: true } : ((await findAll(tx, [urlHash])).get(urlHash) ?? null);
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
