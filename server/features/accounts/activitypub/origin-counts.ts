// Asking the server of an account how many posts, followers and followees it has: the `totalItems` of its collections.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asCount, hostOf, isSameHost } from '#server/platform/fediverse/json.ts';
import { fetchRemote } from '../activitypub.ts';
import { findAccount } from '../queries.ts';
import { recordOriginCounts } from '../service/origin-counts.ts';

/** How many accounts of one host are asked about in an hour. */
const ofHost = 200;
const hourMs = 60 * 60 * 1000;

/** Asks for the three counts and keeps them. What cannot be had is asked for again another day. */
export async function fetchCounts(ctx: AppContext, { accountId }: Events['account.viewed']): Promise<void> {
  const account = await findAccount(ctx, accountId);
  if (account === null || account.domain === null) return;
  const { count } = await ctx.cache.count(`origin-counts:${hostOf(account.uri) ?? ''}`, hourMs);
  if (count > ofHost) return;
  const total = (url: string | null): Promise<number | null> => readTotal(ctx, account.uri, url);
  const [posts, followers, following] = await Promise.all([
    total(account.outboxUrl),
    total(account.followersUrl),
    total(account.followingUrl),
  ]);
  await recordOriginCounts(ctx, account.id, { posts, followers, following });
}

async function readTotal(ctx: AppContext, owner: string, url: string | null): Promise<number | null> {
  if (url === null || !isSameHost(url, owner)) return null;
  try {
    return asCount((await fetchRemote(ctx, url))['totalItems']);
  } catch (error) {
    if (error instanceof DocumentFailure) return null;
    throw error;
  }
}
