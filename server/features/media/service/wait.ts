// Waiting for an upload to be ready, on behalf of clients that do not ask again.
import { setTimeout as pause } from 'node:timers/promises';
import type { AppContext } from '#server/context.ts';
import { loadMedia } from '../queries.ts';

/** Shorter than what proxies in front of servers wait for an answer. */
const patienceMs = 30_000;

/** Resolves when the upload is ready or failed, after half a minute, or when nobody waits for the answer any more. */
export async function waitForMedia(ctx: AppContext, id: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + patienceMs;
  for (let ms = 100; performance.now() < until && !signal.aborted; ms = Math.min(1000, ms * 1.5)) {
    const [found] = await loadMedia(ctx, [id]);
    if (found === undefined || found.state === 'ready' || found.state === 'failed') return;
    await pause(ms, undefined, { signal }).catch(() => {});
  }
}
