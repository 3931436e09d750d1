// When another server counts the followers of its account otherwise than we do: we ask whom of ours it lists, and both come to agree.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { fetchRemote } from '#server/features/accounts/activitypub.ts';
import { isActive } from '#server/features/accounts/policy.ts';
import { findAccount, findAccountByUri, type AccountView } from '#server/features/accounts/queries.ts';
import { addresses } from '#server/platform/fediverse/addresses.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { asIds, asObject, asOnlyId, hostOf, isSameHost, typeOf, type Json } from '#server/platform/fediverse/json.ts';
import { ownFollowersOf } from '../queries/follower-digests.ts';
import { acceptFollow, unfollow } from '../service/follow.ts';

const most = { pages: 10, items: 50_000 } as const;
/** A list may be longer than other documents, as far as its bytes allow. */
const bounds = { nodes: 25_000, items: 20_000 } as const;

/**
 * Ends the follows of ours that the other server does not list (when it showed the whole list), takes a request that it lists as
 * answered, and takes back what it lists and we do not have. Follows that began while it was asked stay.
 */
export async function mendFollowers(ctx: AppContext, event: Events['followers.differ']): Promise<void> {
  const account = await findAccount(ctx, event.accountId);
  if (account === null || account.domain === null || !isActive(account)) return;
  if (account.followersUrl !== event.collectionId || !isSameHost(event.url, account.uri)) return;
  const before = await ownFollowersOf(ctx, account.id);
  const listed = await readListed(ctx, event.url);
  if (listed === null) return;
  const ours = hostOf(ctx.config.origin);
  const named = new Set([...listed.uris].filter((uri) => hostOf(uri) === ours));
  for (const { id, uri, accepted } of before) {
    if (accepted && listed.isWhole && !named.has(uri)) await unfollow(ctx, { followerId: id, followeeId: account.id });
    if (!accepted && named.has(uri)) await acceptFollow(ctx, { followerId: id, followeeId: account.id });
  }
  const present = new Set(before.map(({ uri }) => uri));
  for (const uri of named) if (!present.has(uri)) await takeBack(ctx, account, uri);
}

/** Has an Undo sent for a follow that only the other server knows of. Its id is lost; actor and object say enough. */
async function takeBack(ctx: AppContext, followee: AccountView, followerUri: string): Promise<void> {
  const follower = await findAccountByUri(ctx, followerUri);
  if (follower === null || follower.domain !== null || follower.uri === addresses(ctx.config).instanceActor) return;
  const now = await ownFollowersOf(ctx, followee.id);
  if (now.some(({ uri }) => uri === followerUri)) return;
  const followUri = `${follower.uri}#follows/${followee.id}`;
  await ctx.database.write((tx) =>
    tx.emit('follow.removed', { followUri, followerId: follower.id, followeeId: followee.id }),
  );
}

const collections: ReadonlySet<string | null> = new Set(['Collection', 'OrderedCollection']);

/** Whom the list names, and whether that is all of it; null when there is no list. @throws {DocumentFailure} when it may be had later */
async function readListed(ctx: AppContext, url: string): Promise<{ uris: Set<string>; isWhole: boolean } | null> {
  const uris = new Set<string>();
  const asked = new Set([url]);
  try {
    let part: Json = await fetchRemote(ctx, url, { bounds });
    if (!collections.has(typeOf(part)) || (itemsOf(part) ?? part['first']) === undefined) return null;
    for (;;) {
      for (const uri of asIds(itemsOf(part), most.items)) uris.add(uri);
      const next: unknown = part['first'] ?? part['next'] ?? null;
      if (next === null) return { uris, isWhole: uris.size < most.items };
      const address = asOnlyId(next);
      const written = asObject(next);
      if (written !== null && itemsOf(written) !== undefined) part = written;
      else if (address !== null && isSameHost(address, url) && !asked.has(address) && asked.size < most.pages)
        part = await fetchRemote(ctx, address, { bounds });
      else return { uris, isWhole: false };
      if (address !== null) asked.add(address);
    }
  } catch (error) {
    if (!(error instanceof DocumentFailure) || error.retryable) throw error;
    ctx.log.debug({ err: error, host: hostOf(url) }, 'a list of followers could not be read');
    return null;
  }
}

function itemsOf(part: Json): unknown {
  return part['orderedItems'] ?? part['items'] ?? undefined;
}
