// Fetches one file of another server, makes what may be shown of it, and stores that; or notes why it cannot be had.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppContext } from '#server/context.ts';
import { Invalid } from '#server/platform/errors.ts';
import { FetchFailure, type DownloadOptions } from '#server/platform/fetch.ts';
import { isDiskFull } from '#server/platform/files/files.ts';
import { createTurns } from '#server/platform/turns.ts';
import type { RemoteFailure, RemoteStored } from '../entities.ts';
import { deleteStored, keepBound, remoteBound, remoteWorkFolder } from './remote-bound.ts';
import { isOurs, noteAnswer, noteSilence } from './remote-hosts.ts';
import { makeRemote, type MadeRemote } from './remote-make.ts';
import {
  failRemote,
  finishRemote,
  forgetRemote,
  reserveRemote,
  type RemoteAsk,
  type RemoteClaim,
} from './remote-rows.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Pictures come in half a minute or not at all; a film may take longer while it comes at a fair pace. */
const pictureMs = 30 * second;
const filmMs = 10 * minute;
const pace = { bytesPerSecond: 32 * 1024, afterMs: 10 * second };

/** A picture takes up to 200 MB of memory while it is drawn anew, so few are at once. */
const inTurn = createTurns(2);

/** How long a claim holds: longer than the work can take. */
export const claimMs = filmMs + 5 * minute;

/** Named in `Via`, so that servers which fetch through each other notice. */
export const proxyName = 'rookery-media';

/** What came of it: `busy` is our own fault and nothing is noted. */
export type Fetched = 'ready' | 'failed' | 'busy';

/** Fetches what is claimed. The claim has ended afterwards. */
export async function fetchRemote(ctx: AppContext, ask: RemoteAsk, claim: RemoteClaim): Promise<Fetched> {
  const parent = remoteWorkFolder(ctx);
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'asked-'));
  try {
    await deleteStored(ctx, claim.stale);
    const made = await obtain(ctx, ask, folder);
    await store(ctx, claim, made);
    return 'ready';
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) return await giveBack(ctx, claim, error);
    const retryAt = new Date(ctx.clock().getTime() + restAfter(failure, error, claim.failures));
    return (await failRemote(ctx, claim, failure, retryAt)) ? 'failed' : 'busy';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody dropped the row meanwhile, or took it over. */
class ClaimEnded extends Error {}

/** An answer that is no success. */
class Refused extends Error {
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor(status: number, retryAfter: string | undefined) {
    super(`the other server answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

async function obtain(ctx: AppContext, ask: RemoteAsk, folder: string): Promise<MadeRemote[]> {
  const path = join(folder, 'came');
  const { host } = new URL(ask.url);
  try {
    const { status, headers } = await ctx.fetch.download(ask.url, downloadOptions(ctx, ask, path));
    if (status >= 500) throw new FetchFailure('bad_response', `${host}: answered ${status}`, { status });
    await noteAnswer(ctx, host);
    if (status !== 200) throw new Refused(status, headers['retry-after']);
  } catch (error) {
    if (error instanceof FetchFailure && error.status === undefined && failureOf(error) === 'unreachable')
      await noteSilence(ctx, host);
    throw error;
  }
  return inTurn(() => makeRemote(path, ask.family, folder));
}

function downloadOptions(ctx: AppContext, { family }: RemoteAsk, path: string): DownloadOptions {
  const isFile = family === 'file';
  const megabytes = isFile ? ctx.config.mediaVideoMaxMb : ctx.config.mediaImageMaxMb;
  return {
    path,
    maxBytes: Math.min(megabytes * 1e6, remoteBound(ctx)),
    timeoutMs: isFile ? filmMs : pictureMs,
    pace,
    accept: isFile ? 'video/*,audio/*,*/*;q=0.5' : 'image/webp,image/png,image/jpeg,image/gif,image/*;q=0.8,*/*;q=0.5',
    headers: { via: `1.1 ${proxyName}` },
    onRedirect({ url }) {
      if (isOurs(ctx, url)) throw new FetchFailure('blocked_private', 'redirects to this server itself');
      return {};
    },
  };
}

/** The row names the files before they are stored, and room is made before they take it. */
async function store(ctx: AppContext, claim: RemoteClaim, made: readonly MadeRemote[]): Promise<void> {
  const pairs = made.map((one) => ({ one, stored: storedAs(claim.digest, one) }));
  const files = pairs.map(({ stored }) => stored);
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) > remoteBound(ctx))
    throw new Invalid('It is larger than all room.');
  if (!(await reserveRemote(ctx, claim, files))) throw new ClaimEnded();
  try {
    await keepBound(ctx);
    for (const { one, stored } of pairs) await ctx.files.putFile(stored.key, one.path, stored.contentType);
    if (!(await finishRemote(ctx, claim))) throw new ClaimEnded();
  } catch (error) {
    await deleteStored(ctx, files);
    throw error;
  }
}

/** Keys cannot be guessed from the address: what was fetched here is nobody's business. */
export function storedAs(digest: string, made: Omit<MadeRemote, 'path'>): RemoteStored {
  const { role, contentType, bytes, extension } = made;
  const key = `cache/${digest.slice(0, 2)}/${randomBytes(16).toString('hex')}.${extension}`;
  return { role, key, contentType, bytes };
}

/** What is noted of a failure; null when it is our own. */
function failureOf(error: unknown): RemoteFailure | null {
  if (error instanceof Invalid) return 'unusable';
  if (error instanceof Refused) return error.status === 404 || error.status === 410 ? 'gone' : 'refused';
  if (!(error instanceof FetchFailure)) return null;
  if (error.reason === 'busy' || error.reason === 'aborted' || error.reason === 'closed') return null;
  if (error.reason === 'too_large') return 'unusable';
  if (error.reason === 'bad_url' || error.reason.startsWith('blocked')) return 'blocked';
  return 'unreachable';
}

/** Milliseconds until it is tried again; `before` is how often it has failed already. */
function restAfter(failure: RemoteFailure, error: unknown, before: number): number {
  if (failure === 'unreachable') return Math.min(6 * hour, minute * 4 ** Math.min(before, 6));
  if (failure !== 'refused') return day;
  const wished = error instanceof Refused && error.status === 429 ? Number(error.retryAfter) * second : hour;
  return Math.min(hour, Math.max(minute, wished || minute));
}

/** Our own fault: nothing is noted, and whoever asks next tries again. */
async function giveBack(ctx: AppContext, claim: RemoteClaim, error: unknown): Promise<Fetched> {
  await forgetRemote(ctx, [claim.digest], claim.claim);
  if (error instanceof FetchFailure || error instanceof ClaimEnded) return 'busy';
  if (!isDiskFull(error)) throw error;
  ctx.log.error({ err: error }, 'there is no room for files of other servers');
  return 'busy';
}
