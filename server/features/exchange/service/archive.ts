// The only writer of archives: asked for, written, ready for a week, deleted with their files.
import type { AppContext } from '#server/context.ts';
import { seal, unseal } from '#server/features/auth/service/seal.ts';
import { isId } from '#server/features/accounts/queries.ts';
import { sql } from '#server/platform/database.ts';
import { Conflict, TooMany } from '#server/platform/errors.ts';
import { makeToken } from '#server/platform/tokens.ts';
import { archivesOf, findArchiveFor, type ArchiveView } from '../queries/archive.ts';

const day = 86_400_000;
/** How long an archive may be fetched, and how long one waits before the next. */
const lifeMs = 7 * day;
const mostTries = 3;
const mostFailures = 3;
const sealedFor = 'link to an archive';

/** The end of an archive that is ready. */
export function expiryOf({ state, finishedAt }: ArchiveView): Date | null {
  return state === 'ready' && finishedAt !== null ? new Date(finishedAt.getTime() + lifeMs) : null;
}

/** True when it can be fetched now. */
export function isOpen(ctx: AppContext, archive: ArchiveView): boolean {
  const end = expiryOf(archive);
  return end !== null && end > ctx.clock();
}

/** When the next archive may be asked for; null: now. One that failed counts only when others failed, too. */
export function nextArchiveAt(ctx: AppContext, archives: readonly ArchiveView[]): Date | null {
  const since = ctx.clock().getTime() - lifeMs;
  const recent = archives.filter(({ createdAt }) => createdAt.getTime() > since);
  const failures = recent.filter(({ state }) => state === 'failed');
  const last = recent.find(({ state }) => state !== 'failed') ?? failures[mostFailures - 1];
  return last === undefined ? null : new Date(last.createdAt.getTime() + lifeMs);
}

/** Lets an archive be written. @throws {Conflict} while one is being written {TooMany} before the week is over */
export async function askForArchive(ctx: AppContext, accountId: string): Promise<void> {
  await ctx.database.write(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`archives:${accountId}`}, 0))`.execute(tx.sql);
    const archives = await archivesOf({ ...ctx, database: ctx.database.joined(tx) }, accountId);
    if (archives.some(({ state }) => state === 'waiting'))
      throw new Conflict('Your archive is being written already; please wait for it');
    const next = nextArchiveAt(ctx, archives);
    if (next !== null) {
      const retryAfter = Math.ceil((next.getTime() - ctx.clock().getTime()) / 1000);
      throw new TooMany(`You may ask for one archive a week: the next from ${next.toISOString()}`, { retryAfter });
    }
    const { rows } = await sql<{ id: string }>`insert into archives (account_id, key, created_at)
      values (${accountId}, ${`archives/${makeToken()}.zip`}, ${ctx.clock()}) returning id`.execute(tx.sql);
    await tx.emit('archive.wanted', { archiveId: rows[0]?.id ?? '' });
  });
}

/** Notes another try at writing an archive; null when it waits no longer. `isLast`: there is none after this. */
export async function beginArchive(ctx: AppContext, id: string): Promise<{ isLast: boolean } | null> {
  const { rows } = await ctx.database.write((tx) =>
    sql<{
      tries: number;
    }>`update archives set tries = tries + 1 where id = ${id} and state = 'waiting' returning tries`.execute(tx.sql),
  );
  return rows[0] === undefined ? null : { isLast: rows[0].tries >= mostTries };
}

/** The file is stored. False when nobody waits for it any more: then it must go. */
export async function finishArchive(ctx: AppContext, id: string, bytes: number): Promise<boolean> {
  return ctx.database.write(async (tx) => {
    const { numAffectedRows } =
      await sql`update archives set state = 'ready', bytes = ${bytes}, finished_at = ${ctx.clock()}
      where id = ${id} and state = 'waiting'`.execute(tx.sql);
    const isReady = numAffectedRows === 1n;
    if (isReady) await tx.emit('archive.ready', { archiveId: id });
    return isReady;
  });
}

/** It could not be written. */
export async function failArchive(ctx: AppContext, id: string): Promise<void> {
  await ctx.database.write((tx) =>
    sql`update archives set state = 'failed', finished_at = ${ctx.clock()} where id = ${id} and state = 'waiting'`.execute(
      tx.sql,
    ),
  );
}

/** The secret of a link that opens the archive for as long as that token of its owner lives. */
export function linkOf(ctx: AppContext, archive: ArchiveView, tokenId: string): string {
  return seal(ctx, `${archive.id} ${tokenId}`, sealedFor);
}

/** The archive that a link opens now; null when it is none of ours, its token has ended, or the archive has expired. */
export async function openLink(ctx: AppContext, link: string): Promise<ArchiveView | null> {
  const [id = '', tokenId = ''] = (unseal(ctx, link, sealedFor) ?? '').split(' ');
  if (!isId(id) || !isId(tokenId)) return null;
  const archive = await findArchiveFor(ctx, id, tokenId);
  return archive !== null && isOpen(ctx, archive) ? archive : null;
}

const batch = 100;

/** Deletes archives whose time is over, with their files, and gives up those that nobody has finished for a day. Returns how many. */
export async function purgeArchives(ctx: AppContext): Promise<number> {
  const now = ctx.clock().getTime();
  await ctx.database.write((tx) =>
    sql`update archives set state = 'failed', finished_at = ${ctx.clock()}
      where state = 'waiting' and created_at < ${new Date(now - day)}`.execute(tx.sql),
  );
  const { rows } = await sql<Found>`
    select id, key from archives where finished_at <= ${new Date(now - lifeMs)} order by id limit ${batch}`.execute(
    ctx.database.read,
  );
  await remove(ctx, rows);
  return rows.length;
}

/** Deletes the archives of an account that is gone. */
export async function dropArchivesOf(ctx: AppContext, { accountId }: { accountId: string }): Promise<void> {
  const { rows } = await sql<Found>`select id, key from archives where account_id = ${accountId}`.execute(
    ctx.database.read,
  );
  await remove(ctx, rows);
}

interface Found {
  id: string;
  key: string;
}

/** The file goes first: a row without one is found again, a file without a row never. */
async function remove(ctx: AppContext, archives: readonly Found[]): Promise<void> {
  for (const { id, key } of archives) {
    await ctx.files.delete(key);
    await ctx.database.write((tx) => sql`delete from archives where id = ${id}`.execute(tx.sql));
  }
}
