// One try of one delivery: signs the activity for its host, posts it, and judges what came of it.
import type { Logger } from 'pino';
import type { Database } from '#server/platform/database.ts';
import { FetchFailure, type FetchedResponse, type SafeFetch } from '#server/platform/fetch.ts';
import type { Metrics } from '#server/platform/metrics.ts';
import type { Signer } from '../documents.ts';
import { signRequestAsync } from '../signatures/sign.ts';
import { activityJson } from '../vocabulary.ts';
import type { Archive, Claimed, Letter } from './claim.ts';
import { isOwnFault, judgeAnswer, judgeFailure, type Outcome } from './outcome.ts';
import type { Result } from './record.ts';
import { giveUpAfterMs } from './upkeep.ts';

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

const timeoutMs = 10_000;

/** What all tries of a courier share. */
export interface Desk {
  ctx: CourierContext;
  archive: Archive;
  /** What has not begun is given back. */
  isStopping: boolean;
}

/** Makes one try. Never throws: whatever happens is a result. */
export async function deliver(desk: Desk, delivery: Claimed, letter: Letter | undefined): Promise<Result> {
  const { ctx } = desk;
  const { id, host, isProven, isQuestion } = delivery;
  const attempt = { attempts: delivery.attempts, now: ctx.clock(), random: Math.random() };
  const result = (outcome: Outcome, learnt: Result['learnt'] = null, isTry = true): Result => ({
    id,
    host,
    isProven,
    isQuestion,
    outcome,
    learnt,
    isTry,
  });
  const tried = (outcome: Outcome, learnt: Result['learnt'] = null): Result =>
    isOnlyQuestion(delivery, outcome)
      ? result({ ...outcome, state: 'waiting', dueAt: null }, null, false)
      : result(outcome, learnt);
  const failed = (error: string): Outcome => ({
    state: 'failed',
    status: null,
    error,
    dueAt: null,
    isHostFault: false,
    pauseUntil: null,
  });
  try {
    if (desk.isStopping) return result({ ...failed('stopping'), state: 'waiting', dueAt: attempt.now }, null, false);
    if (letter === undefined) return result(failed('no_activity'));
    if (attempt.now.getTime() - letter.createdAt.getTime() > giveUpAfterMs) return result(failed('expired'));
    const signer = await desk.archive.signer(letter.senderId);
    if (signer === null) return result(failed('no_key'));
    const { followersUrl } = letter;
    const beside = followersUrl && (await ctx.tellFollowers?.(letter.senderId, followersUrl, host));
    const { response, scheme } = await knock(ctx, delivery, { ...letter, beside: beside || {} }, signer);
    const outcome = judgeAnswer(response, { ...attempt, now: ctx.clock() });
    return tried(outcome, outcome.state === 'delivered' && scheme !== delivery.scheme ? scheme : null);
  } catch (error) {
    const now = ctx.clock();
    if (isOwnFault(error))
      return result({ ...failed('busy'), state: 'waiting', dueAt: new Date(now.getTime() + 1000) }, null, false);
    if (error instanceof FetchFailure) return tried(judgeFailure(error, { ...attempt, now }));
    ctx.log.error({ err: error, delivery: id }, 'a delivery failed in a way that it should not');
    return result({ ...failed('internal'), state: 'waiting', dueAt: new Date(now.getTime() + 60_000) });
  }
}

/** A delivery that went before its time, to see whether its host is well, has lost no try when it is not. */
function isOnlyQuestion({ isQuestion, isDue }: Claimed, { isHostFault, pauseUntil }: Outcome): boolean {
  return isQuestion && !isDue && (isHostFault || pauseUntil !== null);
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
    isFederated: true,
    isDelivery: true,
    onRedirect: (next) => sign(next.url),
  });
}
