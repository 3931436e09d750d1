// What is said about many answers: their rate, and how long they took.
import { percentile } from '../table.ts';
import type { HttpFigures } from './http.ts';

/** Sums up answers that came within `ms`; `latencies` are theirs, in ms. */
export function summarize({ latencies, bytes, ms }: { latencies: number[]; bytes: number; ms: number }): HttpFigures {
  const sorted = latencies.toSorted((one, other) => one - other);
  const seconds = ms / 1000;
  return {
    rate: sorted.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    answers: sorted.length,
    bytes,
    seconds,
  };
}
