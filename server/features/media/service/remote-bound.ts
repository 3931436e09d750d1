// How much of other servers' files is kept: within the bound of the settings, what was not looked at for longest goes first;
// and away with all of one server when nothing of it may be shown.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppContext } from '#server/context.ts';
import { sql, type RawBuilder } from '#server/platform/database.ts';
import { makeToken } from '#server/platform/tokens.ts';
import type { RemoteStored } from '../entities.ts';
import { forgetRemote } from './remote-rows.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Whoever deletes files has this long before somebody else finishes the work. */
const leavingMs = 10 * minute;
const batch = 200;
/** This much goes below the bound, so that not every new file makes work. */
const roomShare = 0.01;

/** The bound in bytes. */
export function remoteBound(ctx: AppContext): number {
  return Math.floor(ctx.config.mediaCacheMaxGb * 1e9);
}

/** What all files of other servers take now, and of how many addresses they are. */
export async function measureRemote(ctx: AppContext): Promise<{ files: number; bytes: number }> {
  const { rows } = await sql<{ files: string; bytes: string }>`
    select count(*) filter (where state = 'ready') as files, coalesce(sum(bytes), 0) as bytes from remote_files`.execute(
    ctx.database.read,
  );
  return { files: Number(rows[0]?.files ?? 0), bytes: Number(rows[0]?.bytes ?? 0) };
}

interface Leaving {
  digest: string;
  files: RemoteStored[];
}

// What others are deleting at this moment counts as deleted.
const oldestText = `
  with need as (
    select u.bytes - (select coalesce(sum(bytes), 0) from remote_files where state = 'leaving') as held from remote_usage u
  ),
  oldest as (select digest, bytes, last_used_at from remote_files where state = 'ready' order by last_used_at, digest limit $5),
  summed as (select digest, sum(bytes) over (order by last_used_at, digest) - bytes as before from oldest)
  update remote_files r set state = 'leaving', claim = $3, claimed_until = $4
  from summed, need
  where need.held > $1::bigint and r.digest = summed.digest and summed.before < need.held - $2::bigint and r.state = 'ready'
  returning r.digest, r.files`;

/** Deletes what was not looked at for longest until the rest is within the bound. Returns how many went. */
export async function keepBound(ctx: AppContext): Promise<number> {
  const bound = remoteBound(ctx);
  const goal = Math.floor(bound * (1 - roomShare));
  for (let gone = 0; ;) {
    const claim = makeToken();
    const until = new Date(ctx.clock().getTime() + leavingMs);
    // Once begun it goes on to the goal.
    const values = [gone === 0 ? bound : goal, goal, claim, until, batch];
    const leaving = await ctx.database.prepared<Leaving>('media remote oldest', oldestText, values);
    if (leaving.length === 0) return gone;
    await remove(ctx, leaving, claim);
    gone += leaving.length;
  }
}

/** The files first: a row whose files are gone is finished later, files without a row nobody finds. */
async function remove(ctx: AppContext, leaving: readonly Leaving[], claim: string): Promise<void> {
  for (const { files } of leaving) await deleteStored(ctx, files);
  const digests = leaving.map(({ digest }) => digest);
  await forgetRemote(ctx, digests, claim);
}

/** Deletes stored files. */
export async function deleteStored(ctx: AppContext, files: readonly RemoteStored[]): Promise<void> {
  for (const { key } of files) await ctx.files.delete(key);
}

/** Which files of other servers: those of a server and of its accounts, those at these addresses, those not looked at since. */
export type RemoteSelection = { host: string } | { urls: readonly string[] } | { unusedSince: Date };

/**
 * Forgets files of other servers, and what is noted of failures. Of a host: what lies on it or on a name below it, and the
 * pictures, emoji and posts' files of its accounts wherever they lie. Returns how many went. They are fetched again when
 * somebody asks: whoever drops them for good no longer shows their addresses.
 */
export async function dropRemoteFiles(ctx: AppContext, which: RemoteSelection): Promise<number> {
  for (let gone = 0; ;) {
    const claim = makeToken();
    const until = new Date(ctx.clock().getTime() + leavingMs);
    const { rows } = await ctx.database.write((tx) =>
      sql<Leaving>`
        update remote_files r set state = 'leaving', claim = ${claim}, claimed_until = ${until}
        from (select digest from remote_files where ${selected(which)} and state <> 'leaving' order by digest limit ${batch}) chosen
        where r.digest = chosen.digest and r.state <> 'leaving' returning r.digest, r.files`.execute(tx.sql),
    );
    if (rows.length === 0) return gone;
    await remove(ctx, rows, claim);
    gone += rows.length;
  }
}

/** How many `dropRemoteFiles` would forget. */
export async function countRemoteFiles(ctx: AppContext, which: RemoteSelection): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from remote_files where ${selected(which)} and state <> 'leaving'`.execute(ctx.database.read);
  return Number(rows[0]?.count ?? 0);
}

function selected(which: RemoteSelection): RawBuilder<unknown> {
  if ('urls' in which) return sql`url = any(${[...which.urls]}::text[])`;
  if ('unusedSince' in which) return sql`last_used_at < ${which.unusedSince} and state in ('ready', 'failed')`;
  const host = which.host.toLowerCase();
  const below = `%.${host.replaceAll(/[\\%_]/g, String.raw`\$&`)}`;
  const isIts = sql`(lower(a.domain) = ${host} or lower(a.domain) like ${below})`;
  return sql`(host = ${host} or host like ${below} or url in (
    select shown.url from accounts a, lateral (values (a.avatar->>'url'), (a.header->>'url')) shown (url)
      where ${isIts} and shown.url is not null
    union all select emoji->>'url' from accounts a, jsonb_array_elements(a.emojis) emoji where ${isIts}
    union all select shown.url from accounts a join media_attachments m on m.account_id = a.id,
      lateral (values (m.remote_url), (m.remote_preview_url)) shown (url) where ${isIts} and shown.url is not null))`;
}

/**
 * What is done regularly: finishes what a process that was killed left half-done, forgets failures that are over, counts anew,
 * keeps the bound.
 */
export async function tidyRemote(ctx: AppContext): Promise<void> {
  const now = ctx.clock().getTime();
  const claim = makeToken();
  const { rows } = await ctx.database.write((tx) =>
    sql<Leaving>`
      update remote_files set state = 'leaving', claim = ${claim}, claimed_until = ${new Date(now + leavingMs)}
      where (state in ('fetching', 'leaving') and claimed_until < ${new Date(now)})
        or (state = 'failed' and retry_at < ${new Date(now - day)})
      returning digest, files`.execute(tx.sql),
  );
  await remove(ctx, rows, claim);
  await ctx.database.write(async (tx) => {
    // Every other change holds this row until it is committed, so that the sum is of one moment.
    await sql`select from remote_usage for update`.execute(tx.sql);
    await sql`update remote_usage set bytes = (select coalesce(sum(bytes), 0) from remote_files)`.execute(tx.sql);
  });
  await keepBound(ctx);
  await removeOldWork(ctx);
}

/** Where files of other servers lie while something is made of them. */
export function remoteWorkFolder(ctx: AppContext): string {
  return join(ctx.config.dataDir, 'work', 'remote');
}

/** What a process that was killed left there. */
async function removeOldWork(ctx: AppContext): Promise<void> {
  const parent = remoteWorkFolder(ctx);
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = join(parent, name);
    const found = await stat(folder).catch(() => null);
    if (found !== null && found.mtimeMs < Date.now() - day) await rm(folder, { recursive: true, force: true });
  }
}
