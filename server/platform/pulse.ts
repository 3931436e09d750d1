// A process that stands still, because work does not let go of its thread or the machine has stopped it, is taken for dead by the
// others: what it had in hand is done again by them. It says so when it goes on.
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

const beatMs = 1000;
/** Locks of the queue hold for three times as long. */
const stallMs = 5000;

export interface PulseOptions {
  log: Logger;
  metrics: Pick<Metrics, 'stalls'>;
  /** ms on a clock that nobody sets. */
  now?: () => number;
}

/** Notices when this process stood still for five seconds and more. Returns how to stop. */
export function startPulse({ log, metrics, now = () => performance.now() }: PulseOptions): () => void {
  let last = now();
  const timer = setInterval(() => {
    const stoodStillMs = now() - last - beatMs;
    last += stoodStillMs + beatMs;
    if (stoodStillMs < stallMs) return;
    metrics.stalls.inc();
    log.error(
      { seconds: Math.round(stoodStillMs / 1000) },
      'this process stood still: others may have done again what it had in hand. Is the machine overloaded, or does something not let go of the thread?',
    );
  }, beatMs);
  timer.unref();
  return () => clearInterval(timer);
}
