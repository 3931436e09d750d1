// Asking for a file of another server: what is kept is there at once, what is not is fetched once for all who ask.
import type { AppContext } from '#server/context.ts';
import type { RemoteVariant } from '#server/platform/files/address.ts';
import type { RemoteFailure, RemoteFamily, RemoteStored } from '../entities.ts';
import { deleteStored, keepBound } from './remote-bound.ts';
import { claimMs, fetchRemote, storedAs, type Fetched } from './remote-fetch.ts';
import { restOf } from './remote-hosts.ts';
import { makePlain } from './remote-make.ts';
import {
  addPlain,
  claimRemote,
  digestOf,
  findRemote,
  touchRemote,
  type RemoteAsk,
  type RemoteRow,
} from './remote-rows.ts';

/** `plain`: for whoever cannot read WebP. */
export interface RemoteWish {
  url: string;
  variant: RemoteVariant;
  plain: boolean;
}

interface Failed {
  state: 'failed';
  failure: RemoteFailure;
  retryAt: Date;
}

/** `busy`: it may be there in a moment. */
export type RemoteAnswer = { state: 'ready'; file: RemoteStored; fetchedAt: Date } | Failed | { state: 'busy' };

const hour = 3_600_000;
/** Proxies in front of us give up after a minute. */
const patienceMs = 45_000;
const longestPauseMs = 1_000;

/**
 * The file as it is wished for, fetched if it is not there. `lostKey` is one that was answered before, but the store does not
 * have it: then it is fetched anew.
 */
export async function askForRemote(
  ctx: AppContext,
  wish: RemoteWish,
  lostKey: string | null = null,
): Promise<RemoteAnswer> {
  const row = await findOrFetch(ctx, { family: familyOf(wish.variant), url: wish.url }, lostKey);
  if (row === 'busy') return { state: 'busy' };
  if (row.state === 'failed') return failedOf(ctx, row);
  const chosen = choose(row.files, wish.variant);
  if (chosen === undefined) return { state: 'busy' };
  const file = wish.plain ? await plainOf(ctx, row, chosen) : chosen;
  if (file !== null && (await noteUse(ctx, row, file)))
    return { state: 'ready', file, fetchedAt: row.fetchedAt ?? row.lastUsedAt };
  return lostKey === null ? askForRemote(ctx, wish, chosen.key) : { state: 'busy' };
}

function familyOf(variant: RemoteVariant): RemoteFamily {
  switch (variant) {
    case 'avatar-still':
      return 'avatar';
    case 'header-still':
      return 'header';
    case 'emoji-still':
      return 'emoji';
    default:
      return variant;
  }
}

function failedOf(ctx: AppContext, { failure, retryAt }: Pick<RemoteRow, 'failure' | 'retryAt'>): Failed {
  return { state: 'failed', failure: failure ?? 'unreachable', retryAt: retryAt ?? ctx.clock() };
}

/** What does not move is its own still picture. */
function choose(files: readonly RemoteStored[], variant: RemoteVariant): RemoteStored | undefined {
  const still = variant.endsWith('-still') ? files.find(({ role }) => role === 'still') : undefined;
  return still ?? files.find(({ role }) => role === 'main');
}

/** Notes at most once an hour that somebody looked, and then makes sure that the file is still there. */
async function noteUse(ctx: AppContext, row: RemoteRow, file: RemoteStored): Promise<boolean> {
  if (ctx.clock().getTime() - row.lastUsedAt.getTime() < hour) return true;
  if ((await ctx.files.head(file.key)) === null) return false;
  await touchRemote(ctx, row.digest);
  return true;
}

type Found = RemoteRow | (Pick<RemoteRow, 'failure' | 'retryAt'> & { state: 'failed' });

async function findOrFetch(ctx: AppContext, ask: RemoteAsk, lostKey: string | null): Promise<Found | 'busy'> {
  const digest = digestOf(ask);
  const deadline = performance.now() + patienceMs;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
    const row = await findRemote(ctx, digest);
    if (row !== null && isSettled(ctx, row, lostKey)) return row;
    const retryAt = await restOf(ctx, new URL(ask.url).host);
    if (retryAt !== null) return { state: 'failed', failure: 'unreachable', retryAt };
    const fetched = await within(deadline, fetchOnce(ctx, ask, lostKey));
    if (fetched === 'busy') return 'busy';
    // Another process has it: look again in a while.
    if (fetched === 'taken' && !(await pauseUntil(deadline, pause))) return 'busy';
  }
}

/** True when nothing is to be fetched: it is there, or has failed and is not tried again yet. */
function isSettled(ctx: AppContext, row: RemoteRow, lostKey: string | null): boolean {
  if (row.state === 'failed') return row.retryAt !== null && row.retryAt > ctx.clock();
  return row.state === 'ready' && !row.files.some(({ key }) => key === lostKey);
}

interface Flight {
  host: string;
  outcome: Promise<Fetched | 'taken'>;
}

/** What this process fetches, or has in line to be fetched; each may lie on the disk while it waits to be drawn. */
const flights = new WeakMap<AppContext['fetch'], Map<string, Flight>>();
const mostFlights = 400;
const mostOfHost = 150;

/**
 * Fetches it unless this process already does; `taken`: somebody else has claimed it, or it has just come; `busy`: too much
 * is under way, in all or from its server.
 */
function fetchOnce(ctx: AppContext, ask: RemoteAsk, lostKey: string | null): Promise<Fetched | 'taken'> {
  const underWay = flights.get(ctx.fetch) ?? new Map<string, Flight>();
  flights.set(ctx.fetch, underWay);
  const digest = digestOf(ask);
  const present = underWay.get(digest);
  if (present !== undefined) return present.outcome;
  const { host } = new URL(ask.url);
  const ofHost = [...underWay.values()].filter((flight) => flight.host === host).length;
  if (underWay.size >= mostFlights || ofHost >= mostOfHost) return Promise.resolve('busy');
  const outcome = claimAndFetch(ctx, ask, lostKey).finally(() => underWay.delete(digest));
  // It goes on when nobody waits for it any more; whoever waits hears of its failure.
  outcome.catch((error: unknown) => ctx.log.error({ err: error }, 'a file of another server could not be kept'));
  underWay.set(digest, { host, outcome });
  return outcome;
}

async function claimAndFetch(ctx: AppContext, ask: RemoteAsk, lostKey: string | null): Promise<Fetched | 'taken'> {
  const claim = await claimRemote(ctx, ask, claimMs, lostKey);
  return claim === null ? 'taken' : fetchRemote(ctx, ask, claim);
}

/** What comes of it, or `busy` when that takes longer than anybody waits. */
async function within<Value>(deadline: number, work: Promise<Value>): Promise<Value | 'busy'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'busy'>((resolve) => {
    timer = setTimeout(() => resolve('busy'), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** False when there is no time left. */
async function pauseUntil(deadline: number, ms: number): Promise<boolean> {
  if (performance.now() + ms > deadline) return false;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return true;
}

/** The same picture for whoever cannot read WebP, made when the first of them asks. Null when the picture is not there any more. */
async function plainOf(ctx: AppContext, row: RemoteRow, of: RemoteStored): Promise<RemoteStored | null> {
  const present = row.files.find(({ role }) => role === 'plain');
  if (present !== undefined) return present;
  if (of.contentType !== 'image/webp') return of;
  const content = await ctx.files.get(of.key);
  if (content === null) return null;
  const jpeg = await makePlain(content);
  const made = { role: 'plain', contentType: 'image/jpeg', extension: 'jpg', bytes: jpeg.length } as const;
  const plain = storedAs(row.digest, made);
  await ctx.files.put(plain.key, jpeg, plain.contentType);
  if (await addPlain(ctx, row.digest, of, plain)) {
    await keepBound(ctx);
    return plain;
  }
  // Another was faster, or the picture has gone meanwhile.
  await deleteStored(ctx, [plain]);
  const now = await findRemote(ctx, row.digest);
  return now?.files.find(({ role }) => role === 'plain') ?? null;
}
