// How much one client may ask: a budget for each token, a smaller one for each address without a token.
import { isIPv6 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '#server/context.ts';
import { TooMany } from '#server/platform/errors.ts';

const windowMs = 5 * 60_000;

/** Counts the request and sets the three `X-RateLimit` headers. @throws {TooMany} over the budget */
export async function limitRates(ctx: AppContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { viewer } = request;
  const limit = viewer ? ctx.config.rateLimit : Math.ceil(ctx.config.rateLimit / 5);
  const { count, resetMs } = await ctx.cache.count(
    viewer ? `rate:token:${viewer.tokenId}` : `rate:address:${networkOf(request.ip)}`,
    windowMs,
  );
  reply.header('x-ratelimit-limit', String(limit));
  reply.header('x-ratelimit-remaining', String(Math.max(0, limit - count)));
  reply.header('x-ratelimit-reset', new Date(ctx.clock().getTime() + resetMs).toISOString());
  if (count > limit) throw new TooMany('Too many requests', { retryAfter: Math.ceil(resetMs / 1000) });
}

/** Budget of one sensitive act (signing in, mailing a link …) by one key. @throws {TooMany} over it */
export async function limitAct(ctx: AppContext, act: string, key: string, limit: number, forMs: number): Promise<void> {
  const { count, resetMs } = await ctx.cache.count(`act:${act}:${key}`, forMs);
  if (count > limit)
    throw new TooMany('Too many attempts. Please wait a while and try again.', {
      retryAfter: Math.ceil(resetMs / 1000),
    });
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
