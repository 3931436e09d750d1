// How much one client may ask: a budget for each token, a smaller one for each address without a token.
import { isIPv6 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { TooMany } from '#server/platform/errors.ts';
import { setBudgetHeaders } from './failures.ts';

const windowMs = 5 * 60_000;

/** Counts the request and sets the three `X-RateLimit` headers. @throws {TooMany} over the budget */
export async function limitRates(ctx: AppContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { viewer } = request;
  const limit = viewer ? ctx.config.rateLimit : Math.ceil(ctx.config.rateLimit / 5);
  const key = viewer ? `token:${viewer.tokenId}` : `address:${networkOf(request.ip)}`;
  const spent = await spend(ctx, `rate:${key}`, limit, windowMs);
  setBudgetHeaders(reply, { ...spent, remaining: Math.max(0, spent.remaining) });
  if (spent.remaining < 0) throw tooMany('Too many requests', spent);
}

interface Spent {
  limit: number;
  remaining: number;
  resetMs: number;
  resetAt: Date;
}

async function spend(ctx: AppContext, key: string, limit: number, ms: number): Promise<Spent> {
  const { count, resetMs } = await ctx.cache.count(key, ms);
  return { limit, remaining: limit - count, resetMs, resetAt: new Date(ctx.clock().getTime() + resetMs) };
}

function tooMany(message: string, spent: Spent): TooMany {
  return new TooMany(message, { retryAfter: Math.ceil(spent.resetMs / 1000), budget: spent });
}

/** Budget of one sensitive act (signing in, mailing a link …) by one key. @throws {TooMany} over it */
export async function limitAct(ctx: AppContext, act: string, key: string, limit: number, forMs: number): Promise<void> {
  const spent = await spend(ctx, `act:${act}:${key}`, limit, forMs);
  if (spent.remaining < 0) throw tooMany('Too many attempts. Please wait a while and try again.', spent);
}

/** What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which belongs to one customer. */
export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  if (ip.startsWith('::ffff:')) return ip.slice(7);
  const [head = '', tail = ''] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right];
  return groups.slice(0, 4).join(':');
}
