// The rows of other servers' files, each change one statement: who fetches, what is kept, what failed, what it all takes.
import { createHash } from 'node:crypto';
import type { AppContext } from '#server/context.ts';
import { makeToken } from '#server/platform/tokens.ts';
import type { RemoteFailure, RemoteFamily, RemoteState, RemoteStored } from '../entities.ts';

/** What is asked for. */
export interface RemoteAsk {
  family: RemoteFamily;
  url: string;
}

/** What is known of it. */
export interface RemoteRow {
  digest: string;
  state: RemoteState;
  files: RemoteStored[];
  failure: RemoteFailure | null;
  retryAt: Date | null;
  fetchedAt: Date | null;
  lastUsedAt: Date;
}

/** The name of the row: SHA-256 in hexadecimal. */
export function digestOf({ family, url }: RemoteAsk): string {
  return createHash('sha256').update(`${family} ${url}`).digest('hex');
}

/** The row, or null. */
export async function findRemote(ctx: AppContext, digest: string): Promise<RemoteRow | null> {
  const text = `select digest, state, files, failure, retry_at as "retryAt", fetched_at as "fetchedAt",
    last_used_at as "lastUsedAt" from remote_files where digest = $1`;
  const [row] = await ctx.database.prepared<RemoteRow>('media remote find', text, [digest]);
  return row ?? null;
}

/** A right to fetch, and the files of before, which its holder deletes. */
export interface RemoteClaim {
  digest: string;
  claim: string;
  /** How often it has failed since it was last fetched. */
  failures: number;
  stale: RemoteStored[];
}

// Whatever changes `bytes` changes the sum in the same statement; `former` is the row as it was before.
const claimText = `
  with former as (select digest, files, bytes from remote_files where digest = $1 for update),
  claimed as (
    insert into remote_files as r (digest, family, url, host, state, claim, last_used_at, claimed_until)
    values ($1, $2, $3, $4, 'fetching', $5, $6, $7)
    on conflict (digest) do update set state = 'fetching', claim = $5, claimed_until = $7, files = '[]', bytes = 0
    where case r.state
      when 'failed' then r.retry_at <= $6
      when 'ready' then r.files @> jsonb_build_array(jsonb_build_object('key', $8::text))
      else r.claimed_until <= $6
    end
    returning r.digest, r.failures
  ),
  freed as (
    update remote_usage set bytes = greatest(0, remote_usage.bytes - former.bytes)
    from former join claimed using (digest) where former.bytes > 0
  )
  select claimed.digest, $5::text as claim, claimed.failures, coalesce(former.files, '[]') as stale
  from claimed left join former using (digest)`;

/**
 * Claims a file for `forMs`: one that is not there, may be tried again, or was left by whoever had claimed it; with `lostKey`
 * also one that is noted as there, while the store has lost that key. Null when somebody else has it, or it is there.
 */
export async function claimRemote(
  ctx: AppContext,
  ask: RemoteAsk,
  forMs: number,
  lostKey: string | null,
): Promise<RemoteClaim | null> {
  const now = ctx.clock();
  const [row] = await ctx.database.prepared<RemoteClaim>('media remote claim', claimText, [
    digestOf(ask),
    ask.family,
    ask.url,
    new URL(ask.url).host,
    makeToken(),
    now,
    new Date(now.getTime() + forMs),
    lostKey,
  ]);
  return row ?? null;
}

/** Adds what a changed row takes to the sum, and tells the sum. */
const addToUsage = (changed: string): string => `
  insert into remote_usage as u (one, bytes) select true, $4::bigint from ${changed}
  on conflict (one) do update set bytes = u.bytes + excluded.bytes returning u.bytes`;

const reserveText = `
  with kept as (
    update remote_files set files = $3, bytes = bytes + $4 where digest = $1 and claim = $2 returning digest
  ) ${addToUsage('kept')}`;

/** Notes files that are about to be stored. False when the claim has ended: then they must not be. */
export async function reserveRemote(
  ctx: AppContext,
  { digest, claim }: RemoteClaim,
  files: readonly RemoteStored[],
): Promise<boolean> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const values = [digest, claim, JSON.stringify(files), bytes];
  return (await ctx.database.prepared('media remote reserve', reserveText, values)).length === 1;
}

const plainText = `
  with added as (
    update remote_files set files = files || $3::jsonb, bytes = bytes + $4
    where digest = $1 and state = 'ready' and files @> $2::jsonb and not files @> '[{"role": "plain"}]' returning digest
  ) ${addToUsage('added')}`;

/** Notes the plain picture that was made of another. False when there is one already, or the other is gone. */
export async function addPlain(
  ctx: AppContext,
  digest: string,
  of: RemoteStored,
  plain: RemoteStored,
): Promise<boolean> {
  const values = [digest, JSON.stringify([{ key: of.key }]), JSON.stringify([plain]), plain.bytes];
  return (await ctx.database.prepared('media remote plain', plainText, values)).length === 1;
}

/** The files are stored. False when the claim has ended. */
export async function finishRemote(ctx: AppContext, { digest, claim }: RemoteClaim): Promise<boolean> {
  const text = `update remote_files set state = 'ready', claim = null, claimed_until = null, failure = null, failures = 0,
    retry_at = null, fetched_at = $3, last_used_at = $3 where digest = $1 and claim = $2 returning digest`;
  return (await ctx.database.prepared('media remote finish', text, [digest, claim, ctx.clock()])).length === 1;
}

/** It could not be fetched, and is not tried again before `retryAt`. False when the claim has ended. */
export async function failRemote(
  ctx: AppContext,
  { digest, claim }: RemoteClaim,
  failure: RemoteFailure,
  retryAt: Date,
): Promise<boolean> {
  const text = `update remote_files set state = 'failed', claim = null, claimed_until = null, failure = $3,
    failures = least(failures + 1, 30000), retry_at = $4 where digest = $1 and claim = $2 returning digest`;
  const values = [digest, claim, failure, retryAt];
  return (await ctx.database.prepared('media remote fail', text, values)).length === 1;
}

const forgetText = `
  with gone as (delete from remote_files where digest = any($1::text[]) and claim = $2 returning bytes)
  update remote_usage set bytes = greatest(0, remote_usage.bytes - (select coalesce(sum(bytes), 0) from gone))
  where exists (select from gone where bytes > 0)`;

/** Takes away rows that this claim holds, and what they took from the sum. Their files must be gone. */
export async function forgetRemote(ctx: AppContext, digests: readonly string[], claim: string): Promise<void> {
  await ctx.database.prepared('media remote forget', forgetText, [digests, claim]);
}

/** Notes that somebody looked at it. */
export async function touchRemote(ctx: AppContext, digest: string): Promise<void> {
  const text = `update remote_files set last_used_at = $2 where digest = $1 and last_used_at < $2`;
  await ctx.database.prepared('media remote touch', text, [digest, ctx.clock()]);
}
