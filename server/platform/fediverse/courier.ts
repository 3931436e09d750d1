// The courier takes what we owe other servers to their inboxes. It works from the table of deliveries: a killed one
// leaves leases that end by themselves, and no delivery is forgotten. At least once each; receivers know them by their id.
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Database } from '#server/platform/database.ts';
import { FetchFailure, type FetchedResponse, type SafeFetch } from '#server/platform/fetch.ts';
import type { Metrics } from '#server/platform/metrics.ts';
import { createTurns, type Turns } from '#server/platform/turns.ts';
import { claim, openArchive, renew, type Archive, type Claimed, type Letter } from './courier/claim.ts';
import { isOwnFault, judgeAnswer, judgeFailure, type Outcome } from './courier/outcome.ts';
import { record, type Result } from './courier/record.ts';
import type { Signer } from './documents.ts';
import { deliveriesChannel } from './outgoing.ts';
import { signRequestAsync } from './signatures/sign.ts';
import { activityJson } from './vocabulary.ts';

/** What the courier needs; an AppContext has it. */
export interface CourierContext {
  database: Database;
  fetch: SafeFetch;
  clock: () => Date;
  log: Logger;
  metrics: Metrics;
  /** What a host is told beside an activity that goes to followers: which of its people these are. */
  tellFollowers?: (senderId: string, followersUrl: string, host: string) => Promise<Record<string, string>>;
}

export interface Courier {
  /** Looks for due deliveries now instead of at the next poll. */
  wake(): void;
  /** Takes nothing new, waits for what is under way, writes down how it ended. */
  stop(): Promise<void>;
}

const maxInFlight = 64;
// More are in hand than under way, so that nobody waits for the database between two deliveries.
const maxInHand = 192;
// Hosts that never answered, or failed lately, leave at least half of the room to the others.
const maxUnproven = 32;
const maxUnprovenInHand = 96;
const maxDoubtful = 16;
const leaseMs = 15_000;
const renewMs = 5_000;
const pollMs = 1_000;
const flushMs = 20;
const timeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const giveUpAfterMs = 5 * 24 * 60 * 60 * 1000;

interface Round {
  ctx: CourierContext;
  /** What is in hand but not under way is given back. */
  isStopping: boolean;
  archive: Archive;
  /** What this courier has claimed and not finished. */
  inHand: Map<string, Claimed>;
  results: Result[];
  /** Runs work when fewer than 64 are under way. */
  whenFree: Turns;
  /** The same for hosts that are not proven: 32. */
  whenFreeUnproven: Turns;
}

/** Starts delivering; several processes may do so at once. */
export async function startCourier(ctx: CourierContext): Promise<Courier> {
  const round: Round = {
    ctx,
    isStopping: false,
    archive: openArchive(ctx.database),
    inHand: new Map(),
    results: [],
    whenFree: createTurns(maxInFlight),
    whenFreeUnproven: createTurns(maxUnproven),
  };
  let wanted = false;
  let filling: Promise<void> | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let flushTimer: NodeJS.Timeout | undefined;

  const flush = (): Promise<void> => {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    flushing = flushing.then(() => writeResults(round)).finally(wake);
    return flushing;
  };
  const finished = (result: Result): void => {
    round.results.push(result);
    if (round.results.length >= maxInFlight / 2 || round.inHand.size === 0) void flush();
    else flushTimer ??= setTimeout(() => void flush(), flushMs);
  };
  const fill = async (): Promise<void> => {
    do {
      wanted = false;
      const claimed = round.isStopping ? [] : await take(round);
      for (const { delivery, letter } of claimed) void inTurn(round, delivery, letter).then(finished);
      if (claimed.length > 0 && round.inHand.size < maxInHand) wanted = true;
    } while (wanted && !round.isStopping);
  };
  function wake(): void {
    wanted = true;
    if (round.isStopping || filling !== null) return;
    filling = fill()
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'the courier could not read what is due; it tries again'))
      .finally(() => {
        filling = null;
      });
  }
  const unlisten = await ctx.database.listen(deliveriesChannel, wake);
  const poll = setInterval(wake, pollMs);
  const renewal = setInterval(() => void renewLeases(round), renewMs);
  wake();
  return {
    wake,
    async stop() {
      round.isStopping = true;
      clearInterval(poll);
      await unlisten();
      await filling;
      while (round.inHand.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      clearInterval(renewal);
      await flush();
    },
  };
}

/** Takes as many deliveries in hand as there is room for, each with its letter. */
async function take(round: Round): Promise<Array<{ delivery: Claimed; letter: Letter | undefined }>> {
  const { ctx, archive, inHand } = round;
  const free = maxInHand - inHand.size;
  if (free <= 0) return [];
  const perHost = new Map<string, number>();
  let doubtful = 0;
  let unproven = 0;
  for (const { host, isDoubtful, isProven } of inHand.values()) {
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
    if (isDoubtful) doubtful += 1;
    if (!isProven) unproven += 1;
  }
  const now = ctx.clock();
  const claimed = await claim(ctx.database, {
    now,
    leasedUntil: new Date(now.getTime() + leaseMs),
    free,
    freeDoubtful: Math.max(0, maxDoubtful - doubtful),
    freeUnproven: Math.max(0, maxUnprovenInHand - unproven),
    inFlight: perHost,
  });
  for (const delivery of claimed) inHand.set(delivery.id, delivery);
  try {
    const letters = await archive.letters(claimed.map(({ activityId }) => activityId));
    return claimed.map((delivery) => ({ delivery, letter: letters.get(delivery.activityId) }));
  } catch (error) {
    for (const { id } of claimed) inHand.delete(id);
    throw error;
  }
}

/** Waits for its turn, then makes one try. */
function inTurn(round: Round, delivery: Claimed, letter: Letter | undefined): Promise<Result> {
  const go = (): Promise<Result> => round.whenFree(() => deliver(round, delivery, letter));
  return delivery.isProven ? go() : round.whenFreeUnproven(go);
}

/** Makes one try. Never throws: whatever happens is a result. */
async function deliver(round: Round, delivery: Claimed, letter: Letter | undefined): Promise<Result> {
  const { ctx } = round;
  const { id, host, isProven } = delivery;
  const attempt = { attempts: delivery.attempts, now: ctx.clock(), random: Math.random() };
  const result = (outcome: Outcome, learnt: Result['learnt'] = null, isTry = true): Result => ({
    id,
    host,
    isProven,
    outcome,
    learnt,
    isTry,
  });
  const failed = (error: string): Outcome => ({
    state: 'failed',
    status: null,
    error,
    dueAt: null,
    isHostFault: false,
    pauseUntil: null,
  });
  try {
    if (round.isStopping) return result({ ...failed('stopping'), state: 'waiting', dueAt: attempt.now }, null, false);
    if (letter === undefined) return result(failed('no_activity'));
    if (attempt.now.getTime() - letter.createdAt.getTime() > giveUpAfterMs) return result(failed('expired'));
    const signer = await round.archive.signer(letter.senderId);
    if (signer === null) return result(failed('no_key'));
    const { followersUrl } = letter;
    const beside = followersUrl && (await ctx.tellFollowers?.(letter.senderId, followersUrl, host));
    const { response, scheme } = await knock(ctx, delivery, { ...letter, beside: beside || {} }, signer);
    const outcome = judgeAnswer(response, { ...attempt, now: ctx.clock() });
    return result(outcome, outcome.state === 'delivered' && scheme !== delivery.scheme ? scheme : null);
  } catch (error) {
    const now = ctx.clock();
    if (isOwnFault(error))
      return result({ ...failed('busy'), state: 'waiting', dueAt: new Date(now.getTime() + 1000) }, null, false);
    if (error instanceof FetchFailure) return result(judgeFailure(error, { ...attempt, now }));
    ctx.log.error({ err: error, delivery: id }, 'a delivery failed in a way that it should not');
    return result({ ...failed('internal'), state: 'waiting', dueAt: new Date(now.getTime() + 60_000) });
  } finally {
    round.inHand.delete(id);
  }
}

/** A letter with the headers that go along without being signed. */
type Enclosed = Letter & { beside: Record<string, string> };

/** Sends with the signature that the host took last time; when it says 401, once more with the other kind. */
async function knock(
  ctx: CourierContext,
  delivery: Claimed,
  letter: Enclosed,
  signer: Signer,
): Promise<{ response: FetchedResponse; scheme: Claimed['scheme'] }> {
  const { scheme } = delivery;
  const response = await post(ctx, delivery.inboxUrl, letter, signer, scheme);
  if (response.status !== 401) return { response, scheme };
  const other = scheme === 'cavage' ? 'rfc9421' : 'cavage';
  return { response: await post(ctx, delivery.inboxUrl, letter, signer, other), scheme: other };
}

async function post(
  ctx: CourierContext,
  url: string,
  letter: Enclosed,
  signer: Signer,
  scheme: Claimed['scheme'],
): Promise<FetchedResponse> {
  const sign = (target: string): Promise<Record<string, string>> =>
    signRequestAsync({ ...signer, method: 'POST', url: target, body: letter.body, scheme, date: ctx.clock() });
  return ctx.fetch.fetch(url, {
    method: 'POST',
    headers: { ...letter.beside, 'content-type': activityJson, ...(await sign(url)) },
    accept: `${activityJson}, application/json`,
    body: letter.body,
    timeoutMs,
    maxBytes: maxAnswerBytes,
    isFederated: true,
    onRedirect: (next) => sign(next.url),
  });
}

/** Writes down what has ended. If the database is away the leases run out, and it is delivered again. */
async function writeResults(round: Round): Promise<void> {
  const { ctx } = round;
  const results = round.results.splice(0);
  if (results.length === 0) return;
  for (const { outcome } of results)
    ctx.metrics.deliveries.inc({ outcome: outcome.state === 'waiting' ? 'retry' : outcome.state });
  try {
    await record(ctx.database, results, ctx.clock());
  } catch (error) {
    ctx.log.warn(
      { err: error, results: results.length },
      'results of deliveries could not be written; they will be delivered again',
    );
  }
}

async function renewLeases(round: Round): Promise<void> {
  const { ctx, inHand } = round;
  if (inHand.size === 0) return;
  try {
    await renew(ctx.database, [...inHand.keys()], new Date(ctx.clock().getTime() + leaseMs));
  } catch (error) {
    ctx.log.warn({ err: error }, 'leases of deliveries could not be renewed');
  }
}

/** How many deliveries are owed now, and how many were given up. */
export async function deliveryDepth(
  ctx: Pick<CourierContext, 'database'>,
): Promise<{ waiting: number; failed: number }> {
  const { rows } = await sql<{ waiting: number; failed: number }>`select
    (select count(*)::int from deliveries where state = 'waiting') as waiting,
    (select count(*)::int from deliveries where state <> 'waiting' and state = 'failed') as failed`.execute(
    ctx.database.read,
  );
  return rows[0] ?? { waiting: 0, failed: 0 };
}

/** Delivers again what was given up, or what waits for its next try: one by its id, or all. Returns how many. */
export async function retryDelivery(ctx: Pick<CourierContext, 'database' | 'clock'>, id?: string): Promise<number> {
  const now = ctx.clock();
  const chosen = id === undefined ? sql`true` : sql`id = ${id}::bigint`;
  const { rows } = await sql`
    with again as (
      update deliveries set state = 'waiting', attempts = 0, due_at = ${now}, leased_until = null, finished_at = null
      where ${chosen} and (state = 'failed' or (state = 'waiting' and due_at > ${now})) returning id, host
    ), opened as (
      update remote_hosts set closed_until = null where host in (select host from again) and closed_until is not null
    )
    select id, pg_notify(${deliveriesChannel}, '') from again`.execute(ctx.database.read);
  return rows.length;
}

const keepFinishedMs = 7 * 24 * 60 * 60 * 1000;
const keepHandledMs = 30 * 24 * 60 * 60 * 1000;
const purgeBatch = 1000;

/** Deletes what has been finished for a week (sent) or a month (received), in batches. Returns how many rows. */
export async function purgeDelivered(ctx: Pick<CourierContext, 'database' | 'clock'>): Promise<number> {
  const now = ctx.clock().getTime();
  const sentBefore = new Date(now - keepFinishedMs);
  const receivedBefore = new Date(now - keepHandledMs);
  const sent = sql`delete from outgoing_activities where id in (
    select o.id from outgoing_activities o where o.created_at < ${sentBefore}
      and not exists (select from deliveries d where d.activity_id = o.id and (d.state = 'waiting' or d.finished_at >= ${sentBefore}))
    order by o.created_at limit ${purgeBatch}) returning id`;
  const received = sql`delete from inbox_activities where id in (
    select id from inbox_activities where received_at < ${receivedBefore} and handled_at is not null order by received_at limit ${purgeBatch}) returning id`;
  let total = 0;
  for (const statement of [sent, received]) {
    for (let batch = purgeBatch; batch === purgeBatch;) {
      batch = (await statement.execute(ctx.database.read)).rows.length;
      total += batch;
    }
  }
  return total;
}
