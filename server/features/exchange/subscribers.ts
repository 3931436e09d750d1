// Working through an import: each line becomes the verb that its owner would have used.
import type { AppContext } from '#server/context.ts';
import type { Events } from '#server/events.ts';
import { resolveAccount } from '#server/features/accounts/activitypub.ts';
import { findAccountByHandle } from '#server/features/accounts/queries.ts';
import { block, unblock } from '#server/features/graph/service/block.ts';
import { blockDomain, unblockDomain } from '#server/features/graph/service/domain-block.ts';
import { follow, unfollow } from '#server/features/graph/service/follow.ts';
import { mute, unmute } from '#server/features/graph/service/mute.ts';
import { listsOf } from '#server/features/lists/queries.ts';
import { createList } from '#server/features/lists/service/edit.ts';
import { addMembers, removeMembers } from '#server/features/lists/service/members.ts';
import { resolvePost } from '#server/features/posts/activitypub.ts';
import { bookmarkPost, unbookmarkPost } from '#server/features/posts/service/bookmark.ts';
import { Failure, NotFound } from '#server/platform/errors.ts';
import { FetchFailure } from '#server/platform/fetch.ts';
import type { ExchangeRow } from './entities.ts';
import { ownedRows, type OwnedRow } from './queries.ts';
import {
  continueLater,
  findRun,
  finishImport,
  namedTargets,
  nextRows,
  settleRow,
  type ImportRun,
} from './service/run.ts';

/** Few, because each may ask another server: an import takes its turn with others. */
const batch = 20;

/** Does the next lines of an import; then itself again, or what `overwrite` removes. */
export async function workOnImport(ctx: AppContext, { importId }: Events['import.started']): Promise<void> {
  const run = await findRun(ctx, importId);
  if (run === null) return;
  const rows = await nextRows(ctx, importId, batch);
  for (const { place, row } of rows) await settleRow(ctx, importId, place, await tryRow(ctx, run, row));
  if (rows.length === batch) return continueLater(ctx, importId);
  if (run.mode === 'overwrite') await removeUnnamed(ctx, run);
  await finishImport(ctx, importId);
}

/** Null when it worked, else why not. What is nobody's fault is thrown, and the line tried again. */
async function tryRow(ctx: AppContext, run: ImportRun, row: ExchangeRow): Promise<string | null> {
  try {
    await doRow(ctx, run, row);
    return null;
  } catch (error) {
    if (error instanceof FetchFailure) return 'Its server could not be reached';
    if (error instanceof Failure) return error.status === 404 ? 'It was not found' : error.message;
    throw error;
  }
}

async function doRow(ctx: AppContext, { kind, accountId }: ImportRun, row: ExchangeRow): Promise<void> {
  if (kind === 'domain_blocks') return blockDomain(ctx, accountId, row.target);
  if (kind === 'bookmarks') {
    const post = await resolvePost(ctx, row.target);
    if (post === null) throw new NotFound();
    return bookmarkPost(ctx, { accountId, postId: post.id });
  }
  const account = (await findAccountByHandle(ctx, row.target)) ?? (await resolveAccount(ctx, row.target));
  if (account === null) throw new NotFound();
  switch (kind) {
    case 'follows': {
      const { showBoosts, notify, languages } = row;
      await follow(ctx, { followerId: accountId, followeeId: account.id, showBoosts, notify, languages });
      return;
    }
    case 'blocks':
      return block(ctx, { blockerId: accountId, blockedId: account.id });
    case 'mutes':
      return mute(ctx, { muterId: accountId, mutedId: account.id, hideNotifications: row.hideNotifications ?? true });
    case 'lists':
      return addMembers(ctx, { ownerId: accountId, listId: await listNamed(ctx, accountId, row.list ?? '') }, [
        account.id,
      ]);
  }
}

async function listNamed(ctx: AppContext, accountId: string, title: string): Promise<string> {
  const lists = await listsOf(ctx, accountId);
  return lists.find((list) => list.title === title)?.id ?? createList(ctx, accountId, { title });
}

/** Removes what its owner had and the file does not name. A line that failed still counts as named. */
async function removeUnnamed(ctx: AppContext, run: ImportRun): Promise<void> {
  const keyOf = ({ target, list }: ExchangeRow): string => `${list ?? ''}\n${wholeHandle(ctx, run, target)}`;
  const named = new Set((await namedTargets(ctx, run.id)).map(keyOf));
  for await (const owned of ownedRows(ctx, run.accountId, run.kind))
    if (!named.has(keyOf(owned))) await removeOwned(ctx, run, owned);
}

function wholeHandle(ctx: AppContext, { kind }: ImportRun, target: string): string {
  if (kind === 'bookmarks') return target;
  const isOwnHandle = kind !== 'domain_blocks' && !target.includes('@');
  return (isOwnHandle ? `${target}@${ctx.config.handleDomain}` : target).toLowerCase();
}

async function removeOwned(ctx: AppContext, { kind, accountId }: ImportRun, owned: OwnedRow): Promise<void> {
  if (kind === 'domain_blocks') return unblockDomain(ctx, accountId, owned.target);
  const { otherId } = owned;
  if (otherId === null) return;
  if (kind === 'follows') await unfollow(ctx, { followerId: accountId, followeeId: otherId });
  if (kind === 'blocks') await unblock(ctx, { blockerId: accountId, blockedId: otherId });
  if (kind === 'mutes') await unmute(ctx, { muterId: accountId, mutedId: otherId });
  if (kind === 'bookmarks') await unbookmarkPost(ctx, { accountId, postId: otherId });
  if (kind === 'lists' && owned.listId !== null)
    await removeMembers(ctx, { ownerId: accountId, listId: owned.listId }, [otherId]);
}
