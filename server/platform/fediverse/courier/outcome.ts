// What an answer to a delivery means: it is done, it is hopeless, or it is to be tried again and when.
import { FetchFailure, type FetchedResponse } from '#server/platform/fetch.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How long after the first, second, … failed try the next one comes: about four days in all, then the delivery is given up. */
export const retryGapsMs: readonly number[] = [
  minute,
  5 * minute,
  15 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
  24 * hour,
  24 * hour,
];

const maxRetryAfterMs = 6 * hour;

export interface Outcome {
  /** `waiting`: to be tried again at `dueAt`. */
  state: 'delivered' | 'failed' | 'waiting';
  status: number | null;
  error: string | null;
  dueAt: Date | null;
  /** The host did not answer, or not as a server that is well does. */
  isHostFault: boolean;
  /** The host asks to be left alone until then, by all. */
  pauseUntil: Date | null;
}

/** `attempts` is how often it was tried before; `random` is from 0 to 1. */
export interface Try {
  attempts: number;
  now: Date;
  random: number;
}

const done = { state: 'delivered', error: null, dueAt: null, isHostFault: false, pauseUntil: null } as const;

/**
 * By the status: 2xx is done; 408, 425, 429 and 5xx are tried again, not before `Retry-After` (at most 6 hours); 401 once more,
 * since keys take a while to get around; all else is final.
 */
export function judgeAnswer(response: Pick<FetchedResponse, 'status' | 'headers'>, attempt: Try): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) return { ...done, status };
  const error = `answered ${status}`;
  const isAgain =
    status === 408 || status === 425 || status === 429 || status >= 500 || (status === 401 && attempt.attempts === 0);
  if (!isAgain) return { state: 'failed', status, error, dueAt: null, isHostFault: false, pauseUntil: null };
  const wait = readRetryAfter(response.headers['retry-after'], attempt.now);
  const pauseUntil =
    wait !== null && (status === 429 || status === 503) ? new Date(attempt.now.getTime() + wait) : null;
  const isHostFault = pauseUntil === null && [502, 503, 504].includes(status);
  return { ...again(attempt, error, wait ?? 0), status, isHostFault, pauseUntil };
}

/** By what kept the request from being answered. What our own rules forbid, and what is no address, is final. */
export function judgeFailure(failure: FetchFailure, attempt: Try): Outcome {
  const { reason } = failure;
  const status = failure.status ?? null;
  if (status !== null && status >= 200 && status < 300) return { ...done, status };
  const isForbidden = reason === 'bad_url' || reason.startsWith('blocked_');
  if (isForbidden) return { state: 'failed', status, error: reason, dueAt: null, isHostFault: false, pauseUntil: null };
  return { ...again(attempt, reason, 0), status, isHostFault: failure.faultOfHost, pauseUntil: null };
}

/** Our own queue was full or we are closing: as if it had not been tried. */
export function isOwnFault(error: unknown): boolean {
  return (
    error instanceof FetchFailure &&
    (error.reason === 'busy' || error.reason === 'aborted' || error.reason === 'closed')
  );
}

function again(attempt: Try, error: string, atLeastMs: number): Pick<Outcome, 'state' | 'error' | 'dueAt'> {
  const gap = retryGapsMs[attempt.attempts];
  if (gap === undefined) return { state: 'failed', error, dueAt: null };
  const spread = gap * (0.75 + attempt.random * 0.5);
  return { state: 'waiting', error, dueAt: new Date(attempt.now.getTime() + Math.max(spread, atLeastMs)) };
}

/** Milliseconds from now, at most 6 hours; null when the header is absent or makes no sense. */
export function readRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  const isSeconds = /^\d{1,9}$/u.test(text);
  // Only dates as HTTP writes them: the parser would take almost anything.
  if (!isSeconds && !/^[A-Z][a-z]{2,8}, /u.test(text)) return null;
  const ms = isSeconds ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
