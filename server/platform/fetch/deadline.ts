// Ends a request that waits too long for its turn, takes too long, or is no longer wanted.
import { FetchFailure } from './failure.ts';

export interface Deadline {
  signal: AbortSignal;
  /** The time for waiting is over, the time for the request begins; later calls change nothing. */
  start(): void;
  /** The status that came; when the rest does not come in time, the failure tells it. */
  answered(status: number): void;
  /** Ends everything now, for this reason. */
  stop(why: FetchFailure): void;
  /** Why the signal was aborted, if it was. */
  failure(): FetchFailure | null;
  end(): void;
}

/** Makes one abort signal of the wait, the time limit (each `timeoutMs` long) and the caller's own wish. `end` must be called. */
export function startDeadline(timeoutMs: number, callersSignal: AbortSignal | undefined, host: string): Deadline {
  const controller = new AbortController();
  let failure: FetchFailure | null = null;
  let isStarted = false;
  let answer: { status?: number } = {};
  const stop = (why: FetchFailure): void => {
    failure ??= why;
    controller.abort(failure);
  };
  const onAbort = (): void =>
    stop(new FetchFailure('aborted', `${host}: no longer wanted`, { cause: callersSignal?.reason }));
  let timer = setTimeout(() => stop(new FetchFailure('busy', `${host}: its turn did not come in time`)), timeoutMs);
  if (callersSignal?.aborted === true) onAbort();
  callersSignal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    stop,
    start() {
      if (isStarted) return;
      isStarted = true;
      clearTimeout(timer);
      timer = setTimeout(
        () => stop(new FetchFailure('timeout', `${host}: no full answer in ${timeoutMs} ms`, answer)),
        timeoutMs,
      );
    },
    answered(status) {
      answer = { status };
    },
    failure: () => failure,
    end() {
      clearTimeout(timer);
      callersSignal?.removeEventListener('abort', onAbort);
    },
  };
}

const LOOK_MS = 1_000;

/** Stops what comes slower than it may; `note` is told how much has come so far. `end` must be called. */
export function keepPace(
  pace: { bytesPerSecond: number; afterMs: number },
  deadline: Deadline,
  host: string,
): { note(bytes: number): void; end(): void } {
  const start = performance.now();
  let come = 0;
  const timer = setInterval(
    () => {
      const ms = performance.now() - start;
      if (ms >= pace.afterMs && come < (pace.bytesPerSecond * ms) / 1000)
        deadline.stop(new FetchFailure('timeout', `${host}: slower than ${pace.bytesPerSecond} bytes a second`));
    },
    Math.min(LOOK_MS, pace.afterMs),
  );
  return { note: (bytes) => void (come = bytes), end: () => clearInterval(timer) };
}
