// Which servers are not asked for files: this one, by any of its names, and those that have been silent lately.
import type { AppContext } from '#server/context.ts';

const second = 1000;
const minute = 60 * second;
/** So many silences within this time, and the server is left alone for a while. */
const silences = 3;
const windowMs = 10 * minute;

/** True for addresses of this server: we would ask ourselves, and each other for ever. */
export function isOurs(ctx: AppContext, url: string): boolean {
  const { origin, mediaPublicUrl } = ctx.config;
  return [origin, mediaPublicUrl ?? origin].some((one) => hostOf(one) === hostOf(url));
}

/** Without the dot that a full name may end with, and without a port that is usual. */
function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname.replace(/\.$/, '')}:${port === '80' || port === '443' ? '' : port}`;
}

const restKey = (host: string): string => `media:rest:${host}`;
const countKey = (host: string): string => `media:silent:${host}`;

/** Until when a server is left alone; null when it may be asked. */
export async function restOf(ctx: AppContext, host: string): Promise<Date | null> {
  const until = await ctx.cache.get(restKey(host));
  return until === null ? null : new Date(Number(until));
}

/** A server did not answer, or not in time. Its rest grows with each silence, from half a minute to ten. */
export async function noteSilence(ctx: AppContext, host: string): Promise<void> {
  const { count } = await ctx.cache.count(countKey(host), windowMs);
  if (count < silences) return;
  const ms = Math.min(10 * minute, 30 * second * 2 ** Math.min(count - silences, 10));
  await ctx.cache.set(restKey(host), String(ctx.clock().getTime() + ms), ms);
}

/** A server answered, whatever it said. */
export async function noteAnswer(ctx: AppContext, host: string): Promise<void> {
  await ctx.cache.delete(countKey(host));
}
