// What the owner of an upload does with it before a post shows it: describing it, giving it another still, taking it away, and
// having it tried again.
import type { AppContext } from '#server/context.ts';
import { sql, type Transaction } from '#server/platform/database.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import type { MediaKind } from '../entities.ts';
import { checkDescription, readFocus, unattachedForMs, waitingEvent } from '../policy.ts';
import { findOwnMedia, type OwnMedia } from '../queries.ts';
import { removeMedia } from './remove.ts';
import { exchangeStill, prepareStill } from './still.ts';
import { orDrop } from './store.ts';

export interface MediaChange {
  description?: string | undefined;
  /** As clients write it: `0.5,-0.25`. */
  focus?: string | undefined;
  /** A picture on this machine. */
  thumbnailPath?: string | undefined;
}

interface Owned {
  accountId: string;
  id: string;
}

/**
 * Changes what stands beside an upload; what is left out stays.
 * @throws {NotFound} when the account has none with that id
 * @throws {Invalid} when a post shows it already, or a value is wrong
 */
export async function changeMedia(
  ctx: AppContext,
  owned: Owned,
  change: MediaChange & { signal: AbortSignal },
): Promise<void> {
  const description = change.description === undefined ? null : checkDescription(ctx.config, change.description);
  const focus = change.focus === undefined || change.focus === '' ? null : readFocus(change.focus);
  await findFree(ctx, owned);
  if (change.thumbnailPath !== undefined) await replaceThumbnail(ctx, owned, change.thumbnailPath, change.signal);
  if (description === null && focus === null) return;
  await ctx.database.write(async (tx) => {
    await lockFree(tx, owned);
    await sql`update media_attachments set description = coalesce(${description}, description),
        focus_x = coalesce(${focus?.x ?? null}, focus_x), focus_y = coalesce(${focus?.y ?? null}, focus_y),
        updated_at = ${ctx.clock()}
      where id = ${owned.id}`.execute(tx.sql);
  });
}

async function replaceThumbnail(ctx: AppContext, owned: Owned, path: string, signal: AbortSignal): Promise<void> {
  const still = await prepareStill(ctx, owned.id, path, signal);
  await orDrop(ctx, still.files, () =>
    ctx.database.write(async (tx) => {
      await lockFree(tx, owned);
      await exchangeStill(ctx, tx, owned.id, still);
    }),
  );
}

/** Deletes an upload that no post shows. @throws {NotFound} when the account has none with that id @throws {Invalid} when a post shows it */
export async function deleteMedia(ctx: AppContext, owned: Owned): Promise<void> {
  await findFree(ctx, owned);
  await ctx.database.write(async (tx) => {
    await lockFree(tx, owned);
    await removeMedia(tx, { ids: [owned.id] });
  });
}

/**
 * Lets a worker try once more to make a failed upload ready. One that waits or is ready already is left alone.
 * @throws {NotFound} when the account has none with that id
 */
export async function retryMedia(ctx: AppContext, owned: Owned): Promise<void> {
  if ((await findOwnMedia(ctx, owned.accountId, owned.id)) === null) throw notFound();
  const now = ctx.clock();
  await ctx.database.write(async (tx) => {
    const { rows } = await sql<{
      kind: MediaKind;
    }>`update media_attachments set state = 'waiting', progress = 0, failure = null, updated_at = ${now},
        expires_at = case when expires_at is null then null else ${new Date(now.getTime() + unattachedForMs)}::timestamptz end
      where id = ${owned.id} and account_id = ${owned.accountId} and state = 'failed' returning kind`.execute(tx.sql);
    for (const { kind } of rows) await tx.emit(waitingEvent(kind), { mediaId: owned.id });
  });
}

async function findFree(ctx: AppContext, { accountId, id }: Owned): Promise<OwnMedia> {
  const found = await findOwnMedia(ctx, accountId, id);
  if (found === null || found.remoteUrl !== null) throw notFound();
  if (found.postId !== null) throw isShown();
  return found;
}

/** Holds the row until the transaction ends. @throws as `findFree` */
async function lockFree(tx: Transaction, { accountId, id }: Owned): Promise<void> {
  const { rows } = await sql<{ post_id: string | null }>`select post_id from media_attachments
    where id = ${id} and account_id = ${accountId} for update`.execute(tx.sql);
  const [row] = rows;
  if (row === undefined) throw notFound();
  if (row.post_id !== null) throw isShown();
}

const notFound = (): NotFound => new NotFound('Record not found');
const isShown = (): Invalid =>
  new Invalid('A post shows this file: edit the post to change the file’s description, or to take it out');
