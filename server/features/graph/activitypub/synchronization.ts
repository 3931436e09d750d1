// Followers synchronisation (FEP-8fcf): what goes to followers says which of the receiving server's people these are, and a server
// that counts otherwise asks who they are.
import type { AppContext } from '#server/context.ts';
import { findAccount, isId } from '#server/features/accounts/queries.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { hostOf, isSameHost, type Json } from '#server/platform/fediverse/json.ts';
import { activityStreams } from '#server/platform/fediverse/vocabulary.ts';
import { followersDigest, followersOn } from '../queries/follower-digests.ts';

/** The name of the header, as Node has it. */
export const synchronizationHeader = 'collection-synchronization';

const pageSize = 5000;
const hourMs = 60 * 60 * 1000;
/** How often an hour one server may make us look. */
const looksOfHost = 60;

/** The header that goes to a host beside an activity for the followers of one of ours; none when it is not known now. */
export async function tellFollowers(
  ctx: AppContext,
  senderId: string,
  followersUrl: string,
  host: string,
): Promise<Record<string, string>> {
  const digest = await followersDigest(ctx, senderId, host);
  if (digest === null) return {};
  const url = addresses(ctx.config).followersThere(senderId);
  return { [synchronizationHeader]: `collectionId="${followersUrl}", url="${url}", digest="${digest}"` };
}

/**
 * Compares what another server says about the followers of its account with what we have, and has it looked into when that differs:
 * once an hour for an account, sixty times for a host.
 */
export async function compareFollowers(
  ctx: AppContext,
  sender: { accountId: string; accountUri: string },
  header: string,
): Promise<void> {
  const told = readSynchronization(header);
  if (told === null || !isSameHost(told.url, sender.accountUri)) return;
  const digest = await followersDigest(ctx, sender.accountId, hostOf(ctx.config.origin) ?? '');
  if (digest === null || digest === told.digest) return;
  if (!(await ctx.cache.setIfAbsent(`followers-look:${sender.accountId}`, '1', hourMs))) return;
  const { count } = await ctx.cache.count(`followers-looks:${hostOf(told.url) ?? ''}`, hourMs);
  if (count > looksOfHost) return;
  const { collectionId, url } = told;
  await ctx.database.write((tx) => tx.emit('followers.differ', { accountId: sender.accountId, collectionId, url }));
}

/** The three parts of the header, or null when one is missing or makes no sense. */
export function readSynchronization(header: string): { collectionId: string; url: string; digest: string } | null {
  if (header.length > 4096) return null;
  const parts = new Map([...header.matchAll(/(\w+)="([^"]*)"/gu)].map(([, name, value]) => [name, value]));
  const [collectionId, url, digest] = [parts.get('collectionId'), parts.get('url'), parts.get('digest')?.toLowerCase()];
  if (collectionId === undefined || url === undefined || digest === undefined) return null;
  return /^[0-9a-f]{64}$/u.test(digest) && isSameHost(collectionId, url) ? { collectionId, url, digest } : null;
}

/** Those followers of one of ours who live on the reader's host; null when there is no such account. Long lists come in pages. */
export async function followersThereDocument(
  ctx: AppContext,
  accountId: string,
  readerUri: string,
  after: string | undefined,
): Promise<Json | null> {
  const account = isId(accountId) ? await findAccount(ctx, accountId) : null;
  if (account === null || account.domain !== null || !isActive(account)) return null;
  const id = addresses(ctx.config).followersThere(account.id);
  const followers = await followersOn(ctx, account.id, hostOf(readerUri) ?? '', {
    after: after ?? '0',
    limit: pageSize,
  });
  const last = followers.length === pageSize ? followers.at(-1)?.id : undefined;
  const orderedItems = followers.map(({ uri }) => uri);
  if (after === undefined && last === undefined)
    return { '@context': activityStreams, id, type: 'OrderedCollection', orderedItems };
  if (after === undefined)
    return { '@context': activityStreams, id, type: 'OrderedCollection', first: `${id}?after=0` };
  const next = last === undefined ? {} : { next: `${id}?after=${last}` };
  const page = { id: `${id}?after=${after}`, type: 'OrderedCollectionPage', partOf: id, ...next, orderedItems };
  return { '@context': activityStreams, ...page };
}
