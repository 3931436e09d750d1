// The courier takes what we owe other servers to their inboxes. It works from the table of deliveries: a killed one
// leaves leases that end by themselves, and no delivery is forgotten. At least once each; receivers know them by their id.
import { createTurns, type Turns } from '#server/platform/turns.ts';
import {
  claim,
  claimQuestions,
  openArchive,
  renew,
  type Claimed,
  type Letter,
  type QuestionLimits,
} from './courier/claim.ts';
import { record, unparkOpen, type Result } from './courier/record.ts';
import { deliver, type CourierContext, type Desk } from './courier/try.ts';
import { deliveriesChannel } from './outgoing.ts';

export interface Courier {
  /** Looks for due deliveries now instead of at the next poll. */
  wake(): void;
  /** Takes nothing new, waits for what is under way, writes down how it ended. */
  stop(): Promise<void>;
}

const maxInFlight = 64;
// Who keeps us waiting for so long costs no more than an open connection, and gives its place to the next; so many may.
const slowAfterMs = 1_000;
const maxSlow = 128;
// More are in hand than under way, so that nobody waits for the database between two deliveries.
const maxInHand = 192;
// They are taken in large helpings, not place by place, unless places are few since some keep us waiting.
const minHelping = maxInHand / 4;
// Hosts that never answered leave at least half of the room to the others, those that failed lately nearly all of it.
const maxUnproven = 32;
const maxUnprovenInHand = 96;
const maxQuestions = 16;
// How often it is looked which of those that failed may be asked: while some may, and while none may.
const askMs = 250;
const askIdleMs = 2_000;
const unparkMs = 30_000;
const leaseMs = 15_000;
const renewMs = 5_000;
const pollMs = 1_000;
const flushMs = 20;

interface Round extends Desk {
  /** What this courier has claimed and not finished. */
  inHand: Map<string, Claimed>;
  /** What has ended and is not written down yet. */
  unwritten: Set<string>;
  /** How many of what is in hand keep us waiting, and hold no place any more. */
  slow: number;
  /** Hosts that failed are not looked at before; ms. */
  nextQuestionsAt: number;
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
    unwritten: new Set(),
    slow: 0,
    nextQuestionsAt: 0,
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
    if (round.results.length >= maxInFlight || round.inHand.size === 0) void flush();
    else flushTimer ??= setTimeout(() => void flush(), flushMs);
  };
  const fill = async (): Promise<void> => {
    do {
      wanted = false;
      const claimed = round.isStopping ? [] : await take(round);
      for (const { delivery, letter } of claimed) void inTurn(round, delivery, letter).then(finished);
      if (claimed.length > 0 && isWorthTaking(round)) wanted = true;
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
  const unparking = setInterval(() => void unpark(round), unparkMs);
  wake();
  return {
    wake,
    async stop() {
      round.isStopping = true;
      clearInterval(poll);
      clearInterval(unparking);
      await unlisten();
      await filling;
      while (round.inHand.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      clearInterval(renewal);
      await flush();
    },
  };
}

/** How much more may be taken in hand. */
function freeOf({ inHand, slow }: Round): number {
  return maxInHand - inHand.size + slow;
}

function isWorthTaking(round: Round): boolean {
  return freeOf(round) >= (round.slow === 0 ? minHelping : 1);
}

/** Takes as many deliveries in hand as there is room for, each with its letter. */
async function take(round: Round): Promise<Array<{ delivery: Claimed; letter: Letter | undefined }>> {
  const { ctx, archive, inHand } = round;
  const free = freeOf(round);
  if (!isWorthTaking(round)) return [];
  const inFlight = new Map<string, number>();
  let unproven = 0;
  for (const { host, isProven } of inHand.values()) {
    inFlight.set(host, (inFlight.get(host) ?? 0) + 1);
    if (!isProven) unproven += 1;
  }
  const now = ctx.clock();
  const limits = {
    now,
    leasedUntil: new Date(now.getTime() + leaseMs),
    inFlight,
    held: [...inHand.keys(), ...round.unwritten],
  };
  const freeUnproven = Math.max(0, maxUnprovenInHand - unproven);
  // Where those that never answered stand in front and have all their places, one must look further for the others.
  const lookedAt = free * (unproven === 0 ? 2 : 4);
  const claimed = await claim(ctx.database, { ...limits, free, freeUnproven, lookedAt });
  claimed.push(...(await takeQuestions(round, limits)));
  for (const delivery of claimed) inHand.set(delivery.id, delivery);
  try {
    const letters = await archive.letters(claimed.map(({ activityId }) => activityId));
    return claimed.map((delivery) => ({ delivery, letter: letters.get(delivery.activityId) }));
  } catch (error) {
    for (const { id } of claimed) inHand.delete(id);
    throw error;
  }
}

/** One delivery each for hosts that failed and may be asked again: a few at once, however many such hosts there are. */
async function takeQuestions(round: Round, limits: QuestionLimits): Promise<Claimed[]> {
  const asked = [...round.inHand.values()].filter(({ isQuestion }) => isQuestion).length;
  const most = maxQuestions - asked;
  if (most <= 0 || performance.now() < round.nextQuestionsAt) return [];
  const claimed = await claimQuestions(round.ctx.database, { ...limits, most });
  round.nextQuestionsAt = performance.now() + (claimed.length > 0 ? askMs : askIdleMs);
  return claimed;
}

/** Waits for its turn, then makes one try. */
function inTurn(round: Round, delivery: Claimed, letter: Letter | undefined): Promise<Result> {
  return new Promise((resolve) => {
    const begin = async (): Promise<void> => {
      const ending = deliver(round, delivery, letter).finally(() => {
        round.unwritten.add(delivery.id);
        round.inHand.delete(delivery.id);
      });
      void ending.then(resolve);
      await whileQuick(round, ending);
    };
    const go = (): Promise<void> => round.whenFree(begin);
    void (delivery.isProven ? go() : round.whenFreeUnproven(go));
  });
}

/** Ends with the delivery, or sooner when its host is slow to answer and may wait beside those that are quick. */
async function whileQuick(round: Round, ending: Promise<Result>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), slowAfterMs);
  });
  const isSlow = await Promise.race([ending.then(() => false), slow]);
  clearTimeout(timer);
  if (!isSlow) return;
  if (round.slow >= maxSlow) return void (await ending);
  round.slow += 1;
  void ending.then(() => (round.slow -= 1));
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
  } finally {
    for (const { id } of results) round.unwritten.delete(id);
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

async function unpark({ ctx }: Round): Promise<void> {
  try {
    await unparkOpen(ctx.database, ctx.clock());
  } catch (error) {
    ctx.log.warn({ err: error }, 'it could not be looked whether deliveries wait for hosts that are well');
  }
}
