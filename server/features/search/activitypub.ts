// What an address that somebody pasted leads to: one of our pages, something we know, or something on another server.
import type { AppContext } from '#server/context.ts';
import { resolveAccount } from '#server/features/accounts/activitypub.ts';
import { findAccountByHandle, findAccountByUri, type AccountView } from '#server/features/accounts/queries.ts';
import { resolvePost } from '#server/features/posts/activitypub.ts';
import { findPost, findPostByUri, type PostView } from '#server/features/posts/queries.ts';
import { ownId } from '#server/platform/fediverse/addresses.ts';
import { DocumentFailure } from '#server/platform/fediverse/documents.ts';
import { FetchFailure } from '#server/platform/fetch.ts';

export interface Found {
  post: PostView | null;
  account: AccountView | null;
}

const nothing: Found = { post: null, account: null };

/**
 * The post or account behind an address. Only with `fetch` is another server asked; one that does not answer, or has neither,
 * gives nothing. Whether the reader may see what is found is for the caller to ask.
 */
export async function findByAddress(
  ctx: AppContext,
  address: string,
  options: { fetch: boolean; timeoutMs: number },
): Promise<Found> {
  const own = await findOwn(ctx, address);
  if (own !== null) return own;
  const known: Found = { post: await findPostByUri(ctx, address), account: await findAccountByUri(ctx, address) };
  if (known.post !== null || known.account !== null) return known;
  const handle = handleOfPage(address);
  const onPage = handle === null ? null : await findAccountByHandle(ctx, handle);
  if (onPage?.url === address) return { post: null, account: onPage };
  if (!options.fetch) return nothing;
  const post = await orNull(ctx, resolvePost(ctx, address));
  if (post !== null) return { post, account: null };
  const { timeoutMs } = options;
  const account = await orNull(ctx, resolveAccount(ctx, address, { timeoutMs }));
  if (account !== null || handle === null) return { post: null, account };
  // Some servers show browsers and other servers the same page, and name their people by WebFinger alone (Madblog).
  const named = await orNull(ctx, resolveAccount(ctx, handle, { timeoutMs }));
  return { post: null, account: named?.url === address ? named : null };
}

/** The handle of whom a page is about, as nearly everybody writes the addresses of profiles; a guess, to be compared with what the account says. */
function handleOfPage(address: string): string | null {
  const { host, pathname } = new URL(address);
  const [, name] = /^\/@([\w.-]+)$/u.exec(pathname) ?? [];
  return name === undefined ? null : `${name}@${host}`;
}

/** What one of our own addresses shows; null when it is not ours. */
async function findOwn(ctx: AppContext, address: string): Promise<Found | null> {
  const { origin, pathname } = new URL(address);
  if (origin !== ctx.config.origin) return null;
  const postId = ownId(ctx.config, 'posts', address) ?? /^\/@[^/]+\/(\d{1,18})$/.exec(pathname)?.[1];
  if (postId !== undefined) return { ...nothing, post: await findPost(ctx, postId) };
  const name = /^\/@([\w.-]+(?:@[\w.:-]+)?)$/.exec(pathname)?.[1];
  if (name !== undefined) return { ...nothing, account: await findAccountByHandle(ctx, name) };
  return { ...nothing, account: await findAccountByUri(ctx, address) };
}

/** Another server that is out of reach, or answers nonsense, is an answer to a search too: nothing. */
async function orNull<Result>(ctx: AppContext, asked: Promise<Result | null>): Promise<Result | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof DocumentFailure) && !(error instanceof FetchFailure)) throw error;
    ctx.log.debug({ err: error }, 'what was searched for could not be fetched');
    return null;
  }
}
